"""Copies the console's front-end libraries, pinned by package-lock.json, into static/vendor/.

Needs the standard library alone. Does nothing where all is current.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from npm import ROOT, install, npm, say, stop

VENDOR = ROOT / "src" / "replyassist" / "web" / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"

FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "htmx-ext-sse.min.js": "htmx-ext-sse/dist/sse.min.js",
    "htmx-ext-sse.LICENSE.txt": "htmx-ext-sse/LICENSE",
}


def main() -> None:
    """Builds the assets, or only renews the manifest's file time where nothing changed."""
    sources = inputs_digest()
    if is_current(sources):
        MANIFEST.touch()
        return
    say("fetching the console's front-end libraries ...")
    install(npm(), ROOT)
    copy_files(sources)


def inputs_digest() -> str:
    """Digest of everything that decides what ends up in vendor/."""
    digest = hashlib.sha256()
    for path in (ROOT / "package.json", ROOT / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def file_digest(path: Path) -> str | None:
    """SHA-256 of a file, or None where there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def is_current(sources: str) -> bool:
    """Whether vendor/ holds, unchanged, what these sources lead to."""
    try:
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
        recorded = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return manifest["sources"] == sources and recorded == {name: file_digest(VENDOR / name) for name in FILES}


def copy_files(sources: str) -> None:
    """Copies the wanted files and writes the manifest last, so that it vouches for the rest."""
    modules = ROOT / "node_modules"
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    entries = {}
    for name, source in FILES.items():
        package = source.split("/")[0]
        if not (modules / source).is_file():
            stop(f"the package {package} has no file {source}; adapt FILES in scripts/build_assets.py")
        shutil.copyfile(modules / source, VENDOR / name)
        version = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))["version"]
        entries[name] = {"package": package, "version": version, "sha256": file_digest(VENDOR / name)}
    text = json.dumps({"sources": sources, "files": entries}, indent=2)
    MANIFEST.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
