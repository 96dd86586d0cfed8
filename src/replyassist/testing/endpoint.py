"""A real HTTP server that speaks ``/v1/chat/completions``, well or badly."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

Behaviour = Literal[
    "perfect",
    "no_n",  # one candidate, whatever was asked for
    "refuses_n",  # status 400 for a request with n
    "refuses_max_tokens",  # status 400 that names max_tokens, as OpenAI's reasoning models do
    "slow",  # silent for SLOW_SECONDS, then perfect
    "drip",  # a byte of the body now and then
    "drip_headers",  # a byte of the headers now and then
    "huge",  # 10 MB with status 200
    "huge_error",  # 10 MB with status 400
    "gzip",
    "not_json",
    "html",
    "empty",  # a candidate without text
    "no_choices",  # status 200 with an error inside
    "error_400",
    "error_401",  # echoes the key, as some endpoints do
    "error_429",
    "error_500",
    "hang_up",  # closes the connection without a word
]
SLOW_SECONDS = 30.0
DRIP_SECONDS = 0.05
HUGE_BYTES = 10_000_000
JSON = "application/json"


class FakeEndpoint:
    """A context manager around the server; ``base_url`` is what a client is configured with.

    ``first`` are the behaviours of the first requests, ``behaviour`` that of all others; both may be changed at any
    time. ``reply`` is the text of a candidate, or a function that makes one from the request's JSON body. ``bodies``
    and ``headers`` (names in lower case) keep what came in, ``at_once`` the most requests that were in work at a time.
    """

    def __init__(
        self,
        behaviour: Behaviour = "perfect",
        *,
        reply: str | Callable[[dict[str, Any]], str] = "Thanks for writing to us.",
        first: tuple[Behaviour, ...] = (),
        delay: float = 0.0,
        retry_after: str | None = None,
    ) -> None:
        self.behaviour, self.first, self.reply = behaviour, list(first), reply
        self.delay, self.retry_after = delay, retry_after
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = 0
        self.closing = threading.Event()
        self._in_work = 0
        self._lock = threading.Lock()

    def __enter__(self) -> FakeEndpoint:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.endpoint = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        """The address, with ``/v1``."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def take(self, body: dict[str, Any], headers: dict[str, str]) -> Behaviour:
        """Note a request, and say how to answer it."""
        with self._lock:
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in headers.items()})
            self._in_work += 1
            self.at_once = max(self.at_once, self._in_work)
            return self.first.pop(0) if self.first else self.behaviour

    def done(self) -> None:
        """Note that a request was answered."""
        with self._lock:
            self._in_work -= 1

    def completion(self, body: dict[str, Any], *, choices: int) -> dict[str, Any]:
        """A well-formed answer."""
        texts = [self.reply(body) if callable(self.reply) else self.reply for _ in range(choices)]
        messages = [{"role": "assistant", "content": text} for text in texts]
        return {
            "id": "chatcmpl-fake",
            "object": "chat.completion",
            "created": 0,
            "model": body["model"],
            "choices": [
                {"index": index, "finish_reason": "stop", "message": message} for index, message in enumerate(messages)
            ],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5 * choices, "total_tokens": 10 + 5 * choices},
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    endpoint: FakeEndpoint

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that walk away are what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        endpoint = self.server.endpoint
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        behaviour = endpoint.take(body, dict(self.headers))
        try:
            endpoint.closing.wait(endpoint.delay)
            self._answer(endpoint, behaviour, body)
        finally:
            endpoint.done()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""

    def _answer(self, endpoint: FakeEndpoint, behaviour: Behaviour, body: dict[str, Any]) -> None:
        if behaviour in {"perfect", "no_n", "refuses_n", "refuses_max_tokens", "slow"}:
            self._complete(endpoint, behaviour, body)
        elif behaviour in {"drip", "drip_headers"}:
            self._drip(endpoint, in_headers=behaviour == "drip_headers")
        elif behaviour != "hang_up":
            self._send(*_plain_answer(behaviour, self.headers.get("Authorization", "")), behaviour=behaviour)

    def _complete(self, endpoint: FakeEndpoint, behaviour: Behaviour, body: dict[str, Any]) -> None:
        refused = {"refuses_n": "n", "refuses_max_tokens": "max_tokens"}.get(behaviour)
        if refused in body:
            self._send(400, JSON, _error(f"Unsupported parameter: '{refused}'"), behaviour=behaviour)
            return
        if behaviour == "slow":
            endpoint.closing.wait(SLOW_SECONDS)
        choices = 1 if behaviour == "no_n" else body.get("n", 1)
        answer = json.dumps(endpoint.completion(body, choices=choices)).encode()
        self._send(200, JSON, answer, behaviour=behaviour)

    def _drip(self, endpoint: FakeEndpoint, *, in_headers: bool) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        self.wfile.write(head + (b"X-Slow: " if in_headers else b"Content-Length: 100000\r\n\r\n"))
        while not endpoint.closing.wait(DRIP_SECONDS):
            self.wfile.write(b" ")

    def _send(self, status: int, kind: str, content: bytes, *, behaviour: Behaviour) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if behaviour == "gzip":
            self.send_header("Content-Encoding", "gzip")
        if behaviour == "error_429" and self.server.endpoint.retry_after is not None:
            self.send_header("Retry-After", self.server.endpoint.retry_after)
        self.end_headers()
        self.wfile.write(content)


def _error(message: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()


def _plain_answer(behaviour: Behaviour, authorization: str) -> tuple[int, str, bytes]:
    """Status, content type and body of an answer that does not depend on the request."""
    empty = {"choices": [{"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": ""}}]}
    answers: dict[str, tuple[int, str, bytes]] = {
        "huge": (200, JSON, b" " * HUGE_BYTES),
        "huge_error": (400, JSON, b" " * HUGE_BYTES),
        "gzip": (200, JSON, gzip.compress(b" " * HUGE_BYTES)),
        "not_json": (200, JSON, b'{"choices": ['),
        "html": (200, "text/html", b"<!doctype html><title>Please sign in to the Wi-Fi</title>"),
        "empty": (200, JSON, json.dumps(empty).encode()),
        "no_choices": (200, JSON, _error("the upstream model is away")),
        "error_400": (400, JSON, _error("the prompt is too long")),
        "error_401": (401, JSON, _error(f"wrong key: {authorization}")),
        "error_429": (429, JSON, _error("too many requests")),
        "error_500": (500, "text/html", b"<html>Internal Server Error</html>"),
    }
    return answers[behaviour]
