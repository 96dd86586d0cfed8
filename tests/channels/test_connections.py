"""Connecting, sealing, disconnecting, budgets, windows and costs, with the platform in memory."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, text

from replyassist.channels import Account, Adapter, Budget, Check, Credentials, Field, OutgoingReply, Runtime
from replyassist.channels import repository as stored
from replyassist.channels.account import Tested as Found
from replyassist.channels.budgets import seconds_to_wait
from replyassist.channels.connections import Connections
from replyassist.channels.http import Answer
from replyassist.channels.keeping import save
from replyassist.channels.models import Connection, Spending
from replyassist.channels.oauth import Tokens
from replyassist.channels.registry import adapters
from replyassist.channels.vault import Vault
from replyassist.core.clock import Clock
from replyassist.core.errors import (
    ConfigurationError,
    CredentialsRefused,
    DeliveryNotMade,
    InvalidInput,
    NotFound,
    RateLimited,
    ReplyassistError,
)
from replyassist.delivery.models import Delivery
from replyassist.delivery.outlook import Outlook, outlook, outlooks
from replyassist.inbox.service import load
from replyassist.review.models import ReviewItem
from replyassist.testing import FakePeer, FakePlatform, fake_adapter
from replyassist.testing.platform import TOKEN, TRAITS, US
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.test_decisions import approve
from tests.world import BRAND, World

from .test_fake_platform import FakeHarness


def connections(world: World, peer: FakePeer | None = None, **traits: Any) -> Connections:
    peer = peer or FakePeer(world.clock.now)
    return replace(world.connections, adapters={**adapters(), "fake": fake_adapter(peer, replace(TRAITS, **traits))})


def row(world: World, channel: str = "fake") -> Connection:
    with world.database.reading() as session:
        return session.exec(select(Connection).where(Connection.channel == channel)).one()


def test_what_works_is_kept_sealed_and_shown_to_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    kept, tested = connections(world).connect(BRAND, "fake", {"token": TOKEN}, actor="Lea")

    assert [(check.name, check.is_ok) for check in tested.checks] == [("sign-in", True)]
    assert (kept.channel, kept.account, kept.shown_as, kept.status) == ("fake", US, "@us", "working")
    account = connections(world).account(row(world))
    assert account.credentials["token"] == TOKEN
    with world.database.reading() as session:
        raw = str(session.connection().execute(text("SELECT * FROM connection")).all())
    for said in (raw, repr(kept), repr(account), str(account.credentials), caplog.text):
        assert TOKEN not in said


def test_what_does_not_work_is_not_kept_and_says_so(world: World) -> None:
    with pytest.raises(InvalidInput, match="sign-in: the token is wrong"):
        connections(world).connect(BRAND, "fake", {"token": "another"}, actor="Lea")
    with pytest.raises(InvalidInput, match="is needed: Token"):
        connections(world).connect(BRAND, "fake", {}, actor="Lea")
    with pytest.raises(InvalidInput, match="asks for token"):
        connections(world).connect(BRAND, "fake", {"token": TOKEN, "tokn": "x"}, actor="Lea")
    with pytest.raises(InvalidInput, match="'fake-' and a word"):
        connections(world).connect(BRAND, "fake", {"token": TOKEN}, actor="Lea", channel="instagram")
    with pytest.raises(NotFound):
        connections(world).connect("nobody", "fake", {"token": TOKEN}, actor="Lea")

    assert connections(world).health() == []


@pytest.mark.parametrize("error", [KeyError("did"), TypeError("none"), AttributeError("get"), ValueError("int")])
def test_an_answer_of_another_shape_is_a_check_that_failed(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def test(_: FakePlatform) -> None:
        raise error

    monkeypatch.setattr(FakePlatform, "test", test)
    tested = connections(world).try_out(BRAND, "fake", {"token": TOKEN})
    assert not tested.is_ok
    assert "not one of Fake's" in tested.problem


def test_renewed_credentials_are_kept_at_once(world: World) -> None:
    mine = connections(world)
    mine.connect(BRAND, "fake", {"token": TOKEN}, actor="Lea", channel="fake-shop")
    mine.account(row(world, "fake-shop")).keep({"token": "renewed"})

    assert mine.account(row(world, "fake-shop")).credentials["token"] == "renewed"
    assert not mine.test(BRAND, "fake-shop").is_ok
    assert (row(world, "fake-shop").status, row(world, "fake-shop").problem) == (
        "failing",
        "sign-in: the token is wrong",
    )


def test_a_disconnected_account_has_no_credentials_any_more(world: World) -> None:
    mine = connections(world)
    mine.connect(BRAND, "fake", {"token": TOKEN}, actor="Lea")
    opened = mine.account(row(world))
    mine.disconnect(BRAND, "fake", actor="Max")
    opened.keep({"token": "late"})

    assert (row(world).status, row(world).sealed) == ("disconnected", "")
    with pytest.raises(NotFound):
        mine.test(BRAND, "fake")
    with world.database.reading() as session:
        assert stored.connection_for(session, BRAND, "fake") is None


@pytest.mark.parametrize("account", ["another", US])
def test_a_late_renewal_changes_no_other_sign_in(world: World, account: str) -> None:
    world.connect("fake", "fake", account=US, token=TOKEN)
    opened = world.connections.account(row(world))
    world.clock.advance(seconds=1)
    world.connect("fake", "fake", account=account, token="another")
    opened.keep({"token": "late"})

    assert world.connections.account(row(world)).credentials["token"] == "another"


@pytest.mark.parametrize("channel", ["fake-Shop", "FAKE", "fake-shöp", "fake-" + "a" * 60, "fake-shop\n"])
def test_a_channel_is_named_as_messages_name_it(world: World, channel: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        connections(world).connect(BRAND, "fake", {"token": TOKEN}, actor="Lea", channel=channel)
    assert refused.value.field == "channel"


@pytest.mark.parametrize("server", ["https://example.com:abc", "https://[::1"])
def test_an_address_that_is_none_is_said_to_be_none(world: World, server: str) -> None:
    for platform, given in (
        ("mastodon", {"server": server, "token": "t"}),
        ("webhook", {"url": server, "secret": "s"}),
    ):
        with pytest.raises(InvalidInput, match="no address"):
            connections(world).try_out(BRAND, platform, given)


@pytest.mark.parametrize(("days", "goes_on"), [(1, True), (30, False)])
def test_what_was_disconnected_for_long_begins_anew(world: World, days: int, *, goes_on: bool) -> None:
    mine = connections(world)
    kept, _ = mine.connect(BRAND, "fake", {"token": TOKEN}, actor="Lea")
    with world.database.writing() as session:
        session.get_one(Connection, kept.id).cursor = "7"
    world.clock.advance(days=30)
    assert mine.connect(BRAND, "fake", {"token": TOKEN}, actor="Lea")[0].cursor == "7", "it was connected all the time"
    mine.disconnect(BRAND, "fake", actor="Max")
    world.clock.advance(days=days)
    again, _ = mine.connect(BRAND, "fake", {"token": TOKEN}, actor="Lea")

    assert again.cursor == ("7" if goes_on else None)


def of_the_outlook(world: World, item: ReviewItem) -> tuple[datetime | None, datetime | None]:
    """When the window closes by the item's page and by the queue."""
    with world.database.reading() as session:
        ahead = outlooks(session, [session.get_one(ReviewItem, item.id)])
        return outlook(session, load(session, item.message_id), "yes").closes_at, ahead[item.id or 0].closes_at


