"""The suite on a platform in memory, in every way of repeating."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from replyassist.channels import HookRequest, Repeat
from replyassist.testing import FakePeer, fake_adapter
from replyassist.testing.platform import TOKEN, TRAITS, US
from tests.world import World

from .conformance import MALFORMED, Conformance, Harness
from .harness import PeerHarness

WAYS = {
    "key": replace(TRAITS, repeat=Repeat.IDEMPOTENCY_KEY, key_lifetime=timedelta(hours=1), then=Repeat.LOOK_UP),
    "key alone": replace(TRAITS, repeat=Repeat.IDEMPOTENCY_KEY, key_lifetime=timedelta(hours=1)),
    "own id": replace(TRAITS, repeat=Repeat.OWN_ID),
    "look-up": replace(TRAITS, find_lag=timedelta(seconds=30)),
    "put": replace(TRAITS, repeat=Repeat.PUT),
    "neither": replace(TRAITS, repeat=Repeat.NEITHER),
    "reread": replace(TRAITS, rereads=True, tells_edits=False, tells_deletions=False),
}


class FakeHarness(PeerHarness[FakePeer]):
    account = US

    def __init__(self, world: World, way: str) -> None:
        self.peer = FakePeer(world.clock.now)
        self.adapter = fake_adapter(self.peer, WAYS[way])

    def credentials(self) -> dict[str, str]:
        return {"token": TOKEN}

    def write(self, text: str) -> str:
        return self.peer.write("tom", text).id

    def edit(self, external_id: str, text: str) -> None:
        self.peer.edit(external_id, text)

    def delete(self, external_id: str) -> None:
        self.peer.delete(external_id)

    def posted(self) -> list[str]:
        return [post.text for post in self.peer.ours()]

    def hooks(self) -> list[HookRequest]:
        told, self.peer.told = self.peer.told, []
        return [self.peer.hook(document) for document in told]

    def write_below(self, external_id: str, text: str) -> str:
        return self.peer.write("tom", text, answers=external_id).id

    def write_malformed(self) -> None:
        self.peer.write("tom", MALFORMED)
        self.peer.told[-1]["at"] = MALFORMED


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestEveryWay(Conformance):
    @pytest.fixture(params=list(WAYS))
    def harness(self, world: World, request: pytest.FixtureRequest) -> Harness:
        return FakeHarness(world, request.param)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
class TestOnPostgres(Conformance):
    @pytest.fixture
    def harness(self, world: World) -> Harness:
        return FakeHarness(world, "look-up")
