from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from replyassist.app import build_parts, create_app
from replyassist.core.errors import NotFound, QueueFull
from replyassist.core.jobs import DbosJobQueue, JobQueue, prepare_job_tables
from replyassist.core.security import Role
from replyassist.core.settings import Settings
from replyassist.inbox import repository
from replyassist.inbox.models import Author, Conversation, Message, MessageStatus
from replyassist.inbox.schemas import MessageIn
from replyassist.inbox.service import TakenMessage, draft_job, load
from replyassist.intake.service import take_in
from replyassist.testing import FakeEncoder
from tests.statements import counted
from tests.world import BRAND, World, message_in

LIMIT = 1000
T = TypeVar("T")

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def take(world: World, incoming: MessageIn, *, jobs: JobQueue | None = None, queue_limit: int = LIMIT) -> TakenMessage:
    with world.database.writing() as session:
        return take_in(
            session, incoming, jobs=jobs or world.jobs, now=world.clock.now(), queue_limit=queue_limit, group_seconds=0
        )  # fmt: skip


def took(world: World, incoming: MessageIn, *, queue_limit: int) -> bool:
    """Whether there was room for a message."""
    try:
        return take(world, incoming, queue_limit=queue_limit).is_new
    except QueueFull:
        return False


def storm(world: World, brand: str, *, queue_limit: int) -> int:
    """How many messages of a brand there is room for when as many come as the whole limit and more."""
    return sum(took(world, message_in(each, brand=brand), queue_limit=queue_limit) for each in range(queue_limit + 2))


@pytest.fixture
def engine(world: World) -> Iterator[DbosJobQueue]:
    prepare_job_tables(world.database.url)
    queue = DbosJobQueue(world.database.url)
    yield queue
    queue.close()


def rows(world: World, table: type[SQLModel]) -> int:
    with world.database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def stored(world: World, taken: TakenMessage) -> tuple[Message, Author, Conversation]:
    with world.database.reading() as session:
        found = load(session, taken.message.id)
        return found.message, found.author, found.conversation


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """What each of so many threads got that all began at the same moment."""
    together = threading.Barrier(count)

    def begin(number: int) -> T:
        together.wait(30)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return [done.result() for done in [pool.submit(begin, number) for number in range(count)]]


class TestOneMessage:
    def test_a_message_is_kept_as_it_came(self, world: World) -> None:
        taken = take(world, message_in(metadata={"kind": "dm", "deep": {"list": [1, None, "ü"]}}))
        message, author, conversation = stored(world, taken)

        assert taken.is_new
        assert (message.text, message.brand_id, message.channel) == ("do you ship to Norway??", BRAND, "instagram")
        assert message.posted_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
        assert message.received_at == world.clock.now()
        assert message.attributes == {"kind": "dm", "deep": {"list": [1, None, "ü"]}}
        assert (message.status, message.attempt) == (MessageStatus.RECEIVED, 0)
        assert (author.external_id, author.handle, author.name) == ("9911", "tom.k", "Tom")
        assert (conversation.visibility, conversation.parent_text) == ("public", "New roast is out!")
        assert (message.direction, message.attachments, message.in_reply_to) == ("in", [], None)

    def test_its_draft_is_planned_with_it(self, world: World) -> None:
        taken = take(world, message_in())

        assert [job for job, _ in world.jobs.planned] == [draft_job(taken.message.id, 0)]

    @on_sqlite
    def test_the_same_message_again_changes_nothing_and_gets_the_same_answer(self, world: World) -> None:
        first = take(world, message_in())
        world.clock.advance(hours=1)
        again = take(world, message_in(text="another text", author={"external_id": "other"}))

        assert (again.message, again.is_new) == (first.message, False)
        assert stored(world, again)[0].text == "do you ship to Norway??"
        assert (rows(world, Message), rows(world, Author), len(world.jobs.planned)) == (1, 1, 1)

    @on_sqlite
    def test_the_same_key_on_another_channel_is_another_message(self, world: World) -> None:
        take(world, message_in())

        assert take(world, message_in(channel="tiktok")).is_new
        assert (rows(world, Message), rows(world, Author), rows(world, Conversation)) == (2, 2, 2)

    @on_sqlite
    def test_a_brand_that_is_not_there_stores_nothing(self, world: World) -> None:
        with pytest.raises(NotFound, match="nobody"):
            take(world, message_in(brand="nobody"))

        assert (rows(world, Message), rows(world, Author), world.jobs.planned) == (0, 0, [])


