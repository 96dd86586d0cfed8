"""A platform's HTTP side on a free loopback port, for fakes that are written from documentation."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request: ``given`` holds query, form and JSON fields together; ``headers`` by lower-case name."""

    method: str
    path: str
    given: Mapping[str, Any]
    headers: Mapping[str, str]


class LostAnswer(Exception):
    """The connection ends without an answer."""


@dataclass
class Peer(ABC):
    """A fake platform. ``lose``: when the next effect's answer is lost ("before" it, "after" it, or never)."""

    address: str = field(default="", init=False)
    lose: str = field(default="", init=False)

    @abstractmethod
    def answer(self, asked: Asked) -> tuple[int, Any]:
        """Status and JSON of the answer (None: no body); raise LostAnswer for no answer."""

    def lost(self, when: str) -> None:
        """Call before and after an effect."""
        if self.lose == when:
            self.lose = ""
            raise LostAnswer

    @contextmanager
    def served(self) -> Iterator[Self]:
        """On a port of its own, until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler_of(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            is_json = "json" in (self.headers.get("content-type") or "")
            fields = json.loads(body) if is_json and body else dict(parse_qsl(body.decode(), keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, {**dict(parse_qsl(parts.query)), **fields}, headers)
            try:
                status, document = peer.answer(asked)
            except LostAnswer:
                self.close_connection = True
                return
            answer = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self._serve
            raise AttributeError(name)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler
