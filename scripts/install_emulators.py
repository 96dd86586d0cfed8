"""Installs the servers of npm that `make test` runs against into .make/emulators: Telegram's Bot API, and prism, which
holds calls against published specifications. Does nothing where all is current.

.make/emulators/node is the Node that runs them.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from npm import ROOT, install, npm, say

SOURCES = tuple(ROOT / "tests" / "channels" / "peers" / "node" / name for name in ("package.json", "package-lock.json"))
FOLDER = ROOT / ".make" / "emulators"
NODE = FOLDER / "node"
INSTALLED = FOLDER / ".installed"
OLDEST_NODE = (18, 20, 1)  # prism's


def main() -> None:
    """Installs what is missing or no longer as the lock file says."""
    digest = _digest()
    if NODE.exists() and INSTALLED.is_file() and INSTALLED.read_text(encoding="ascii") == digest:
        return
    say(f"installing emulators of platforms into {FOLDER.relative_to(ROOT)} (half a minute) ...")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for source in SOURCES:
        shutil.copy(source, FOLDER)
    found = npm(OLDEST_NODE)
    install(found, FOLDER, "--omit=optional")
    NODE.symlink_to(found.node)
    INSTALLED.write_text(digest, encoding="ascii")


def _digest() -> str:
    """Of all that decides what is there, the place included."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (*SOURCES, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