class TestAuthorsAndConversations:
    def test_the_next_message_of_a_conversation_joins_it(self, world: World) -> None:
        conversation = {"external_id": "thread-1", "visibility": "private"}
        first = take(world, message_in(1, conversation=conversation))
        second = take(world, message_in(2, conversation=conversation, text="hello?"))

        conversation_id = stored(world, first)[2].id or 0
        assert stored(world, second)[2].id == conversation_id
        assert (rows(world, Author), rows(world, Conversation), rows(world, Message)) == (1, 1, 2)
        with world.database.reading() as session:
            told = repository.conversation_messages(session, conversation_id)
        assert [(message.text, author.name) for message, author in told] == [
            ("do you ship to Norway??", "Tom"),
            ("hello?", "Tom"),
        ]

    @on_sqlite
    def test_an_author_who_is_renamed_is_the_same_author(self, world: World) -> None:
        first = take(world, message_in(1))
        second = take(world, message_in(2, author={"external_id": "9911", "handle": "tom.berg", "name": "Thomas"}))

        assert stored(world, second)[1].id == stored(world, first)[1].id
        assert (stored(world, first)[1].handle, stored(world, first)[1].name) == ("tom.berg", "Thomas")

    @on_sqlite
    def test_what_a_platform_leaves_out_is_not_forgotten(self, world: World) -> None:
        take(world, message_in(1))
        second = take(world, message_in(2, author={"external_id": "9911"}))

        assert (stored(world, second)[1].handle, stored(world, second)[1].name) == ("tom.k", "Tom")

    @on_sqlite
    def test_only_the_last_messages_of_a_long_conversation_are_told(self, world: World) -> None:
        conversation = {"external_id": "thread-1"}
        taken = [take(world, message_in(number, conversation=conversation, text=f"t{number}")) for number in range(5)]
        conversation_id = stored(world, taken[0])[2].id or 0
        with world.database.reading() as session:
            told = repository.conversation_messages(session, conversation_id, limit=3)

        assert [message.text for message, _ in told] == ["t2", "t3", "t4"]


class TestFullQueue:
    def test_one_too_many_is_refused_and_leaves_nothing(self, world: World) -> None:
        for number in range(2):
            take(world, message_in(number), queue_limit=4)
        with pytest.raises(QueueFull, match="2 messages of 'fernhill' wait for their drafts, and 2 places are free"):
            take(world, message_in(9, author={"external_id": "new"}), queue_limit=4)

        assert (rows(world, Message), rows(world, Author), len(world.jobs.planned)) == (2, 1, 2)

    def test_a_storm_on_one_brand_shuts_out_that_brand_alone(self, world: World) -> None:
        world.second_brand("calm")
        assert storm(world, BRAND, queue_limit=20) == 10, "half of the limit"
        for number in range(5):
            assert take(world, message_in(number, brand="calm"), queue_limit=20).is_new
            with pytest.raises(QueueFull, match=BRAND):
                take(world, message_in(100 + number), queue_limit=20)

    def test_storms_on_many_brands_leave_a_place_for_one_that_is_calm(self, world: World) -> None:
        stormy = [f"storm-{number}" for number in range(3)]
        for brand in [*stormy, "calm"]:
            world.second_brand(brand)
        held = dict.fromkeys(stormy, 0)
        for number in range(20):
            for brand in stormy:
                held[brand] += took(world, message_in(number, brand=brand), queue_limit=20)

        assert held == dict.fromkeys(stormy, 5), "each a fourth, and a fourth is free"
        assert storm(world, "calm", queue_limit=20) == 3, "as many as are free then"

    @on_sqlite
    def test_no_more_wait_than_the_limit_however_many_brands_there_are(self, world: World) -> None:
        for number in range(4):
            world.second_brand(f"brand-{number}")
        taken = [took(world, message_in(brand=f"brand-{number}"), queue_limit=3) for number in range(4)]

        assert taken == [True, True, True, False]

    @on_sqlite
    def test_what_is_here_already_is_acknowledged_all_the_same(self, world: World) -> None:
        first = take(world, message_in(), queue_limit=1)

        assert take(world, message_in(), queue_limit=1).message == first.message

    @on_sqlite
    def test_there_is_room_again_when_a_message_has_its_draft(self, world: World) -> None:
        first = take(world, message_in(1), queue_limit=1)
        with world.database.writing() as session:
            assert repository.mark_queued(session, first.message.id)
            assert not repository.mark_queued(session, first.message.id), "only one worker does it"

        assert take(world, message_in(2), queue_limit=1).is_new


class TestOneTransaction:
    """With the real engine: the message and its job are committed together, or neither is."""

    def test_a_commit_keeps_both(self, world: World, engine: DbosJobQueue) -> None:
        taken = take(world, message_in(), jobs=engine)

        assert rows(world, Message) == 1
        assert engine.live_keys([draft_job(taken.message.id, 0).key])

    def test_an_error_leaves_neither(self, world: World, engine: DbosJobQueue) -> None:
        keys = []
        with pytest.raises(RuntimeError, match="pulled"), world.database.writing() as session:
            taken = take_in(
                session, message_in(), jobs=engine, now=world.clock.now(), queue_limit=LIMIT, group_seconds=0
            )
            keys.append(draft_job(taken.message.id, 0).key)
            raise RuntimeError("the plug was pulled")

        assert (rows(world, Message), rows(world, Author), rows(world, Conversation)) == (0, 0, 0)
        assert not engine.live_keys([keys[0]])

    def test_a_message_that_comes_again_plans_no_second_job(self, world: World, engine: DbosJobQueue) -> None:
        for _ in range(2):
            taken = take(world, message_in(), jobs=engine)

        assert engine.live_keys(draft_job(taken.message.id, attempt).key for attempt in range(3)) == {
            draft_job(taken.message.id, 0).key
        }


