"""E-mail that the application sends itself: invitations and links to another password."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from .errors import ConfigurationError

logger = logging.getLogger(__name__)
SECONDS = 10.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS = {"smtp": 587, "smtps": 465}


class Mailer(Protocol):
    """Sends one message to one person."""

    def send(self, to: str, subject: str, text: str) -> bool:
        """Whether the server took it; a failure is logged without the text."""
        ...


class SmtpMailer:
    """Sends by ``smtp://user:password@host:port`` (STARTTLS where the server has it; a password goes over TLS alone,
    but for this machine) or ``smtps://…`` (TLS from the first byte).

    Raises ConfigurationError for another URL, or without an address to send from.
    """

    def __init__(self, url: str, *, sender: str, seconds: float = SECONDS) -> None:
        self._at = _address(url)
        self._port = self._at.port or _PORTS[self._at.scheme]
        if "@" not in sender:
            raise ConfigurationError("REPLYASSIST_MAIL_FROM: the address that e-mail is sent from is needed")
        self._sender = sender
        self._seconds = seconds

    def send(self, to: str, subject: str, text: str) -> bool:
        """Send it now; False when the server cannot be reached, refuses, or takes too long."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2].strip("> "))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            with self._connected() as server:
                server.send_message(message)
        except (OSError, ValueError, smtplib.SMTPException) as error:  # ValueError: no address that can be sent to
            logger.warning("an e-mail could not be sent: %s", type(error).__name__)
            return False
        return True

    def reach(self) -> str:
        """Go as far as before a message, and say where; raise ConfigurationError when the server does not let us in."""
        where = f"{self._at.hostname}:{self._port}"
        try:
            with self._connected():
                return where
        except (OSError, smtplib.SMTPException) as error:
            raise ConfigurationError(f"REPLYASSIST_SMTP_URL: {where} refuses or is silent: {error}") from error

    def _connected(self) -> smtplib.SMTP:
        at = self._at
        return signed_in(
            at.hostname or "",
            self._port,
            unquote(at.username or ""),
            unquote(at.password or ""),
            has_tls=at.scheme == "smtps",
            seconds=self._seconds,
        )


Connect = Callable[[str, int, float], socket.socket]


class _Smtp(smtplib.SMTP):
    """SMTP over a connection that somebody else makes."""

    def __init__(self, host: str, port: int, connect: Connect, **options: Any) -> None:
        self._made_by = connect
        super().__init__(host, port, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._made_by(host, port, timeout)


class _SmtpOverTls(smtplib.SMTP_SSL, _Smtp):
    """The same with TLS from the first byte."""

    def __init__(self, host: str, port: int, connect: Connect, **options: Any) -> None:
        self._made_by = connect
        smtplib.SMTP_SSL.__init__(self, host, port, **options)


def plain_connection(host: str, port: int, seconds: float) -> socket.socket:
    """A connection to whatever the name leads to."""
    return socket.create_connection((host, port), seconds)


def signed_in(
    host: str,
    port: int,
    user: str,
    password: str,
    *,
    has_tls: bool,
    seconds: float,
    connect: Connect = plain_connection,
) -> smtplib.SMTP:
    """A connection, signed in where there is a user; a password goes over TLS alone, but for this machine.

    ``has_tls``: TLS from the first byte; else STARTTLS where the server has it. ``connect`` makes the connection.
    Raises OSError, of which smtplib's errors are one.
    """
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if has_tls:
        server = _SmtpOverTls(host, port, connect, timeout=seconds, context=context)
    else:
        server = _Smtp(host, port, connect, timeout=seconds)
    try:
        if not has_tls:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
            elif user and host not in LOOPBACK:
                raise smtplib.SMTPNotSupportedError("no TLS, so no password is sent")
        if user:
            server.login(user, password)
    except BaseException:
        server.close()
        raise
    return server


def _address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme in _PORTS and parts.hostname and (parts.port is None or parts.port):
            return parts
    except ValueError:
        pass
    raise ConfigurationError("REPLYASSIST_SMTP_URL: expected smtp://USER:PASSWORD@HOST:PORT or smtps://…")
