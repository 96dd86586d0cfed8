"""Telegram: the conformance suite against telegram-test-api, in a private chat; it knows no edits and no limits."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from replyassist.channels import NewMessage
from replyassist.channels.registry import adapter_named
from tests.channels.conformance import MALFORMED, QUESTION, Conformance, Stage
from tests.channels.peers.processes import telegram
from tests.channels.peers.telegram import PRIVATE, TOM
from tests.channels.polled import PolledHarness

NUMBERS = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, telegram(Path(folder)) as address:
        yield address


class EmulatorHarness(PolledHarness):
    """A bot of its own, by its token."""

    adapter = adapter_named("telegram")
    account = "666"
    visibility = "private"

    def __init__(self, server: str) -> None:
        self.server, self.token = server, f"{next(NUMBERS)}:emulated"

    def credentials(self) -> dict[str, str]:
        return {"token": self.token, "url": self.server}

    def write(self, text: str, **more: Any) -> str:
        written = {"botToken": self.token, "from": TOM, "chat": PRIVATE, "date": int(time.time()), "text": text, **more}
        self.call("sendMessage", written)
        last = max(self.history(), key=lambda each: int(each["messageId"]))
        return f"{PRIVATE['id']}:{last['messageId']}"

    def write_malformed(self) -> None:
        self.write(MALFORMED, date=10**20)

    def posted(self) -> list[str]:
        return [each["message"]["text"] for each in self.ours()]

    def ours(self) -> list[dict[str, Any]]:
        return [each for each in self.history() if "chat_id" in each["message"]]

    def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("getUpdatesHistory", {"token": self.token})
        return found

    def call(self, method: str, document: dict[str, Any]) -> Any:
        answer = httpx2.post(f"{self.server}/{method}", json=document, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestEmulator(Conformance):
    adapter = adapter_named("telegram")
    test_order = test_changes = None  # type: ignore[assignment]  # it lets nobody edit
    raised_in_front = ("telegram",)  # it knows no limits

    @pytest.fixture
    def harness(self, server: str) -> EmulatorHarness:
        return EmulatorHarness(server)

    def test_the_answer_names_the_message_that_it_answers(self, stage: Stage, harness: EmulatorHarness) -> None:
        stage.approved()
        stage.run()
        (sent,) = harness.ours()
        asked = harness.history()[0]["messageId"]
        assert sent["message"]["chat_id"] == PRIVATE["id"]
        assert sent["message"]["reply_parameters"] == {"message_id": asked}
        assert stage.delivery().platform_id == f"{PRIVATE['id']}:{sent['messageId']}"

    def test_what_was_read_is_read_once(self, stage: Stage, harness: EmulatorHarness) -> None:
        asked = [harness.write(f"{QUESTION} {number}") for number in range(3)]
        events = harness.events(stage.account)
        assert [each.message.external_id for each in events if isinstance(each, NewMessage)] == asked
        assert harness.events(stage.account) == []
