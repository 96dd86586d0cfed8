"""How a platform is reached: by an address that was looked up, judged and kept, and until a deadline.

A name is looked up once for each connection, and the very address that was judged is called: what the name leads to a
moment later does not matter.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final

import httpcore2
import httpx2

from replyassist.core.errors import DeliveryRefused

from .inside import REFUSAL, is_address_inside

FOR_EVER: Final = float("inf")
_FOUND = list[tuple[Any, ...]]


class Deadline:
    """A moment in the future; ``seconds`` from now."""

    def __init__(self, seconds: float = FOR_EVER, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at = now() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds until it, at most ``most``; 0 when it is over."""
        return max(0.0, min(self._at - self._now(), FOR_EVER if most is None else most))

    def within(self, seconds: float) -> Deadline:
        """This one, or in so many seconds, whichever is sooner."""
        return Deadline(self.left(seconds), now=self._now)


def connected(host: str, port: int, *, seconds: float, allows_inside: bool) -> socket.socket:
    """A TCP connection, made in so many seconds at most, the look-up included.

    Raises DeliveryRefused where the name leads inside and that is not allowed, and OSError for what fails.
    """
    ends = Deadline(seconds)
    found = _looked_up(host, port, ends.left())
    if not allows_inside and any(is_address_inside(str(place[4][0])) for place in found):
        raise DeliveryRefused(f"{host} {REFUSAL}")
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(max(ends.left(), 0.001))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _looked_up(host: str, port: int, seconds: float) -> _FOUND:
    """What the name leads to; the system's look-up has no limit of its own."""
    with suppress(ValueError):
        ip_address(host)
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    answers: list[_FOUND | OSError] = []

    def look_up() -> None:
        try:
            answers.append(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            answers.append(OSError(str(error)))

    thread = threading.Thread(target=look_up, name="look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    found = answers[0] if answers else TimeoutError(f"{host} was not looked up in time")
    if isinstance(found, OSError):
        raise found
    return found


class Watch:
    """Ends sockets at a deadline, for libraries that know only how long one wait may be; a context manager."""

    def __init__(self, ends: Deadline) -> None:
        self._ends = ends
        self._kept: list[socket.socket] = []
        self._timer: threading.Timer | None = None

    def over(self, connection: socket.socket) -> socket.socket:
        """The same socket, watched from now on."""
        self._kept.append(connection.dup())  # TLS takes the descriptor away from the socket that it wraps
        if self._timer is None and self._ends.left() < FOR_EVER:
            self._timer = threading.Timer(self._ends.left(), self._end)
            self._timer.daemon = True
            self._timer.start()
        return connection

    def close(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
        for each in self._kept:
            each.close()
        self._kept.clear()
        self._timer = None

    def _end(self) -> None:
        for each in list(self._kept):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Transport(httpx2.HTTPTransport):
    """HTTP whose connections are made by ``connected``, and whose reads and writes end with ``ends``."""

    def __init__(self, *, allows_inside: bool) -> None:
        super().__init__(trust_env=False)
        self._backend = _Backend(allows_inside)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False), network_backend=self._backend
        )

    def ends(self, deadline: Deadline) -> None:
        """What is read and written from now on ends then."""
        self._backend.ends = deadline


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, allows_inside: bool) -> None:
        self._allows_inside = allows_inside
        self.ends = Deadline()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the pinned address."""
        seconds = self.ends.left(timeout)
        try:
            made = connected(host, port, seconds=seconds, allows_inside=self._allows_inside)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        return _Stream(made, self)


class _Stream(httpcore2.NetworkStream):
    """A socket each of whose waits ends at the deadline as it stands."""

    def __init__(self, connection: socket.socket, backend: _Backend) -> None:
        self._socket, self._backend = connection, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What is there, at most so many bytes."""
        try:
            self._wait(timeout)
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore2.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it."""
        rest = memoryview(buffer)
        try:
            while rest:
                self._wait(timeout)
                rest = rest[self._socket.send(rest) :]
        except TimeoutError as error:
            raise httpcore2.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """The connection with TLS; the certificate is that of the name, whatever the address."""
        try:
            self._wait(timeout)
            return _Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._backend)
        except TimeoutError as error:
            self.close()
            raise httpcore2.ConnectTimeout(str(error)) from error
        except OSError as error:
            self.close()
            raise httpcore2.ConnectError(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of its streams."""
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        if info == "is_readable":
            return _is_readable(self._socket)
        return {"socket": self._socket}.get(info)

    def _wait(self, timeout: float | None) -> None:
        left = self._backend.ends.left(timeout)
        if left <= 0:
            raise TimeoutError("the time for this attempt is over")
        self._socket.settimeout(None if left == FOR_EVER else left)


def _is_readable(connection: socket.socket) -> bool:
    """Whether an idle connection has something to say, which is its end."""
    import select

    try:
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        return bool(poll.poll(0))
    except (OSError, ValueError):
        return True
