"""A provider of mail: the IMAP server pymap and an SMTP server that keeps, refuses or cuts off what it is handed."""

from __future__ import annotations

import asyncio
import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from replyassist.core.clock import Clock

from .processes import free_port, running

USER, PASSWORD = "brand", "pw"


class Provider:
    """Both servers; ``answer`` is what the SMTP server says to the end of the next mail."""

    def __init__(self, imap_port: int) -> None:
        self.imap_port, self.smtp_port = imap_port, free_port()
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"
        self.cuts_off = False

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:
        """Keep a mail, unless told otherwise."""
        answer, self.answer = self.answer, "250 OK"
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.taken.append(mail)
        if self.cuts_off:
            self.cuts_off = False
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer

    @staticmethod
    def authenticate(*told: object) -> AuthResult:
        """The one user."""
        login = told[-1]
        return AuthResult(success=isinstance(login, LoginPassword) and login.password == PASSWORD.encode())

    def imap(self) -> imaplib.IMAP4:
        """A connection of somebody else's."""
        client = imaplib.IMAP4("127.0.0.1", self.imap_port)
        client.login(USER, PASSWORD)
        return client


@contextmanager
def imap_server() -> Iterator[int]:
    """The port of pymap."""
    port = free_port()
    options = ("--demo-user", USER, "--demo-password", PASSWORD)
    with running("pymap", "--host", "127.0.0.1", "--port", str(port), "dict", *options, port=port):
        yield port


@contextmanager
def provider(imap_port: int) -> Iterator[Provider]:
    """With an SMTP server of its own."""
    peer = Provider(imap_port)
    controller = Controller(
        peer, hostname="127.0.0.1", port=peer.smtp_port, authenticator=peer.authenticate, auth_require_tls=False
    )
    controller.start()
    try:
        yield peer
    finally:
        controller.stop()


def mail(text: str, clock: Clock, **headers: str) -> EmailMessage:
    """A mail of Tom's; a header that is empty is left out."""
    made = EmailMessage()
    given = {"from": "Tom <tom@fan.example>", "to": "help@fernhill.example", "subject": "Shipping"} | headers
    given.setdefault("date", format_datetime(clock.now()))
    given.setdefault("message-id", make_msgid(domain="fan.example"))
    for name, value in given.items():
        if value:
            made[name.replace("_", "-")] = value
    made.set_content(text)
    return made
