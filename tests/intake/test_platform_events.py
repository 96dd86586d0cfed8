"""Webhooks and readings of a platform in memory, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from sqlmodel import col, select

from replyassist.brands.models import Brand
from replyassist.channels import Account, Budget, Credentials, Deleted, HookRequest, Pulled, Runtime, Source
from replyassist.channels import Event as ChannelEvent
from replyassist.channels.connections import Connections
from replyassist.channels.events import message
from replyassist.channels.hook_requests import LONGEST_BODY
from replyassist.channels.models import Connection
from replyassist.channels.registry import adapters
from replyassist.core.errors import CredentialsRefused, DeliveryRefused, RateLimited, ReplyassistError
from replyassist.core.http import install_error_handlers
from replyassist.inbox.models import Message
from replyassist.intake.events import take_events
from replyassist.intake.hooks import router
from replyassist.intake.pulling import EVENTS_AT_ONCE, Puller
from replyassist.testing import FakePeer, fake_adapter
from replyassist.testing.platform import TOKEN, US, FakeSource
from tests.world import World

FULL = {"queue_limit": 2 * (EVENTS_AT_ONCE + 5)}


@dataclass
class House:
    world: World
    peer: FakePeer
    connections: Connections

    def puller(self) -> Puller:
        return Puller(self.connections, self.world.jobs, self.world.settings)

    def pull(self) -> None:
        self.puller().plan()
        self.puller().pull(*self.world.jobs.take("pull").arguments)

    def told(self) -> tuple[ChannelEvent, ...]:
        """The events of all that the peer tells."""
        account = Account("fernhill", "fake", US, Credentials({"token": TOKEN}))
        inbound = fake_adapter(self.peer).inbound
        assert inbound is not None
        reader = inbound(account, self.connections.runtime)
        return tuple(event for document in self.peer.told for event in reader.parse(self.peer.hook(document)))

    def from_source(self, source: Source) -> House:
        """The same house, whose platform is read by this."""
        adapter = replace(fake_adapter(self.peer), source=lambda *_: source)
        return replace(self, connections=replace(self.connections, adapters={**adapters(), "fake": adapter}))

    def messages(self) -> list[Message]:
        with self.world.database.reading() as session:
            return list(session.exec(select(Message).order_by(col(Message.id))))

    def connection(self) -> Connection:
        with self.world.database.reading() as session:
            return session.exec(select(Connection)).one()

    def drafts(self) -> int:
        return len([job for job, _ in self.world.jobs.planned if job.name == "draft"])


@pytest.fixture
def house(world: World) -> House:
    peer = FakePeer(world.clock.now)
    connections = replace(world.connections, adapters={**adapters(), "fake": fake_adapter(peer)})
    world.connect("fake", "fake", account=US, token=TOKEN)
    return House(world, peer, connections)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.connections, app.state.jobs = house.connections, house.world.jobs
    app.state.settings, app.state.clock = house.world.settings, house.world.clock
    install_error_handlers(app)
    app.include_router(router)
    with TestClient(app) as client:
        yield client


def post(client: TestClient, hook: HookRequest, channel: str = "fake") -> Any:
    return client.post(f"/v1/hooks/fernhill/{channel}", content=hook.body, headers=dict(hook.headers))


class TestHooks:
    def test_a_message_is_taken_in_once(self, house: House, client: TestClient) -> None:
        house.peer.write("tom", "do you ship to Norway??")
        hook = house.peer.hook(house.peer.told[0])

        assert [post(client, hook).status_code for _ in range(2)] == [200, 200]
        (message,) = house.messages()
        assert (message.channel, message.external_id, message.direction) == ("fake", "post-1", "in")
        assert house.drafts() == 1

    def test_what_the_platform_did_not_sign_is_refused(self, house: House, client: TestClient) -> None:
        house.peer.write("tom", "do you ship to Norway??")
        hook = house.peer.hook(house.peer.told[0])

        for forged in (replace(hook, body=hook.body + b" "), replace(hook, headers={})):
            answer = post(client, forged)
            assert (answer.status_code, answer.json()["code"]) == (401, "signature_invalid")
        assert house.messages() == []

    def test_the_account_says_that_webhooks_are_refused_until_one_is_taken(
        self, house: House, client: TestClient
    ) -> None:
        house.peer.write("tom", "do you ship to Norway??")
        forged = replace(house.peer.hook(house.peer.told[0]), headers={})
        refused = REGISTRY.get_sample_value("replyassist_hooks_refused_total", {"platform": "fake"}) or 0.0
        at = house.world.clock.now()
        for seconds in (0, 59):
            house.world.clock.advance(seconds=seconds)
            assert post(client, forged).status_code == 401
            assert house.connection().hooks_refused_at == at, "noted once a minute"
        house.world.clock.advance(seconds=1)
        post(client, forged)
        assert house.connection().hooks_refused_at == at + timedelta(minutes=1)
        counted = REGISTRY.get_sample_value("replyassist_hooks_refused_total", {"platform": "fake"})
        assert counted == refused + 3

        assert post(client, house.peer.hook(house.peer.told[0])).status_code == 200
        assert house.connection().hooks_refused_at is None

    def test_a_challenge_comes_back(self, client: TestClient) -> None:
        assert client.get("/v1/hooks/fernhill/fake?challenge=abc").text == "abc"
        assert client.get("/v1/hooks/fernhill/fake").status_code == 404

    def test_what_is_not_connected_is_not_there(self, house: House, client: TestClient) -> None:
        hook = house.peer.hook({})
        assert post(client, hook, "instagram").status_code == 404
        assert post(client, hook).status_code == 200, "signed, and what it does not know is left out"
        house.connections.disconnect("fernhill", "fake", actor="Max")
        assert post(client, hook).status_code == 404

    def test_a_deletion_under_a_long_id_finds_its_message(self, house: House) -> None:
        account = house.connections.account(house.connection())
        number = "n" * 300
        at = house.world.clock.now()
        written = message(account, number, "hm", author_id="tom", conversation_id="post", posted_at=at)
        assert written is not None
        with house.world.database.writing() as session:
            given: dict[str, Any] = {"jobs": house.world.jobs, "settings": house.world.settings, "now": at}
            take_events(session, house.connection(), [written, Deleted(number)], **given)
            take_events(session, house.connection(), [Deleted("m" * 300)], **given)
        assert house.messages()[0].deleted_at is not None

    def test_a_body_has_a_bound(self, client: TestClient) -> None:
        assert client.post("/v1/hooks/fernhill/fake", content=b"x" * (LONGEST_BODY + 1)).status_code == 413


class TestPulling:
    def test_messages_come_with_the_cursor_and_only_once(self, house: House) -> None:
        for number in range(3):
            house.peer.write("tom", f"question {number}?")
        house.pull()
        assert (house.connection().cursor, len(house.messages())) == ("3", 3)

        house.puller().plan()
        assert not [job for job, _ in house.world.jobs.planned if job.name == "pull"], "it is not due yet"
        house.world.clock.advance(minutes=2)
        house.peer.write("tom", "one more?")
        house.pull()
        assert (house.connection().cursor, len(house.messages())) == ("4", 4)

    def test_what_is_answered_or_too_old_is_not_drafted(self, house: House) -> None:
        at, clock = house.world.clock.now(), house.world.clock
        clock.time = at - timedelta(days=9)
        house.peer.write("tom", "long ago?")
        clock.time = at - timedelta(days=2)
        asked = house.peer.write("tom", "do you ship?")
        clock.advance(hours=1)
        house.peer.write(US, "We do.", answers=asked.id)
        clock.advance(hours=1)
        house.peer.write("eva", "and to Norway?")
        clock.time = at
        house.pull()

        assert {message.text for message in house.messages()} == {"do you ship?", "We do.", "and to Norway?"}
        drafted = {message.text for message in house.messages() if message.status == "received"}
        assert drafted == {"and to Norway?"}

    def test_a_reading_that_was_overtaken_keeps_nothing(self, house: House) -> None:
        house.peer.write("tom", "do you ship?")
        house.puller().plan()
        frozen = house.world.jobs.take("pull")
        house.pull()
        house.peer.write("tom", "one more?")
        house.puller().pull(*frozen.arguments)

        assert len(house.messages()) == 1

    def test_others_write_while_a_slow_platform_is_read_for_the_first_time(self, house: House) -> None:
        house.peer.write("tom", "do you ship?")
        asked, answers = Event(), Event()

        class Slow(Source):
            def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
                yield Pulled(house.told(), "1")
                asked.set()
                assert answers.wait(30), "the platform takes its time"
                yield Pulled((), "2")

        reading = Thread(target=house.from_source(Slow()).pull)
        reading.start()
        try:
            assert asked.wait(30)
            with house.world.database.writing() as session:
                session.get_one(Brand, "fernhill").name = "Fernhill"
            assert (reading.is_alive(), house.connection().cursor) == (True, "1")
        finally:
            answers.set()
            reading.join(30)
        assert house.connection().cursor == "2"

    def test_a_large_batch_is_kept_piece_by_piece_and_its_cursor_at_its_end(self, house: House) -> None:
        for number in range(45):
            house.peer.write(f"somebody-{number}", f"question {number}?")
        house.world.clock.advance(minutes=1)
        house.peer.write(US, "We do.", answers="post-1")

        class Large(Source):
            def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
                yield Pulled(house.told(), "46")

        whole = house.from_source(Large())
        small = replace(whole, world=replace(house.world, settings=house.world.settings.model_copy(update=FULL)))
        small.pull()
        assert (len(house.messages()), house.connection().cursor) == (EVENTS_AT_ONCE, None), "one transaction was kept"
        house.world.clock.advance(minutes=2)
        whole.pull()
        assert (len(house.messages()), house.connection().cursor) == (46, "46")
        drafted = [message.text for message in house.messages() if message.status == "received"]
        assert drafted == [f"question {number}?" for number in range(1, 45)], "none for what is answered"

    def test_a_reading_whose_time_is_over_keeps_all_that_it_found_and_its_cursor(self, house: House) -> None:
        class Slow(FakeSource):
            def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
                """The cursor is of worth in the last batch alone."""
                assert is_ending()
                *others, last = super().pull(cursor, since=since, is_ending=is_ending)
                yield from (replace(each, cursor=cursor or "0") for each in others)
                yield last

        for number in range(5):
            house.peer.write("tom", f"question {number}")
        house = house.from_source(Slow(Account("fernhill", "fake", US), house.peer))
        house.puller().plan()
        replace(house.puller(), longest_seconds=0.0).pull(*house.world.jobs.take("pull").arguments)
        assert house.connection().cursor == "5"

    def test_what_was_left_out_is_shown_and_the_rest_is_kept(self, house: House) -> None:
        class Partial(FakeSource):
            def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
                with self.leaving_out("the channel 7"):
                    raise DeliveryRefused("it is gone")
                yield from super().pull(cursor, since=since, is_ending=is_ending)

        house.peer.write("tom", "do you ship?")
        house = house.from_source(Partial(Account("fernhill", "fake", US), house.peer))
        house.pull()
        assert [each.text for each in house.messages()] == ["do you ship?"]
        assert house.connection().problem == "the channel 7 was left out: it is gone"
        assert house.connection().next_pull_at is not None

    def test_a_reading_that_was_cut_goes_on_and_one_out_of_budget_waits_and_neither_is_a_failure(
        self, house: House
    ) -> None:
        class Cut(Source):
            def __init__(self, runtime: Runtime) -> None:
                self.before_call = runtime.before_call

            def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
                self.before_call()
                self.goes_on_after = 7.0
                yield Pulled((), "7")

        fake = house.connections.adapters["fake"]
        traits = replace(fake.traits, budgets=(Budget(2, seconds=50, read=1),))
        adapter = replace(fake, traits=traits, source=lambda _account, runtime: Cut(runtime))
        house.connections = replace(house.connections, adapters={"fake": adapter})
        waits, clock = list[timedelta](), house.world.clock
        for _ in range(2):
            house.pull()
            found = house.connection()
            assert (found.status, found.problem, found.cursor) == ("working", "", "7")
            assert found.next_pull_at is not None
            waits.append(found.next_pull_at - clock.now())
            clock.advance(seconds=7)
        assert waits == [timedelta(seconds=7), timedelta(seconds=43)]

    @pytest.mark.parametrize(
        ("error", "waits"),
        [(RateLimited("slow down", retry_after_s=300), 300), (CredentialsRefused("the token ran out"), 900)],
    )
    def test_what_fails_is_shown_and_tried_later(self, house: House, error: ReplyassistError, waits: int) -> None:
        class Broken(Source):
            def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
                yield Pulled((), "7")
                raise error

        adapter = replace(house.connections.adapters["fake"], source=lambda _account, _runtime: Broken())
        house.connections = replace(house.connections, adapters={"fake": adapter})
        house.pull()

        found = house.connection()
        assert (found.status, found.problem, found.cursor) == ("failing", error.detail, "7")
        assert found.next_pull_at == house.world.clock.now() + timedelta(seconds=waits)