def test_the_clock_of_an_item_is_that_of_the_account(world: World) -> None:
    given = {"token": "t", "app_secret": "s", "verify_token": "v", "human_agent": "yes"}
    item = world.item(message={"conversation": {"external_id": "tom", "visibility": "private"}})
    with world.database.writing() as session:
        kept = save(
            session, world.connections.vault, BRAND, "instagram", "instagram", given,
            tested=Found(()), now=world.clock.now(), options={"human_agent": "no"},
        )  # fmt: skip
    posted_at = world.reload(item).posted_at
    assert of_the_outlook(world, item) == (posted_at + timedelta(days=1),) * 2
    with world.database.writing() as session:
        session.get_one(Connection, kept.id).options = None
    world.connections.note_options()
    assert of_the_outlook(world, item) == (posted_at + timedelta(days=7),) * 2
    assert row(world, "instagram").options is not None
    assert "app_secret" not in (row(world, "instagram").options or {})


class Issuer:
    """Gives a new refresh token with each access token, and takes each of them once."""

    def __init__(self) -> None:
        self.asked, self.refresh = 0, "refresh-0"

    def ask(self, refresh: str) -> Mapping[str, Any]:
        if refresh != self.refresh:
            raise CredentialsRefused("the refresh token is no longer taken")
        self.asked += 1
        self.refresh = f"refresh-{self.asked}"
        return {"access_token": f"access-{self.asked}", "expires_in": 3600, "refresh_token": self.refresh}

    def call(self, token: str) -> Answer:
        if token != f"access-{self.asked}":
            raise CredentialsRefused("401")
        return Answer(200, {}, b"{}")


