"""Receivers of webhooks on this machine: a quick, a slow, a dripping and a silent one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .replies import Left

SLOW_SECONDS = 3.0
DRIP_SECONDS = 0.2


@contextmanager
def receivers(left: Left) -> Iterator[dict[str, str]]:
    """Their addresses by name; ``left`` is told what reaches the quick one."""
    ended = threading.Event()
    with ExitStack() as closing:
        kinds = {"quick": _quick(left), "slow": _slow(ended), "dripping": _dripping(ended), "silent": _silent(ended)}
        yield {name: closing.enter_context(_served(kind)) for name, kind in kinds.items()}
        ended.set()


@contextmanager
def _served(kind: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            """Who hangs up on a slow receiver is no error of it."""

    server = Server(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/in"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def read(self) -> bytes:
        """The body."""
        return self.rfile.read(int(self.headers["content-length"]))

    def answer(self) -> None:
        """204."""
        self.send_response(204)
        self.end_headers()


def _quick(left: Left) -> type[BaseHTTPRequestHandler]:
    class Quick(_Handler):
        def do_POST(self) -> None:
            left.note(json.loads(self.read())["data"]["in_reply_to"])
            self.answer()

    return Quick


def _slow(ended: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Slow(_Handler):
        def do_POST(self) -> None:
            self.read()
            ended.wait(SLOW_SECONDS)
            self.answer()

    return Slow


def _dripping(ended: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Dripping(_Handler):
        def do_POST(self) -> None:
            self.read()
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nx-a: ")
                while not ended.wait(DRIP_SECONDS):
                    self.wfile.write(b"a")

    return Dripping


def _silent(ended: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Silent(_Handler):
        def do_POST(self) -> None:
            self.read()
            ended.wait()

    return Silent
