"""Real peers as processes of a test: started on a free port of loopback, and ended with it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .specifications import excerpt

MAKE = Path(__file__).resolve().parents[3] / ".make"
PROGRAMS = MAKE / "peers" / "bin"
EMULATORS = MAKE / "emulators"
NETWORK = MAKE / "platforms"
NODE_SCRIPTS = Path(__file__).with_name("node")
LONGEST_START = 1200.0
"""Seconds for the Bluesky network; ten on an idle machine, minutes on one that is overloaded."""
EMULATOR_START = 300.0


class PeerMissing(Exception):
    """A peer is not installed; the text says what installs it."""


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(program: str, *arguments: str, port: int) -> Iterator[None]:
    """A program of scripts/install_peers.sh, once it listens at the port."""
    path = PROGRAMS / program
    if not path.exists():
        raise PeerMissing(f"{program} is not installed: bash scripts/install_peers.sh")
    with _process([str(path), *arguments], ready=lambda: _listens(port)):
        yield


@contextmanager
def running_node(
    script: str, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None, packages: Path = EMULATORS
) -> Iterator[dict[str, str]]:
    """A server of ``node/``, once it has told its addresses; its log is kept in the folder, as ``SCRIPT.log``. Its port
    is one that was free when it began to listen, and it ends with this process, however that ends."""
    if not (packages / ".installed").exists() or not (EMULATORS / "node").exists():
        raise PeerMissing(f"{script} is not installed: make {packages.name}")
    told = folder / f"{script}.json"
    told.unlink(missing_ok=True)
    modules = str(packages / "node_modules")
    given = os.environ | {"NODE_PATH": modules, "TMPDIR": str(folder)} | dict(environment or {})
    command = [str(EMULATORS / "node"), str(NODE_SCRIPTS / script), str(told), *arguments]
    seconds = EMULATOR_START if packages == EMULATORS else LONGEST_START
    log = folder / f"{script}.log"
    with _process(command, ready=told.exists, environment=given, log=log, seconds=seconds):
        addresses: dict[str, str] = json.loads(told.read_text(encoding="utf-8"))
        yield addresses


@contextmanager
def mastodon() -> Iterator[str]:
    """The address of a mastodon_mock with its people Ada and Grace, whose tokens are ada_token and grace_token."""
    port = free_port()
    options = ("--host", "127.0.0.1", "--port", str(port), "--in-memory", "--demo")
    with running("mastodon_mock", "serve", *options, port=port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def simcord() -> Iterator[str]:
    """The address of a simulated Discord (discord_server.py)."""
    port = free_port()
    script = Path(__file__).with_name("discord_server.py")
    with running("python", "-P", str(script), str(port), port=port):  # -P: discord.py here is not the library
        yield f"http://127.0.0.1:{port}"


@contextmanager
def telegram(folder: Path) -> Iterator[str]:
    """The address of a telegram-test-api."""
    with running_node("telegram.cjs", folder=folder) as told:
        yield told["url"]


@contextmanager
def prism(specification: Path, folder: Path, *, before: str = "", calls: Collection[str] = ()) -> Iterator[str]:
    """The address of a server that makes up answers by a published specification; or of one that stands ``before``
    another, whose requests and answers it holds against the specification: a violation is an error then. It knows only
    ``calls`` where some are named.

    Where the specification asks for OAuth 1.0a, which prism does not know, any Authorization will do. Its log is
    prism.cjs.log in the folder.
    """
    if not specification.is_file():
        raise PeerMissing(f"{specification} is not there; SPECS=FOLDER names where published specifications are kept")
    document = json.loads(specification.read_text(encoding="utf-8"))
    document = excerpt(document, calls) if calls else document
    schemes = document["components"]["securitySchemes"]
    schemes |= {
        name: {"type": "apiKey", "in": "header", "name": "authorization"}
        for name, scheme in schemes.items()
        if scheme.get("scheme") == "OAuth"
    }
    adapted = folder / specification.name
    adapted.write_text(json.dumps(document), encoding="utf-8")
    does = ["proxy", "--errors", str(adapted), before] if before else ["mock", "--dynamic", str(adapted)]
    with running_node("prism.cjs", *does, folder=folder) as told:
        yield told["url"]


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The place (host:port) of a redis that keeps nothing on disk."""
    program = shutil.which("redis-server")
    if program is None:
        raise PeerMissing("redis-server is not installed: apt-get install redis-server")
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with _process([program, *options], ready=lambda: _listens(port)):
        yield f"127.0.0.1:{port}"


@contextmanager
def _process(
    command: Sequence[str],
    *,
    ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
    log: Path = Path(os.devnull),
    seconds: float = LONGEST_START,
) -> Iterator[None]:
    """A process, once it is ready; it sees the end of its input when this one ends, however that comes about."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output, env=environment)
    try:
        _wait_for(process, ready, command[-1] if log == Path(os.devnull) else str(log), seconds)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        assert process.stdin is not None
        process.stdin.close()


def _wait_for(process: subprocess.Popen[bytes], ready: Callable[[], bool], where: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if ready():
            return
        time.sleep(0.1)
    raise AssertionError(f"the peer does not answer (status {process.poll()}): {where}")


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
