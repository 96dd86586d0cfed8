from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from werkzeug import Request, Response

from replyassist.channels import Repeat
from replyassist.channels.account import Runtime
from replyassist.channels.webhook.send import MAX_ANSWER_BYTES, WebhookChannel, new_secret, require_safe_url
from replyassist.core.clock import SystemClock
from replyassist.core.errors import ConfigurationError, DeliveryNotMade, DeliveryRefused, DeliveryUncertain
from tests.delivery.replies import reply

ROOT = Path(__file__).resolve().parents[2]
SECRET = new_secret()


def webhook(url: str, secret: str = SECRET, *, timeout_seconds: float = 5.0) -> WebhookChannel:
    return WebhookChannel(url, secret, Runtime(SystemClock(), timeout_seconds, home=Path(), allows_inside=True))


class Receiver:
    """A platform that answers as told and keeps what it got."""

    def __init__(self, server: HTTPServer, *answers: Response, path: str = "/hook") -> None:
        self.requests: list[Request] = []
        self._answers = list(answers)
        server.expect_request(path).respond_with_handler(self._answer)
        self.url = server.url_for(path)

    def _answer(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        return self._answers.pop(0) if self._answers else Response(status=204)


@contextlib.contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads one request and then does with the connection what no HTTP library would."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    request = b""
                    while not request.endswith(b"}}") and (received := connection.recv(65536)):
                        request += received
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


class TestWebhook:
    def test_the_receiver_can_verify_who_sent_it(self, httpserver: HTTPServer) -> None:
        receiver = Receiver(httpserver)
        webhook(receiver.url).send(reply())

        (request,) = receiver.requests
        verified = Webhook(SECRET).verify(request.get_data(), dict(request.headers))
        expected = reply().document | {"approved_at": "2026-11-22T12:00:00+00:00"}
        assert verified == {"type": "reply.approved", "timestamp": "2026-11-22T12:00:00+00:00", "data": expected}

    def test_another_secret_or_a_changed_body_is_found_out(self, httpserver: HTTPServer) -> None:
        receiver = Receiver(httpserver)
        webhook(receiver.url).send(reply())

        (request,) = receiver.requests
        with pytest.raises(WebhookVerificationError):
            Webhook(new_secret()).verify(request.get_data(), dict(request.headers))
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(request.get_data().replace(b"32", b"45"), dict(request.headers))

    def test_every_attempt_carries_the_same_id(self, httpserver: HTTPServer) -> None:
        receiver = Receiver(httpserver, Response(status=500), Response(status=200))
        with pytest.raises(DeliveryUncertain):
            webhook(receiver.url).send(reply())
        webhook(receiver.url).send(reply())

        assert [request.headers["webhook-id"] for request in receiver.requests] == ["reply-1", "reply-1"]
        assert webhook(receiver.url).traits.repeat is Repeat.IDEMPOTENCY_KEY
        assert webhook(receiver.url).find(reply()) is None

    def test_the_headers_say_what_it_is(self, httpserver: HTTPServer) -> None:
        receiver = Receiver(httpserver)
        webhook(receiver.url).send(reply())

        headers = receiver.requests[0].headers
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"] == "replyassist"
        assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
        assert headers["webhook-signature"].startswith("v1,")
        assert SECRET not in str(headers)

    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_any_2xx_is_its_arrival(self, httpserver: HTTPServer, status: int) -> None:
        receiver = Receiver(httpserver, Response(status=status))

        assert webhook(receiver.url).send(reply()) == "reply-1"

    @pytest.mark.parametrize(
        ("body", "platform_id"),
        [
            ('{"id": "ig-77"}', "ig-77"),
            ('{"id": 77}', "77"),
            ('{"id": null}', "reply-1"),
            ('{"id": ""}', "reply-1"),
            ('{"id": {"a": 1}}', "reply-1"),
            ("{}", "reply-1"),
            ("[1]", "reply-1"),
            ("thank you", "reply-1"),
            ("[" * 50_000, "reply-1"),
            ('{"id": "' + "x" * 1000 + '"}', "x" * 500),
            ('{"id": "a\\u0000b\\ud800"}', "ab?"),
        ],
    )
    def test_the_platforms_id_is_kept_when_there_is_one(
        self, httpserver: HTTPServer, body: str, platform_id: str
    ) -> None:
        receiver = Receiver(httpserver, Response(body))

        assert webhook(receiver.url).send(reply()) == platform_id

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (400, DeliveryRefused),
            (401, DeliveryRefused),
            (404, DeliveryRefused),
            (410, DeliveryRefused),
            (422, DeliveryRefused),
            (408, DeliveryNotMade),
            (425, DeliveryNotMade),
            (429, DeliveryNotMade),
            (500, DeliveryUncertain),
            (502, DeliveryUncertain),
            (503, DeliveryUncertain),
        ],
    )
    def test_a_status_decides_whether_it_may_be_sent_again(
        self, httpserver: HTTPServer, status: int, error: type[Exception]
    ) -> None:
        receiver = Receiver(httpserver, Response("<html>secret of theirs</html>", status=status))
        with pytest.raises(error) as caught:
            webhook(receiver.url).send(reply())

        assert type(caught.value) is error
        assert str(status) in str(caught.value)
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_a_redirect_is_not_followed(self, httpserver: HTTPServer, status: int) -> None:
        elsewhere = Receiver(httpserver, path="/elsewhere")
        receiver = Receiver(httpserver, Response(status=status, headers={"location": elsewhere.url}))
        with pytest.raises(DeliveryRefused, match=str(status)):
            webhook(receiver.url).send(reply())

        assert elsewhere.requests == []

    def test_a_closed_port_is_surely_not_sent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]

        with pytest.raises(DeliveryNotMade, match=r"no connection to 127\.0\.0\.1"):
            webhook(f"http://127.0.0.1:{port}/").send(reply())

    def test_a_host_that_nobody_knows_is_surely_not_sent(self) -> None:
        with pytest.raises(DeliveryNotMade, match="no connection"):
            webhook("https://nobody.invalid/hook", timeout_seconds=2).send(reply())

    def test_a_server_without_encryption_is_surely_not_sent(self, httpserver: HTTPServer) -> None:
        with pytest.raises(DeliveryNotMade):
            webhook(httpserver.url_for("/hook").replace("http://", "https://")).send(reply())

    @pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2", b"SSH-2.0-OpenSSH_9.9\r\n", b"\x16\x03\x01\x00\x00"])
    def test_who_hangs_up_without_an_answer_leaves_it_uncertain(self, answer: bytes) -> None:
        with (
            raw_server(lambda connection: connection.sendall(answer)) as url,
            pytest.raises(DeliveryUncertain, match="did not answer"),
        ):
            webhook(url).send(reply())

    def test_who_never_answers_leaves_it_uncertain_after_the_timeout(self) -> None:
        done = threading.Event()

        def wait(_connection: socket.socket) -> None:
            done.wait(10)

        with raw_server(wait) as url:
            started = monotonic()
            with pytest.raises(DeliveryUncertain, match="ReadTimeout"):
                webhook(url, timeout_seconds=0.3).send(reply())
            assert monotonic() - started < 3
            done.set()

    @pytest.mark.parametrize("body", [b"{", b"not gzip"])
    def test_an_answer_that_breaks_off_after_its_status_is_still_an_answer(self, body: bytes) -> None:
        def answers(status: bytes) -> Callable[[socket.socket], None]:
            head = b"HTTP/1.1 %s\r\ncontent-encoding: gzip\r\ncontent-length: 100\r\n\r\n" % status
            return lambda connection: connection.sendall(head + body)

        with raw_server(answers(b"200 OK")) as url:
            assert webhook(url).send(reply()) == "reply-1"
        with raw_server(answers(b"403 No")) as url, pytest.raises(DeliveryRefused):
            webhook(url).send(reply())

    def test_an_answer_that_drips_does_not_hold_the_worker(self) -> None:
        done = threading.Event()

        def drip(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not done.wait(0.1):
                connection.sendall(b" ")

        with raw_server(drip) as url:
            started = monotonic()
            assert webhook(url, timeout_seconds=0.5).send(reply()) == "reply-1"
            assert monotonic() - started < 4
            done.set()

    def test_a_huge_answer_is_not_read_to_its_end(self) -> None:
        sent = []

        def flood(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(2000):
                sent.append(connection.send(b"x" * MAX_ANSWER_BYTES))

        with raw_server(flood) as url:
            assert webhook(url).send(reply()) == "reply-1"
        assert sum(sent) < 2000 * MAX_ANSWER_BYTES

    def test_a_proxy_of_the_environment_never_sees_a_reply(
        self, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        receiver = Receiver(httpserver)

        assert webhook(receiver.url).send(reply()) == "reply-1"


class TestWebhookConfiguration:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/hook",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://2130706433/",
            "https://",
            "https:///path",
            "http:///path",
            "https://[::1",
            "https://host:port/",
            "https://x.example/\r\nHost: y",
            "https://\x00x/",
            "file:///etc/passwd",
            "ftp://x.example/",
            "javascript:alert(1)",
            "//x.example/",
            "x.example",
            "",
        ],
    )
    def test_an_unsafe_url_is_refused_before_anything_is_sent(self, url: str) -> None:
        with pytest.raises(ConfigurationError, match="webhook"):
            webhook(url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://hooks.example/replies?brand=fernhill",
            "HTTPS://hooks.example:8443/",
            "http://localhost:8080/",
            "http://LOCALHOST/",
            "http://127.0.0.1:8080/hook",
            "http://127.8.8.8/",
            "http://[::1]:8080/",
        ],
    )
    def test_https_anywhere_and_http_to_the_machine_itself_are_taken(self, url: str) -> None:
        require_safe_url(url)

    @pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!", "whsec_a"])
    def test_a_secret_that_is_none_is_refused_and_not_told(self, secret: str) -> None:
        with pytest.raises(ConfigurationError, match="secret") as caught:
            webhook("https://hooks.example/", secret)

        assert len(secret) < 7 or secret not in str(caught.value)

    def test_fresh_secrets_differ_and_fit(self) -> None:
        secrets = {new_secret() for _ in range(20)}

        assert len(secrets) == 20
        assert all(webhook("https://hooks.example/", secret) for secret in secrets)
