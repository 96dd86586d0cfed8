"""A real HTTP server that speaks ``/v1/chat/completions``, well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from .answers import DRIP_SECONDS, HOSTILE_TURNS, JSON, SLOW_SECONDS, Behaviour, error_body, plain_answer
from .writers import WRITERS, read_prompt


class FakeEndpoint:
    """A context manager around the server; ``base_url`` is what a client is configured with.

    ``first`` are the behaviours of the first requests, ``behaviour`` that of all others; both may be changed at any
    time. ``reply`` is the text of a candidate, or a function that makes one from the request's JSON body. ``bodies``
    and ``headers`` (names in lower case) keep what came in, ``at_once`` the most requests that were in work at a time.
    ``port`` 0 is any free one; ``slow_seconds`` is how long the behaviour ``slow`` stays silent.
    """

    def __init__(
        self,
        behaviour: Behaviour = "perfect",
        *,
        reply: str | Callable[[dict[str, Any]], str] = "Thanks for writing to us.",
        first: tuple[Behaviour, ...] = (),
        delay: float = 0.0,
        retry_after: str | None = None,
        port: int = 0,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self.behaviour, self.first, self.reply = behaviour, list(first), reply
        self.delay, self.retry_after = delay, retry_after
        self.slow_seconds = slow_seconds
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = 0
        self._port = port
        self._hostile_turn = 0
        self.closing = threading.Event()
        self._in_work = 0
        self._lock = threading.Lock()

    def __enter__(self) -> FakeEndpoint:
        self._server = _Server(("127.0.0.1", self._port), _Handler)
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
            return self._next_turn(self.first.pop(0) if self.first else self.behaviour)

    def _next_turn(self, behaviour: Behaviour) -> Behaviour:
        if behaviour != "hostile":
            return behaviour
        self._hostile_turn += 1
        return HOSTILE_TURNS[(self._hostile_turn - 1) % len(HOSTILE_TURNS)]

    def done(self) -> None:
        """Note that a request was answered."""
        with self._lock:
            self._in_work -= 1

    def completion(self, body: dict[str, Any], *, choices: int, behaviour: Behaviour = "perfect") -> dict[str, Any]:
        """A well-formed answer; tokens of a writer are its words."""
        texts = [self._text(body, behaviour, choice) for choice in range(choices)]
        messages = [{"role": "assistant", "content": text} for text in texts]
        return {
            "id": "chatcmpl-fake",
            "object": "chat.completion",
            "created": 0,
            "model": body["model"],
            "choices": [
                {"index": index, "finish_reason": "stop", "message": message} for index, message in enumerate(messages)
            ],
            "usage": self._usage(body, behaviour, texts),
        }

    def _text(self, body: dict[str, Any], behaviour: Behaviour, choice: int) -> str:
        if behaviour in WRITERS:
            return WRITERS[behaviour](read_prompt(body), choice)
        return self.reply(body) if callable(self.reply) else self.reply

    def _usage(self, body: dict[str, Any], behaviour: Behaviour, texts: list[str]) -> dict[str, int]:
        prompt, completion = 10, 5 * len(texts)
        if behaviour in WRITERS:
            prompt = sum(len(str(turn.get("content")).split()) for turn in body["messages"])
            completion = sum(len(text.split()) for text in texts)
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    endpoint: FakeEndpoint

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that walk away are what this server is for."""


_COMPLETES = frozenset({"perfect", "no_n", "refuses_n", "refuses_max_tokens", "refuses_json", "slow", *WRITERS})


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
        if behaviour in _COMPLETES:
            self._complete(endpoint, behaviour, body)
        elif behaviour in {"drip", "drip_headers"}:
            self._drip(endpoint, in_headers=behaviour == "drip_headers")
        elif behaviour != "hang_up":
            self._send(*plain_answer(behaviour, self.headers.get("Authorization", "")), behaviour=behaviour)

    def _complete(self, endpoint: FakeEndpoint, behaviour: Behaviour, body: dict[str, Any]) -> None:
        refusals = {"refuses_n": "n", "refuses_max_tokens": "max_tokens", "refuses_json": "response_format"}
        refused = refusals.get(behaviour)
        if refused in body:
            self._send(400, JSON, error_body(f"Unsupported parameter: '{refused}'"), behaviour=behaviour)
            return
        if behaviour == "slow":
            endpoint.closing.wait(endpoint.slow_seconds)
        choices = 1 if behaviour == "no_n" else body.get("n", 1)
        answer = json.dumps(endpoint.completion(body, choices=choices, behaviour=behaviour)).encode()
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
