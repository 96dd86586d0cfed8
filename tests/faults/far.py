"""The far side of sending: a webhook's receiver and a bot's platform at one port, which can behave badly.

What it took is what arrived, whatever it answered.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, get_args

from tests.channels.peers.between import CutOff
from tests.channels.peers.processes import free_port

Behaviour = Literal[
    "well",
    "refused",  # nobody listens
    "silent",  # takes nothing, and says nothing
    "took_silent",  # takes it, and says nothing
    "drip",  # takes it, and tells its headers byte by byte
    "error_500",  # takes nothing
    "garbage",  # takes it, and what it answers is no HTTP
    "busy",  # 429 with Retry-After
    "hang_up",  # takes it, and ends the connection
]
OUTAGES = tuple(each for each in get_args(Behaviour) if each != "well")
RETRY_AFTER_SECONDS, DRIP_SECONDS = 1, 0.2
_TAKES = ("well", "took_silent", "drip", "garbage", "hang_up")
US = {"id": 110201543, "is_bot": True, "first_name": "Us", "username": "us_bot"}


@dataclass(frozen=True)
class Arrival:
    """A reply that arrived: which message it answers, with which text; ``key`` is the same for each attempt at it."""

    answers: str
    text: str
    key: str
    at: float


@dataclass
class Far:
    """One brand's receivers. ``told`` is called before a reply is taken and before it is answered; raises CutOff."""

    told: Callable[[str], None] = lambda _: None
    behaviour: Behaviour = "well"
    arrivals: list[Arrival] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    _changed: threading.Event = field(default_factory=threading.Event)
    _server: _Server | None = None

    def behave(self, behaviour: Behaviour) -> None:
        """From now on."""
        self.behaviour = behaviour
        held, self._changed = self._changed, threading.Event()
        held.set()
        if behaviour == "refused":
            self._close()
        else:
            self._open()

    def answers(self, external_id: str) -> list[Arrival]:
        """The arrivals that answer a message."""
        return [each for each in list(self.arrivals) if each.answers == external_id]

    @contextmanager
    def served(self) -> Iterator[Far]:
        """Until the block ends."""
        self._open()
        try:
            yield self
        finally:
            self._changed.set()
            self._close()

    def take(self, path: str, document: dict[str, Any], key: str) -> dict[str, Any]:
        """Note what arrived; the answer."""
        method = path.rsplit("/", 1)[-1]
        if method == "in":
            replied = document["data"]
            self._note(replied["in_reply_to"], replied["text"], key)
            return {"id": f"platform-{len(self.arrivals)}"}
        results: dict[str, Any] = {"getMe": US, "getWebhookInfo": {"url": ""}, "getUpdates": []}
        if method == "sendMessage":
            chat, message = document["chat_id"], document["reply_parameters"]["message_id"]
            self._note(f"{chat}:{message}", document["text"], f"call-{time.perf_counter_ns()}")
            results[method] = {"message_id": len(self.arrivals)}
        return {"ok": True, "result": results[method]}

    def holds(self) -> threading.Event:
        """Is set when the behaviour changes."""
        return self._changed

    def _note(self, answers: str, text: str, key: str) -> None:
        self.arrivals.append(Arrival(answers, text, key, time.monotonic()))

    def _open(self) -> None:
        if self._server is None:
            self._server = _Server(("127.0.0.1", self.port), _Handler)
            self._server.far = self
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    far: Far

    def handle_error(self, request: object, client_address: object) -> None:
        """Who is killed or hangs up is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        far, told = self.server.far, self.server.far.told if self.path.endswith(("/in", "/sendMessage")) else _nothing
        behaviour, key = far.behaviour, self.headers.get("webhook-id", "")
        with suppress(CutOff, OSError):
            told("reply asked")
            answer = far.take(self.path, body, key) if behaviour in _TAKES else {}
            told("reply answered")
            self._answer(behaviour, answer)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def _answer(self, behaviour: Behaviour, answer: dict[str, Any]) -> None:
        statuses = {"well": 200, "error_500": 500, "busy": 429}
        if behaviour in statuses:
            self._send(statuses[behaviour], answer)
        elif behaviour in ("silent", "took_silent"):
            self.server.far.holds().wait(60)
        elif behaviour == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
            while not self.server.far.holds().wait(DRIP_SECONDS):
                self.wfile.write(b"a")
        elif behaviour == "garbage":
            self.wfile.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        told = {"ok": False, "parameters": {"retry_after": RETRY_AFTER_SECONDS}} if status == 429 else answer
        content = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        if status == 429:
            self.send_header("retry-after", str(RETRY_AFTER_SECONDS))
        self.end_headers()
        self.wfile.write(content)


def _nothing(_: str) -> None:
    """Of other calls nobody is told."""
