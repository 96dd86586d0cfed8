"""The suite on the two channels that only send."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from replyassist.channels import Account, Event, NewMessage
from replyassist.channels.registry import adapter_named
from replyassist.channels.webhook.send import new_secret
from replyassist.delivery.service import outbox_folder
from tests.world import BRAND, message_in

from .conformance import Conformance, Harness


class SendingHarness(Harness):
    """Messages come by API."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def write(self, text: str) -> str:
        self.texts.append(text)
        return f"m-{len(self.texts)}"

    def events(self, account: Account) -> list[Event]:
        return [
            NewMessage(message_in(number, channel=account.channel, text=text, posted_at=datetime.now(UTC).isoformat()))
            for number, text in enumerate(self.texts, start=1)
        ]

    def credentials(self) -> dict[str, str]:
        return {}


class FileHarness(SendingHarness):
    adapter = adapter_named("file")

    def posted(self) -> list[str]:
        path = outbox_folder(self.world.settings) / f"{BRAND}.jsonl"
        return [json.loads(line)["text"] for line in path.read_text().splitlines()] if path.exists() else []


class WebhookHarness(SendingHarness):
    """A receiver that drops ids that it has seen."""

    adapter = adapter_named("webhook")

    def __init__(self, server: HTTPServer) -> None:
        super().__init__()
        self.received: dict[str, str] = {}
        self.wait_seconds = 0.0
        self.url = server.url_for("/replies")
        server.expect_request("/replies").respond_with_handler(self._receive)
        self.secret = new_secret()

    def _receive(self, request: Request) -> Response:
        wait, self.wait_seconds = self.wait_seconds, 0.0
        if wait:
            return Response(status=429, headers={"Retry-After": str(int(wait))})
        self.received.setdefault(request.headers["webhook-id"], json.loads(request.get_data())["data"]["text"])
        return Response(status=204)

    def credentials(self) -> dict[str, str]:
        return {"url": self.url, "secret": self.secret}

    def posted(self) -> list[str]:
        return list(self.received.values())

    def ask_to_wait(self, seconds: float) -> bool:
        self.wait_seconds = seconds
        return True


class TestFile(Conformance):
    @pytest.fixture
    def harness(self) -> Harness:
        return FileHarness()


class TestWebhook(Conformance):
    @pytest.fixture
    def harness(self, httpserver: HTTPServer) -> Harness:
        return WebhookHarness(httpserver)