class TestAtOnce:
    def test_eight_threads_with_the_same_message_make_one_row(self, world: World) -> None:
        def act(_number: int) -> TakenMessage | None:
            try:
                return take(world, message_in())
            except IntegrityError:  # on PostgreSQL, where writers do not wait for each other
                return None

        outcomes = at_once(8, act)
        seen = [taken for taken in outcomes if taken is not None]

        assert rows(world, Message) == 1
        assert len({taken.message.id for taken in seen}) == 1
        assert [taken.is_new for taken in seen].count(True) == 1
        assert len(world.jobs.planned) == 1
        if world.database.is_sqlite:
            assert len(seen) == 8
        assert not take(world, message_in()).is_new

    def test_the_limit_holds_when_all_come_at_once_on_sqlite(self, world: World) -> None:
        def act(number: int) -> bool:
            try:
                return take(world, message_in(number), queue_limit=6).is_new
            except (QueueFull, IntegrityError):
                return False

        taken = at_once(8, act).count(True)
        assert rows(world, Message) == taken
        if world.database.is_sqlite:
            assert taken == 3


class TestApi:
    """The same through the front door, where nobody may see that others came at the same moment."""

    @pytest.fixture
    def post(self, world: World) -> Iterator[Callable[..., tuple[int, Any]]]:
        settings = Settings(home=world.settings.home, database_url=world.database.url, llm_disabled=True)
        parts = build_parts(settings, encoder=FakeEncoder(), clock=world.clock, jobs=world.jobs, upgrade=False)
        headers = {
            "authorization": f"Bearer {world.token(world.person(Role.ADMIN))}",
            "content-type": "application/json",
        }
        with TestClient(create_app(parts=parts), raise_server_exceptions=False) as client:

            def post(number: int = 1, path: str = "/v1/messages", **overrides: Any) -> tuple[int, Any]:
                message = message_in(number).model_dump(mode="json") if path == "/v1/messages" else {}
                answer = client.post(path, content=json.dumps(message | overrides), headers=headers)
                return answer.status_code, answer.json()

            yield post
        parts.close()

    def test_eight_clients_with_the_same_message_get_the_same_answer(
        self, world: World, post: Callable[..., tuple[int, Any]]
    ) -> None:
        answers = at_once(8, lambda _number: post())

        assert Counter(status for status, _ in answers) == {202: 1, 200: 7}
        assert all(body == answers[0][1] for _, body in answers)
        assert (rows(world, Message), rows(world, Author), rows(world, Conversation)) == (1, 1, 1)
        assert len(world.jobs.planned) == 1

    def test_new_authors_and_conversations_are_made_once_however_many_begin_them(
        self, world: World, post: Callable[..., tuple[int, Any]]
    ) -> None:
        def act(number: int) -> int:
            status, _ = post(
                number,
                author={"external_id": f"author-{number % 2}"},
                conversation={"external_id": f"thread-{number % 3}"},
            )
            return status

        assert at_once(12, act) == [202] * 12
        assert (rows(world, Message), rows(world, Author), rows(world, Conversation)) == (12, 2, 3)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("posted_at", "0001-01-01T00:00:00+14:00"),
            ("posted_at", "9999-12-31T23:59:59-12:00"),
            ("metadata", {"not": float("inf")}),
            ("metadata", {"long": "x" * 10_001}),
            ("author", {"external_id": "a\x00b"}),
            ("conversation", {"external_id": "x", "parent_text": "a\x00b"}),
        ],
    )
    @on_sqlite
    def test_what_cannot_be_stored_is_refused_and_names_the_field(
        self, post: Callable[..., tuple[int, Any]], field: str, value: Any
    ) -> None:
        status, answer = post(**{field: value})

        assert (status, answer["code"]) == (422, "invalid_input")
        assert field in answer["detail"]

    def test_a_text_that_no_column_takes_is_the_callers_mistake(self, post: Callable[..., tuple[int, Any]]) -> None:
        status, answer = post(path="/v1/suggestions", brand="a\x00b", text="hello")

        assert (status, answer["code"]) in [(404, "not_found"), (422, "invalid_input")]


class TestStatements:
    """What a message asks of the database: every statement is a way there and back while its writer holds others up."""

    def asked(self, world: World, engine: DbosJobQueue, number: int) -> list[str]:
        with counted(world.database) as statements, world.database.writing() as session:
            take_in(
                session,
                message_in(number),
                jobs=engine,
                now=world.clock.now(),
                queue_limit=LIMIT,
                group_seconds=120,
            )
        return [each for each in statements if not each.startswith("BEGIN")]

    def test_the_first_of_a_conversation_is_one_question_and_its_rows(self, world: World, engine: DbosJobQueue) -> None:
        statements = self.asked(world, engine, 1)

        assert [each.split()[0] for each in statements] == ["SELECT", *["INSERT"] * 5]

    def test_a_message_that_is_known_is_one_question(self, world: World, engine: DbosJobQueue) -> None:
        self.asked(world, engine, 1)

        assert [each.split()[0] for each in self.asked(world, engine, 1)] == ["SELECT"]
