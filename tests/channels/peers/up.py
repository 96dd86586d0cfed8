"""``make peers-up``: starts the real peers, prints their addresses, and ends them at Ctrl-C or ``make peers-down``."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from .bluesky import PASSWORD as BLUESKY_PASSWORD
from .bluesky_network import Person, bluesky_network
from .discord import TOKEN as DISCORD_TOKEN
from .mail import PASSWORD, USER, imap_server, provider
from .processes import MAKE, PeerMissing, mastodon, prism, simcord, telegram
from .specifications import X

PID = MAKE / "peers-up.pid"
LONGEST_END = 120.0


def main() -> None:
    if sys.argv[1:] == ["down"]:
        down()
        return
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.default_int_handler)
    PID.parent.mkdir(exist_ok=True)
    with PID.open("a+", encoding="ascii") as held, suppress(KeyboardInterrupt), ExitStack() as stack:
        if not _lock(held):
            sys.exit("peers are up already; `make peers-down` ends them")
        stack.callback(PID.unlink, missing_ok=True)
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="replyassist-peers-")))
        for name, start in STARTS.items():
            try:
                say(f"{name}: {stack.enter_context(start(folder))}")
            except PeerMissing as missing:
                say(f"{name}: left out, {missing}")
        say("Ctrl-C or `make peers-down` ends them.")
        signal.pause()


def down() -> None:
    """End what another process started, and wait until it has ended."""
    with suppress(FileNotFoundError), PID.open("r+", encoding="ascii") as held:
        if not _lock(held):
            os.kill(int(held.read()), signal.SIGTERM)
            deadline = time.monotonic() + LONGEST_END
            while not _lock(held):
                if time.monotonic() > deadline:
                    sys.exit(f"they have not ended within {LONGEST_END:.0f} s")
                time.sleep(0.1)
            return
        PID.unlink()  # of one that was killed
    say("no peers are up")


def _lock(file: TextIO) -> bool:
    """Who holds it is up; it is let go when its process ends, however that comes about."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def _mastodon(_: Path) -> Iterator[str]:
    with mastodon() as url:
        yield f"{url} (tokens: ada_token, grace_token)"


@contextmanager
def _mail(_: Path) -> Iterator[str]:
    with imap_server() as port, provider(port) as peer:
        yield f"IMAP 127.0.0.1:{port}, SMTP 127.0.0.1:{peer.smtp_port} (user {USER}, password {PASSWORD})"


@contextmanager
def _discord(_: Path) -> Iterator[str]:
    with simcord() as url:
        yield f"{url}/api/v10 (bot token: {DISCORD_TOKEN})"


@contextmanager
def _telegram(folder: Path) -> Iterator[str]:
    with telegram(folder) as url:
        yield f"{url} (any token, such as 123456:any)"


@contextmanager
def _bluesky(_: Path) -> Iterator[str]:
    with bluesky_network() as addresses:
        people = [Person(addresses.pds, name) for name in ("brand", "tom")]
        handles = ", ".join(each.handle for each in people)
        for each in people:
            each.close()
        yield f"PDS {addresses.pds}, AppView {addresses.appview} (handles {handles}, password {BLUESKY_PASSWORD})"


@contextmanager
def _x(folder: Path) -> Iterator[str]:
    with prism(X, folder) as url:
        yield f"{url} (answers by X's published specification, and keeps nothing)"


STARTS = {
    "Mastodon": _mastodon,
    "e-mail": _mail,
    "Telegram": _telegram,
    "Discord": _discord,
    "Bluesky": _bluesky,
    "X": _x,
}

if __name__ == "__main__":
    main()
