"""The steps of a process from outside: what it is about to keep, ask and hear; and its end by SIGKILL before one."""

from __future__ import annotations

import socketserver
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread

from tests.channels.peers.between import CutOff

BESIDE = frozenset(
    {
        "account_event",
        "audit_entry",
        "connection_spending",
        "item_presence",
        "item_shown",
        "live_change",
        "review_search",
        "review_vector",
        "user_account",
        "user_session",
        "worker_heartbeat",
    }
)
"""Tables that are kept with others, or say nothing of the message's way."""


class Steps:
    """Notes steps while it is ``noting``; ``kill`` is called just before the one that ``kills_before`` names, which is
    empty from then on."""

    def __init__(self) -> None:
        self.kill: Callable[[], None] = lambda: None
        self._lock, self._counts = Lock(), Counter[str]()
        self.seen: list[str] = []
        self.noting = False
        self.kills_before = ""

    def begin(self, kills_before: str = "") -> None:
        """Note anew."""
        with self._lock:
            self._counts.clear()
            self.seen = []
            self.noting, self.kills_before = True, kills_before

    def end(self) -> list[str]:
        """Note no more; what was seen, in order, equal steps numbered."""
        with self._lock:
            self.noting = False
            return self.seen

    def reached(self, step: str) -> None:
        """A step is about to be taken; raises CutOff where its process is killed instead."""
        with self._lock:
            if not self.noting:
                return
            self._counts[step] += 1
            number = self._counts[step]
            name = step if number == 1 else f"{step} ({number})"
            if name == self.kills_before:
                self.kills_before = ""
                self.kill()
                raise CutOff
            self.seen.append(name)

    @contextmanager
    def served(self) -> Iterator[int]:
        """The port at which a process of ``starter.py`` tells of its commits."""
        steps = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                tables = [each for each in self.rfile.readline().decode().split() if each not in BESIDE]
                try:
                    if tables:
                        steps.reached(f"keep {' + '.join(tables)}")
                except CutOff:
                    return
                self.wfile.write(b".")

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            try:
                yield int(server.server_address[1])
            finally:
                server.shutdown()
                thread.join()
