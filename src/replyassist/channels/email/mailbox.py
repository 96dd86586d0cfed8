"""Signing in at a mailbox, by TLS wherever it is not on this machine; what fails is one of the port's errors."""

from __future__ import annotations

import imaplib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from replyassist.core.errors import ConfigurationError, CredentialsRefused, DeliveryNotMade
from replyassist.core.mail import LOOPBACK, Connect, signed_in

from ..account import Credentials, Runtime
from ..reach import Watch, connected

IMAP_TLS, SMTP_TLS, SMTP_SUBMISSION = 993, 465, 587
YES = ("yes", "on", "true", "1")
IMAP_ERRORS = (imaplib.IMAP4.error, ImapToolsError, OSError)
ADDRESS = re.compile(r'[^\s@"\\<>(),:;]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*')


class Mailbox:
    """One mailbox. Making one calls nobody; raises ConfigurationError for an address or a server that is none.

    Whatever it does ends with the attempt that it is made for; ``close`` ends the watch over that.
    """

    def __init__(self, credentials: Credentials, runtime: Runtime) -> None:
        self.address = credentials.get("address", "")
        if not ADDRESS.fullmatch(self.address):
            raise ConfigurationError("the address of the mailbox is not an e-mail address")
        self.name = credentials.get("name", "")
        self.folder = credentials.get("folder", "") or "INBOX"
        self.imap_server = _place(credentials.get("imap", ""), IMAP_TLS)
        self.smtp_server = _place(credentials.get("smtp", ""), SMTP_SUBMISSION)
        self.uses_reply_to = credentials.get("use_reply_to", "").lower() in YES
        self._sent = credentials.get("sent", "")
        self._user, self._password = credentials.get("user", "") or self.address, credentials.get("password", "")
        self._runtime, self._timeout = runtime, runtime.timeout_seconds
        self._watch = Watch(runtime.ends)

    @property
    def place_of_copies(self) -> str:
        """The address, and whose folder of sent mail at which server; another one knows nothing of earlier attempts."""
        host, port = self.imap_server
        return f"{self.address.lower()} {self._user}@{host}:{port}/{self._sent}"

    @contextmanager
    def imap(self) -> Iterator[BaseMailBox]:
        """Signed in; what fails in the block raises DeliveryNotMade, a password that is wrong CredentialsRefused."""
        host = self.imap_server[0]
        try:
            with _ending(self._connected()) as box:
                self._sign_in(box)
                yield box
        except IMAP_ERRORS as error:
            raise DeliveryNotMade(f"{host} failed or did not answer: {type(error).__name__}") from error

    def smtp(self) -> smtplib.SMTP:
        """Signed in; raises CredentialsRefused or DeliveryNotMade."""
        host, port = self.smtp_server
        try:
            return signed_in(
                host,
                port,
                self._user,
                self._password,
                has_tls=port == SMTP_TLS,
                seconds=self._timeout,
                connect=self._connect,
            )
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code >= 500:
                raise CredentialsRefused(f"{host} does not take the password ({error.smtp_code})") from error
            raise DeliveryNotMade(f"{host} lets nobody in for now ({error.smtp_code})") from error
        except OSError as error:  # smtplib's errors are among them
            raise DeliveryNotMade(f"{host} failed or did not answer: {type(error).__name__}") from error

    def sent_folder(self, box: BaseMailBox) -> str:
        r"""The folder of sent mail: the one given, the one that the server marks (``\Sent``, RFC 6154), or "Sent"."""
        if self._sent:
            return self._sent
        marked = (each.name for each in box.folder.list() if "\\sent" in map(str.lower, each.flags))
        return next(marked, "Sent")

    def _connected(self) -> BaseMailBox:
        host, port = self.imap_server
        context = ssl.create_default_context()  # without one, imaplib looks at no certificate
        client: imaplib.IMAP4
        if port == IMAP_TLS:
            client = _ImapOverTls(host, port, self._connect, timeout=self._timeout, ssl_context=context)
        else:
            client = _Imap(host, port, self._connect, timeout=self._timeout)
            if host not in LOOPBACK:
                client.starttls(context)
        return _Box(client)

    def _connect(self, host: str, port: int, seconds: float) -> socket.socket:
        left = self._runtime.ends.left(seconds)
        made = connected(host, port, seconds=left, allows_inside=self._runtime.allows_inside)
        return self._watch.over(made)

    def close(self) -> None:
        """Nothing is ended any more by the deadline."""
        self._watch.close()

    def _sign_in(self, box: BaseMailBox) -> None:
        try:
            box.login(self._user, self._password, initial_folder=None)
        except MailboxLoginError as error:
            if "UNAVAILABLE" in str(error):  # RFC 5530: for now
                raise
            raise CredentialsRefused(f"{self.imap_server[0]} does not take the password") from error


class _Imap(imaplib.IMAP4):
    """IMAP over a connection that somebody else makes."""

    def __init__(self, host: str, port: int, connect: Connect, **options: Any) -> None:
        self._made_by = connect
        super().__init__(host, port, **options)

    def _create_socket(self, timeout: float) -> socket.socket:
        return self._made_by(self.host, self.port, timeout)


class _ImapOverTls(imaplib.IMAP4_SSL):
    """The same with TLS from the first byte."""

    def __init__(self, host: str, port: int, connect: Connect, **options: Any) -> None:
        self._made_by = connect
        super().__init__(host, port, **options)

    def _create_socket(self, timeout: float) -> ssl.SSLSocket:
        context: ssl.SSLContext = self.ssl_context
        return context.wrap_socket(self._made_by(self.host, self.port, timeout), server_hostname=self.host)


class _Box(BaseMailBox):
    """The library's mailbox over a client that is connected already."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._given = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._given


@contextmanager
def _ending(box: BaseMailBox) -> Iterator[BaseMailBox]:
    try:
        yield box
    finally:
        with suppress(*IMAP_ERRORS):
            box.logout()


def _place(server: str, port: int) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{server}")
        if parts.hostname and not (parts.path or parts.query or parts.username):
            return parts.hostname, parts.port or port
    except ValueError:
        pass
    raise ConfigurationError("a mail server is a name such as imap.shop.example, with or without a port (:993)")
