"""Connecting, sealing and disconnecting, with the platform in memory."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select, text

from replyassist.channels import Credentials, OutgoingReply
from replyassist.channels import repository as stored
from replyassist.channels.connections import Connections
from replyassist.channels.models import Connection
from replyassist.channels.registry import adapters
from replyassist.channels.vault import Vault
from replyassist.core.errors import (
    ConfigurationError,
    CredentialsRefused,
    InvalidInput,
    NotFound,
    ReplyassistError,
)
from replyassist.testing import FakePeer, FakePlatform, fake_adapter
from replyassist.testing.platform import TOKEN, TRAITS, US
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.test_decisions import approve
from tests.world import BRAND, World


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


def test_who_signs_in_anew_is_not_held_for_what_the_earlier_sign_in_met(world: World) -> None:
    mine, later = connections(world), world.clock.now() + timedelta(hours=1)
    kept, _ = mine.connect(BRAND, "fake", {"token": TOKEN}, actor="Lea")
    with world.database.writing() as session:
        held = stored.hold(session, kept.id or 0)
        held.failures_in_row, held.open_until, held.paused_until, held.renewing_until = 9, later, later, later
    mine.connect(BRAND, "fake", {"token": TOKEN}, actor="Lea")
    now = row(world)
    assert (now.failures_in_row, now.open_until, now.paused_until, now.renewing_until) == (0, None, None, None)
