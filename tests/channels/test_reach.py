"""One attempt ends at its deadline, whatever the other side does with the connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from replyassist.channels import OutgoingReply
from replyassist.channels.account import Account, Credentials, Runtime
from replyassist.channels.email.send import EmailPlatform
from replyassist.channels.http import Api
from replyassist.channels.reach import Deadline
from replyassist.channels.webhook.send import WebhookChannel, new_secret
from replyassist.core.clock import SystemClock
from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryUncertain
from tests.delivery.replies import reply

SECONDS = 0.5
RUNTIME = Runtime(SystemClock(), SECONDS, home=Path(), allows_inside=True)
EMAIL = {"address": "a@shop.example", "password": "secret"}


@contextlib.contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[int]:
    """A server that says something at once, and then a drop at a time for as long as anybody listens; its port."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                connection.sendall(first)
                while not ended.wait(0.02):
                    connection.sendall(drop)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            server.shutdown(socket.SHUT_RDWR)
            accepting.join(10)


HEADER = (b"HTTP/1.1 200 OK\r\nx-a: ", b"a")
BODY = (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", b" ")


@pytest.mark.parametrize(("first", "drop"), [(b"", b"H"), HEADER, BODY])
def test_an_answer_that_drips_ends_a_call(first: bytes, drop: bytes) -> None:
    with dripping(first, drop) as port:
        api = Api(f"http://127.0.0.1:{port}", RUNTIME)
        with pytest.raises(DeliveryUncertain, match="did not answer"):
            api.call("POST", "/in", has_effect=True, json={})


def test_a_webhook_that_drips_its_header_ends_and_one_that_drips_its_body_has_answered() -> None:
    def send(port: int) -> str:
        return WebhookChannel(f"http://127.0.0.1:{port}/in", new_secret(), RUNTIME).send(reply())

    with dripping(*HEADER) as port, pytest.raises(DeliveryUncertain, match="did not answer"):
        send(port)
    with dripping(*BODY) as port:
        assert send(port) == reply().key


def test_tls_that_drips_its_handshake_ends() -> None:
    with dripping(b"\x16\x03\x03\x40\x00", b"\x00") as port:
        api = Api(f"https://127.0.0.1:{port}", RUNTIME)
        with pytest.raises(DeliveryNotMade, match="no connection"):
            api.call("POST", "/in", has_effect=True, json={})


def test_all_calls_of_one_attempt_share_its_deadline() -> None:
    over = replace(RUNTIME, timeout_seconds=60, ends=Deadline(SECONDS))
    with dripping(*HEADER) as port:
        api = Api(f"http://127.0.0.1:{port}", over)
        with pytest.raises(DeliveryUncertain, match="did not answer"):
            api.call("POST", "/in", has_effect=True)
        with pytest.raises(DeliveryNotMade, match="over before"):
            api.call("POST", "/in", has_effect=True)


def email(**servers: str) -> EmailPlatform:
    account = Account("fernhill", "email", credentials=Credentials(EMAIL | servers))
    return EmailPlatform(account, replace(RUNTIME, timeout_seconds=60, ends=Deadline(SECONDS)))


@pytest.mark.parametrize("first", [b"", b"* OK"])
def test_mail_servers_that_drip_end(first: bytes) -> None:
    with dripping(first, b" ") as port:
        mail = email(imap=f"127.0.0.1:{port}", smtp=f"127.0.0.1:{port}")
        calls: list[Callable[[], object]] = [lambda: mail.send(prepared(mail)), lambda: mail.find(prepared(mail))]
        for call in calls:
            with pytest.raises(DeliveryError, match=r"failed or did not answer"):
                call()
        mail.close()


def prepared(mail: EmailPlatform) -> OutgoingReply:
    known = reply(author="tom@mail.example", metadata={"subject": "Hi"})
    return known.with_prepared(mail.prepare(known))


def test_an_smtp_server_that_drips_ends() -> None:
    with dripping(b"220-", b"a") as port:
        mail = email(imap="127.0.0.1", smtp=f"127.0.0.1:{port}")
        assert [check.is_ok for check in mail.test().checks] == [False, False]
        mail.close()


def test_a_deadline_is_the_sooner_of_two() -> None:
    at = [0.0]
    ends = Deadline(10, now=lambda: at[0])

    assert (ends.left(), ends.left(3), ends.within(3).left(), ends.within(30).left()) == (10, 3, 3, 10)
    at[0] = 12
    assert (ends.left(), ends.within(3).left()) == (0, 0)