class Renewing(FakePlatform):
    """A platform whose sign-in is tried with a token that is renewed."""

    issuer: Issuer
    peer_clock: Clock

    def test(self) -> Found:
        try:
            Tokens(self.account, self.peer_clock, self.issuer.ask).used(self.issuer.call)
        except CredentialsRefused as error:
            return Found((Check("sign-in", is_ok=False, detail=error.detail),))
        return Found((Check("sign-in", is_ok=True),), US, "@us")


class TestTokensThatRotate:
    def test_two_attempts_renew_once(self, world: World) -> None:
        issuer = Issuer()
        world.connect("fake", "fake", account=US, access="over", refresh_token="refresh-0")
        opened = [world.connections.account(row(world)) for _ in range(2)]
        for account in opened:
            Tokens(account, world.clock, issuer.ask).used(issuer.call)

        assert issuer.asked == 1
        assert world.connections.account(row(world)).credentials["refresh_token"] == "refresh-1"

    def test_one_waits_while_the_other_is_at_it(self, world: World) -> None:
        issuer = Issuer()
        world.connect("fake", "fake", account=US, access="over", refresh_token="refresh-0")
        first, second = (world.connections.account(row(world)) for _ in range(2))
        with first.renewing(), pytest.raises(RateLimited):
            Tokens(second, world.clock, issuer.ask).used(issuer.call)
        Tokens(second, world.clock, issuer.ask).used(issuer.call)
        world.clock.advance(seconds=1)
        world.connect("fake", "fake", account=US, access="another", refresh_token="refresh-9")
        with pytest.raises(DeliveryNotMade):
            first.renewing().__enter__()

    def test_what_a_try_renews_is_what_is_connected(self, world: World) -> None:
        issuer = Issuer()
        mine = replace(connections(world), adapters={"fake": renewing_adapter(world, issuer)})
        given = {"refresh_token": "refresh-0"}
        tried = mine.try_out(BRAND, "fake", given)
        assert tried.is_ok
        assert "refresh-1" not in repr(tried)
        again = mine.try_out(BRAND, "fake", given, renewed=tried.renewed)
        assert again.is_ok
        with pytest.raises(InvalidInput, match="no longer taken"):
            mine.connect(BRAND, "fake", {"refresh_token": "refresh-of-another"}, actor="Lea", renewed=again.renewed)
        kept, _ = mine.connect(BRAND, "fake", given, actor="Lea", renewed=again.renewed)

        assert mine.account(kept).credentials["refresh_token"] == issuer.refresh


def renewing_adapter(world: World, issuer: Issuer) -> Adapter:
    def platform(account: Account, _: Runtime) -> FakePlatform:
        made = Renewing(account, FakePeer(world.clock.now))
        made.issuer, made.peer_clock = issuer, world.clock
        return made

    return Adapter(TRAITS, fields=(Field("refresh_token", "Refresh token"),), platform=platform)


class TestHealthOfSending:
    @staticmethod
    def refuse(world: World, connection_id: int | None, error: ReplyassistError | None) -> None:
        approve(world, world.person(), world.item())
        run(world, FakeChannel(errors=[error]), connection_id=connection_id)

    def test_reading_says_nothing_of_it_until_a_reply_is_taken(self, world: World) -> None:
        kept = world.connect("fake", "instagram")
        self.refuse(world, kept.id, CredentialsRefused("may only read"))
        assert (row(world, "instagram").status, row(world, "instagram").trouble) == ("failing", "may only read")
        world.connections.note_health(kept.id or 0, "")
        assert (row(world, "instagram").status, row(world, "instagram").trouble) == ("failing", "may only read")
        self.refuse(world, kept.id, None)
        assert (row(world, "instagram").status, row(world, "instagram").trouble) == ("working", "")

    @pytest.mark.parametrize("is_gone", [True, False])
    def test_a_late_refusal_says_nothing_of_another_sign_in(self, world: World, *, is_gone: bool) -> None:
        kept = world.connect("fake", "instagram")

        class Slow(FakeChannel):
            def send(self, reply: OutgoingReply) -> str:
                world.clock.advance(seconds=1)
                if is_gone:
                    world.connections.disconnect(BRAND, "instagram", actor="Max")
                else:
                    world.connect("fake", "instagram", token="another")
                raise CredentialsRefused("no longer taken")

        approve(world, world.person(), world.item())
        run(world, Slow(), connection_id=kept.id)
        assert row(world, "instagram").status == ("disconnected" if is_gone else "working")
        assert row(world, "instagram").trouble == ""


