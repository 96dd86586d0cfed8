"""Access tokens that are renewed with refresh tokens, each of which is taken once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from replyassist.channels import Account, Adapter, Check, Field, Runtime
from replyassist.channels.account import Tested as Found
from replyassist.channels.http import Answer
from replyassist.channels.oauth import Tokens
from replyassist.core.clock import Clock
from replyassist.core.errors import (
    CredentialsRefused,
    DeliveryNotMade,
    InvalidInput,
    RateLimited,
)
from replyassist.testing import FakePeer, FakePlatform
from replyassist.testing.platform import TRAITS, US
from tests.world import BRAND, World

from .test_connections import connections, row


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
