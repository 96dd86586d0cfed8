"""The post above a message, and what it answers, are asked for where the platform's events leave them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from replyassist.channels import Account, Adapter, NewMessage, Platform, Runtime, Thread, ThreadPlace
from replyassist.channels.events import message
from replyassist.core.errors import DeliveryNotMade
from replyassist.inbox.schemas import MAX_TEXT
from replyassist.inbox.service import load
from replyassist.intake.context import fill_context
from replyassist.testing import FakePeer, fake_adapter
from replyassist.testing.platform import TRAITS, FakePlatform
from tests.world import World

POST = "New roast is out!"


@dataclass
class Threads(FakePlatform):
    """A platform that is asked for threads. ``closed`` counts how often it was let go."""

    answer: Callable[[ThreadPlace], Thread] = lambda _: Thread(POST)
    asked: list[ThreadPlace] = field(default_factory=list)
    closed: int = 0

    def thread(self, place: ThreadPlace) -> Thread:
        self.asked.append(place)
        return self.answer(place)

    def close(self) -> None:
        self.closed += 1


@dataclass
class House:
    world: World
    platform: Threads
    tells_parent: bool = False

    def fill(self, message_id: int) -> bool:
        traits = replace(TRAITS, tells_parent=self.tells_parent)

        def platform(account: Account, _: Runtime) -> Platform:
            return self.platform

        adapter: Adapter = replace(fake_adapter(self.platform.peer, traits), platform=platform)
        connections = replace(self.world.connections, adapters={"fake": adapter})
        with self.world.database.reading() as session:
            stored = load(session, message_id)
        return fill_context(connections, stored, jobs=self.world.jobs, settings=self.world.settings)

    def parent(self, message_id: int) -> str | None:
        with self.world.database.reading() as session:
            return load(session, message_id).conversation.parent_text

    def answered(self, message_id: int) -> str | None:
        with self.world.database.reading() as session:
            return load(session, message_id).message.answered_text

    def message(self, parent_text: str | None = None, **more: Any) -> int:
        where = {"external_id": "post-77", "visibility": "public", "parent_text": parent_text}
        return self.world.message(**({"conversation": where} | more))


@pytest.fixture
def house(world: World) -> House:
    world.connect("fake", "instagram")
    account = Account("fernhill", "instagram")
    return House(world, Threads(account, FakePeer(world.clock.now)))


def test_the_post_above_is_kept(house: House) -> None:
    message_id = house.message()

    assert house.fill(message_id)
    assert house.parent(message_id) == POST
    assert [place.conversation for place in house.platform.asked] == ["post-77"]
    assert house.platform.closed == 1
    assert not house.fill(message_id), "once it is known nobody is asked"


def test_other_messages_of_the_thread_are_taken_in(house: House, world: World) -> None:
    message_id = house.message()

    def told(place: ThreadPlace) -> Thread:
        event = message(
            house.platform.account, "other", "me too", author_id="7", author_name="Ann",
            conversation_id=place.conversation, posted_at=world.clock.now(),
        )  # fmt: skip
        assert isinstance(event, NewMessage)
        return Thread(events=(event,))

    house.platform.answer = told

    assert house.fill(message_id)
    with world.database.reading() as session:
        assert load(session, message_id + 1).message.text == "me too"


@pytest.mark.parametrize(("parent", "tells_parent"), [("There already", False), (None, True)])
def test_nobody_is_asked_for_what_is_known_or_was_told(house: House, parent: Any, *, tells_parent: bool) -> None:
    house.tells_parent = tells_parent

    assert not house.fill(house.message(parent))
    assert house.platform.asked == []


def test_a_platform_that_fails_costs_only_the_context(house: House) -> None:
    def fail(_: ThreadPlace) -> Thread:
        raise DeliveryNotMade("no connection")

    house.platform.answer = fail
    message_id = house.message()

    assert not house.fill(message_id)
    assert house.parent(message_id) is None
    assert house.platform.closed == 1


@pytest.mark.parametrize("broken", ["call", "write"])
def test_what_nobody_foresaw_costs_only_the_context(
    house: House, broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> Thread:
        raise KeyError("in_reply_to")

    if broken == "call":
        house.platform.answer = fail
    else:
        monkeypatch.setattr("replyassist.intake.context.take_events", fail)
    message_id = house.message()

    assert not house.fill(message_id)
    assert house.parent(message_id) is None
    assert "could not be read" in caplog.text


def test_a_post_is_kept_without_what_no_database_takes_and_cut_to_the_longest_text(house: House) -> None:
    house.platform.answer = lambda _: Thread("new\x00 \ud800" + "x" * MAX_TEXT)
    message_id = house.message()

    assert house.fill(message_id)
    assert house.parent(message_id) == ("new ?" + "x" * MAX_TEXT)[:MAX_TEXT]


def test_a_channel_without_an_account_is_asked_nothing(world: World) -> None:
    house = House(world, Threads(Account("fernhill", "instagram"), FakePeer(world.clock.now)))

    assert not house.fill(house.message())


class TestWhatOneMessageAnswers:
    """It belongs to that message, and never to those that stand under the same post."""

    def test_the_post_is_the_same_for_all_whoever_came_first(self, house: House) -> None:
        def told(place: ThreadPlace) -> Thread:
            return Thread(POST, "I hate this politician" if place.external_id == "m-1" else None)

        house.platform.answer = told
        first, second = house.message(in_reply_to="somebody's"), house.message()

        assert [house.fill(each) for each in (first, second)] == [True, False]
        assert [house.parent(each) for each in (first, second)] == [POST, POST]
        assert [house.answered(each) for each in (first, second)] == ["I hate this politician", None]

    def test_what_is_here_is_not_asked_for(self, house: House) -> None:
        first = house.message(POST)
        second = house.message(in_reply_to="m-1", text="and to Sweden?")

        assert house.fill(second)
        assert (house.answered(second), house.answered(first)) == ("do you ship to Norway??", None)
        assert house.platform.asked == []
        assert not house.fill(second), "once it is known nothing is looked for"

    def test_what_its_author_deleted_is_not_shown_again(self, house: House, world: World) -> None:
        house.message(POST)
        second = house.message(in_reply_to="m-1", text="and to Sweden?")
        world.delete("m-1")

        assert not house.fill(second)
        assert (house.answered(second), house.platform.asked) == (None, [])

    def test_a_channel_without_an_account_has_it_too(self, world: World) -> None:
        house = House(world, Threads(Account("fernhill", "instagram"), FakePeer(world.clock.now)))
        house.message()
        second = house.message(in_reply_to="m-1")

        assert house.fill(second)
        assert house.answered(second) == "do you ship to Norway??"

    def test_only_what_is_missing_is_asked_for(self, house: House) -> None:
        house.message(None)
        for number, (post, answers) in enumerate(((None, "m-1"), (None, "other"), (None, "post-77"), ("x", "y"))):
            where = {"external_id": f"post-{number if post else 77}", "visibility": "public", "parent_text": post}
            house.fill(house.message(conversation=where, in_reply_to=answers))
            house.platform.answer = lambda _: Thread()
        wants = [(place.wants_post, place.wants_answered) for place in house.platform.asked]
        assert wants == [(True, False), (False, True), (False, True)]

    def test_what_begins_a_conversation_here_is_no_post_above_it(self, house: House) -> None:
        """On X and in a channel of Discord a person's own message begins one: it stands there as what it is."""
        begun = {"external_id": "m-1", "visibility": "public", "parent_text": None}
        house.message(conversation=begun)
        below = house.message(conversation=begun, in_reply_to="m-1", text="and to Sweden?")

        assert house.fill(below)
        assert (house.parent(below), house.answered(below)) == (None, "do you ship to Norway??")
        assert house.platform.asked == []

    def test_what_was_told_is_kept_from_the_start(self, house: House) -> None:
        told = house.message(POST, in_reply_to="m-9", answered_text="Your refund is on its way")

        assert not house.fill(told)
        assert house.answered(told) == "Your refund is on its way"