def test_who_connects_and_disconnects_is_written_down_for_good(world: World) -> None:
    mine = connections(world)
    kept = world.connect("fake", "fake")
    with world.database.writing() as session:
        session.get_one(Connection, kept.id).shown_as = "@before"
    mine.connect(BRAND, "fake", {"token": TOKEN}, actor="Lea")
    mine.disconnect(BRAND, "fake", actor="Max")

    with world.database.reading() as session:
        acts = [(each.act, each.actor, each.was_shown_as, each.shown_as) for each in stored.newest_acts(session, BRAND)]
    assert acts == [("disconnected", "Max", "@us", ""), ("connected", "Lea", "@before", "@us")]
    for change in ("UPDATE connection_act SET actor = 'x'", "DELETE FROM connection_act"):
        with pytest.raises(DBAPIError, match="append-only"), world.database.writing() as session:
            session.connection().execute(text(change))


class TestVault:
    def test_a_key_of_before_still_opens(self) -> None:
        sealed = Vault("old key").seal({"token": TOKEN})

        assert Vault("new key", "old key").open(sealed) == Credentials({"token": TOKEN})
        with pytest.raises(ConfigurationError, match="connect again"):
            Vault("new key").open(sealed)

    def test_what_stood_open_is_sealed_at_the_next_start(self, world: World) -> None:
        kept = world.connect("webhook", url="https://a.example", secret="whsec_x")
        with world.database.writing() as session:
            session.get_one(Connection, kept.id).sealed = 'plain:{"url": "https://a.example", "secret": "whsec_x"}'

        assert [world.connections.seal_what_is_open(), world.connections.seal_what_is_open()] == [1, 0]
        assert "whsec_x" not in row(world, "*").sealed
        assert world.connections.account(row(world, "*")).credentials["secret"] == "whsec_x"


class TestBudgets:
    def wait(self, world: World, conversation: str = "c") -> float:
        traits = replace(TRAITS, budgets=(Budget(5, seconds=60, send=2), Budget(1, seconds=1, scope="conversation")))
        with world.database.writing() as session:
            connection = stored.hold(session, row(world).id or 0)
            now = world.clock.now()
            return seconds_to_wait(session, connection, traits, conversation=conversation, now=now)

    def test_no_span_holds_more_than_the_budget(self, world: World) -> None:
        world.connect("fake", "fake")

        assert [self.wait(world, "a"), self.wait(world, "a"), self.wait(world, "b")] == [0, 1, 0]
        world.clock.advance(seconds=20)
        assert self.wait(world) == 40, "5 points a minute are two sends of 2"
        world.clock.advance(seconds=40)
        assert self.wait(world) == 0

    def test_what_no_budget_looks_back_at_is_forgotten_of_every_conversation(self, world: World) -> None:
        world.connect("fake", "fake")
        self.wait(world, "a")
        world.clock.advance(seconds=60)
        self.wait(world, "b")

        with world.database.reading() as session:
            kept = session.exec(select(Spending.budget)).all()
        assert sorted(kept) == ["1/1 b", "5/60"]

    def test_a_platform_that_asked_to_wait_is_waited_for_by_all(self, world: World) -> None:
        kept = world.connect("fake", "fake")
        with world.database.writing() as session:
            stored.hold(session, kept.id or 0).paused_until = world.clock.now() + timedelta(seconds=25)

        assert self.wait(world) == 25


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestDelivery:
    def test_a_reply_waits_for_its_accounts_budget_and_uses_up_no_attempt(self, world: World) -> None:
        harness = FakeHarness(world, "own id")
        kept = world.connect("fake", "instagram", account=US, token=TOKEN)
        traits = replace(TRAITS, budgets=(Budget(1, seconds=60),), repeat=harness.adapter.traits.repeat)
        platform: Any = fake_adapter(harness.peer, traits).platform
        assert platform is not None
        channel = platform(Account(BRAND, "instagram", US, Credentials({"token": TOKEN})), world.connections.runtime)
        items = [approve(world, world.person(), world.item()) for _ in range(2)]
        for _ in items:
            run(world, channel, connection_id=kept.id)

        (again,) = [(job, delay) for job, delay in world.jobs.planned if job.name == "deliver"]
        assert again[1] == 60
        assert [world.reload(item).status for item in items] == ["sent", "approved"]
        world.clock.advance(seconds=60)
        run(world, channel, connection_id=kept.id)
        assert world.reload(items[1]).status == "sent"
        with world.database.reading() as session:
            last = session.exec(select(Delivery).order_by(col(Delivery.id).desc())).first()
        assert last is not None
        assert (last.postponed, last.cost_micro_usd) == (1, 15_000)


def test_costs_read_as_people_write_them() -> None:
    assert [Outlook(None, micro).cost for micro in (None, 0, 15_000, 200_000, 1_000_000)] == [
        "",
        "",
        "$0.015",
        "$0.20",
        "$1.00",
    ]
    assert TRAITS.cost is not None
    assert [TRAITS.cost.micro_usd(said) for said in ("yes", "see https://a.example")] == [15_000, 200_000]
