from __future__ import annotations

import socket
from collections.abc import Iterator
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import AuthResult, LoginPassword

from replyassist.core.errors import ConfigurationError
from replyassist.core.mail import SmtpMailer


class Inbox(MessageHandler):
    """Keeps what a real SMTP server takes."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.logins: list[LoginPassword] = []

    def handle_message(self, message: Message) -> None:
        self.messages.append(message)

    def authenticate(self, *told: object) -> AuthResult:
        login = told[-1]
        assert isinstance(login, LoginPassword)
        self.logins.append(login)
        return AuthResult(success=login.password == b"p@ss")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def port(inbox: Inbox) -> Iterator[int]:
    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=inbox.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    yield controller.port
    controller.stop()


def test_a_message_arrives(inbox: Inbox, port: int) -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", sender="Fernhill <desk@fernhill.example>")

    assert mailer.send("ana@test.example", "You are invited", "Grüße\nhttps://desk.example/invitation/abc\n")

    (message,) = inbox.messages
    assert (message["To"], message["From"]) == ("ana@test.example", "Fernhill <desk@fernhill.example>")
    assert message["Message-ID"].endswith("@fernhill.example>")
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert text.decode().replace("\r\n", "\n") == "Grüße\nhttps://desk.example/invitation/abc\n"


def test_the_doctor_hears_whether_the_server_lets_us_in(inbox: Inbox, port: int) -> None:
    assert SmtpMailer(f"smtp://desk:p%40ss@127.0.0.1:{port}", sender="a@x.example").reach() == f"127.0.0.1:{port}"
    for url in (f"smtp://desk:wrong@127.0.0.1:{port}", f"smtp://127.0.0.1:{free_port()}"):
        with pytest.raises(ConfigurationError, match="refuses or is silent"):
            SmtpMailer(url, sender="a@x.example").reach()
    assert inbox.messages == []


def test_name_and_password_of_the_url_are_used(inbox: Inbox, port: int) -> None:
    assert SmtpMailer(f"smtp://desk:p%40ss@127.0.0.1:{port}", sender="desk@x.example").send("a@x.example", "s", "t")
    assert [(login.login, login.password) for login in inbox.logins] == [(b"desk", b"p@ss")]
    assert not SmtpMailer(f"smtp://desk:wrong@127.0.0.1:{port}", sender="desk@x.example").send("a@x.example", "s", "t")
    assert len(inbox.messages) == 1


def test_a_server_that_is_not_there_or_says_nothing_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    assert not SmtpMailer(f"smtp://127.0.0.1:{free_port()}", sender="desk@x.example").send("a@x.example", "s", "t")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        assert not SmtpMailer(url, sender="desk@x.example", seconds=0.2).send("a@x.example", "s", "the secret link")
    assert "the secret link" not in caplog.text


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:high"])
def test_another_url_is_refused_at_the_start_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="REPLYASSIST_SMTP_URL"):
        SmtpMailer(url, sender="desk@x.example")
    with pytest.raises(ConfigurationError, match="REPLYASSIST_MAIL_FROM"):
        SmtpMailer("smtp://mail.example", sender="")
