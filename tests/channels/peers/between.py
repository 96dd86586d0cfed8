"""Stands between us and a peer, byte for byte; tells of requests before the peer sees them, of answers before we do."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

Named = Callable[[bytes], str | None]
"""What a chunk from our side asks for; None where it is no request, such as the rest of one."""
_CHUNK = 256 * 1024
_HTTP = re.compile(rb"(?:GET|POST|PUT|DELETE) [^ ?]*?([^ ?/]+)[ ?]")
_IMAP = re.compile(rb"[A-Z]{4}\d+ (?:UID )?([A-Z]+)")
_SMTP = re.compile(rb"(?i:(ehlo|auth|mail|rcpt|data|rset|quit)\b)")


class CutOff(Exception):
    """Raised by whoever is told: the connection ends here, without another byte."""


def http_request(chunk: bytes) -> str | None:
    """The last part of the path."""
    found = _HTTP.match(chunk)
    return found[1].decode() if found else None


def imap_command(chunk: bytes) -> str | None:
    """The command, or what one hands in."""
    found = _IMAP.match(chunk)
    return f"IMAP {found[1].decode()}" if found else _text("IMAP", chunk)


def smtp_command(chunk: bytes) -> str | None:
    """The command, or the mail's text."""
    found = _SMTP.match(chunk)
    return f"SMTP {found[1].decode().upper()}" if found else _text("SMTP", chunk)


def _text(protocol: str, chunk: bytes) -> str | None:
    return f"{protocol} text" if chunk.strip() and b": " in chunk[:80] else None


@contextmanager
def between(target: tuple[str, int], named: Named, told: Callable[[str], None]) -> Iterator[int]:
    """The port of loopback that leads to ``target``. ``told``: "NAME asked" before the peer gets the request, "NAME
    answered" before we get the first of the answer; called in a thread of the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_accept, args=(listening, target, named, told), daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listening: socket.socket, target: tuple[str, int], named: Named, told: Callable[[str], None]) -> None:
    with suppress(OSError):
        while True:
            ours, _ = listening.accept()
            try:
                theirs = socket.create_connection(target)
            except OSError:
                ours.close()
                continue
            Thread(target=_Connection(ours, theirs, named, told).run, daemon=True).start()


class _Connection:
    """Both directions of one connection."""

    def __init__(self, ours: socket.socket, theirs: socket.socket, named: Named, told: Callable[[str], None]) -> None:
        self._ours, self._theirs, self._named, self._told = ours, theirs, named, told
        self._open: str | None = None

    def run(self) -> None:
        answering = Thread(target=self._answers, daemon=True)
        answering.start()
        self._requests()
        answering.join()
        self._ours.close()
        self._theirs.close()

    def _requests(self) -> None:
        with self._ended_together():
            while chunk := self._ours.recv(_CHUNK):
                if name := self._named(chunk):
                    self._told(f"{name} asked")
                    self._open = name
                self._theirs.sendall(chunk)

    def _answers(self) -> None:
        with self._ended_together():
            while chunk := self._theirs.recv(_CHUNK):
                name, self._open = self._open, None
                if name:
                    self._told(f"{name} answered")
                self._ours.sendall(chunk)

    @contextmanager
    def _ended_together(self) -> Iterator[None]:
        with suppress(CutOff, OSError):
            yield
        for each in (self._ours, self._theirs):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
