"""Bluesky: the conformance suite against the whole network (PLC, PDS, AppView)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from replyassist.channels import Account, Credentials, NewMessage, Runtime, Source, ThreadPlace
from replyassist.channels.bluesky.source import BlueskySource
from replyassist.channels.registry import adapter_named
from replyassist.core.errors import CredentialsRefused, DeliveryRefused
from tests.channels.conformance import MALFORMED, QUESTION, Conformance, Stage
from tests.channels.peers.between import CutOff, between, http_request
from tests.channels.peers.bluesky import PASSWORD
from tests.channels.peers.bluesky_network import Addresses, Person, eventually
from tests.channels.polled import PolledHarness
from tests.world import DRAFT


class _Spoiling(BlueskySource):
    """The network as another one would answer: one notification has a record that is none."""

    def __init__(self, account: Account, runtime: Runtime, malformed: str) -> None:
        super().__init__(account, runtime)
        self._malformed = malformed

    def _message(self, entry: dict[str, Any]) -> NewMessage | None:
        return super()._message(entry | {"record": MALFORMED} if entry["uri"] == self._malformed else entry)


class NetworkHarness(PolledHarness):
    """Two new accounts. Our calls go by way of us, so that an answer can be lost."""

    adapter = adapter_named("bluesky")

    def __init__(self, addresses: Addresses) -> None:
        self.us, self.tom = Person(addresses.pds, "brand"), Person(addresses.pds, "tom")
        self.account, self.server = self.us.did, addresses.pds
        self.root = self.us.post("New roast is out!")
        self.lost, self.malformed = "", ""
        self.seen: dict[str, str] = {}

    def credentials(self) -> dict[str, str]:
        return {"handle": self.us.handle, "password": PASSWORD, "server": self.server}

    def told(self, step: str) -> None:
        if step == self.lost:
            self.lost = ""
            raise CutOff

    def write(self, text: str) -> str:
        posted = self.tom.post(text, to=self.root)
        self.us.notified_of(posted["uri"])
        return str(posted["uri"])

    def edit(self, external_id: str, text: str) -> None:
        self.tom.put(external_id, text)
        eventually(lambda: self.tom.shown(external_id) == text)

    def delete(self, external_id: str) -> None:
        self.tom.delete(external_id)

    def write_malformed(self) -> None:
        """The index lets nobody post what cannot be read; so its answer is spoiled on the way to us."""
        self.malformed = self.write(MALFORMED)

    def source(self, account: Account) -> Source:
        return _Spoiling(account, self.runtime, self.malformed)

    def posted(self) -> list[str]:
        """In the order in which they were seen: the home lists by keys, and these say when a reply was approved."""
        replies = [each for each in self.us.records() if each["value"].get("reply")]
        self.seen |= {each["uri"]: each["value"]["text"] for each in replies if each["uri"] not in self.seen}
        return list(self.seen.values())

    def lose_answer(self, when: str) -> bool:
        self.lost = f"com.atproto.repo.putRecord {'asked' if when == 'before' else 'answered'}"
        return True

    def close(self) -> None:
        self.us.close()
        self.tom.close()


@pytest.fixture
def harness(network: Addresses) -> Iterator[NetworkHarness]:
    made = NetworkHarness(network)
    home = urlsplit(network.pds)
    with between((str(home.hostname), int(home.port or 80)), http_request, made.told) as port:
        made.server = f"http://127.0.0.1:{port}"
        yield made
    made.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestNetwork(Conformance):
    adapter = adapter_named("bluesky")
    raised_in_front = ("bluesky",)  # it asks nobody to wait

    def test_a_mention_arrives_and_its_answer_stands_in_the_thread_once(
        self, stage: Stage, harness: NetworkHarness
    ) -> None:
        asked = harness.tom.mention(harness.us, QUESTION)
        harness.us.notified_of(asked["uri"])
        (event,) = harness.events(stage.account)
        assert isinstance(event, NewMessage)
        message = event.message
        assert message.text == f"@{harness.us.handle} {QUESTION}"
        assert (message.author.external_id, message.author.handle) == (harness.tom.did, harness.tom.handle)

        reply = replace(stage.reply(DRAFT), in_reply_to=asked["uri"], metadata=message.metadata)
        reply = reply.with_prepared(stage.platform.inner.prepare(reply))
        assert stage.platform.inner.find(reply) is None
        uri = stage.platform.inner.send(reply)
        assert (stage.platform.inner.send(reply), stage.platform.inner.find(reply)) == (uri, uri)
        harness.tom.notified_of(uri)
        below = harness.tom.thread(asked["uri"])["replies"]
        assert [(each["post"]["uri"], each["post"]["record"]["text"]) for each in below] == [(uri, DRAFT)]

    def test_the_thread_and_the_post_above_are_told(self, stage: Stage, harness: NetworkHarness) -> None:
        first = harness.tom.post(QUESTION, to=harness.root)
        below = harness.tom.post("anybody?", to=first)
        harness.us.notified_of(first["uri"])
        harness.us.notified_of(below["uri"])
        one, two = (event.message for event in harness.events(stage.account) if isinstance(event, NewMessage))

        assert [each.conversation.external_id for each in (one, two)] == [harness.root["uri"]] * 2
        assert [each.in_reply_to for each in (one, two)] == [None, first["uri"]]
        places = [ThreadPlace(each.external_id, each.conversation.external_id) for each in (one, two)]
        above = [stage.platform.inner.thread(place).parent_text for place in places]
        assert above == ["New roast is out!", QUESTION]

    def test_a_quote_is_told_with_what_it_quotes(self, stage: Stage, harness: NetworkHarness) -> None:
        quoted = {name: harness.root[name] for name in ("uri", "cid")}
        quote = harness.tom.post("is it?", embed={"$type": "app.bsky.embed.record", "record": quoted})
        harness.us.notified_of(quote["uri"])
        (event,) = harness.events(stage.account)
        assert isinstance(event, NewMessage)
        place = ThreadPlace(quote["uri"], event.message.conversation.external_id)
        assert stage.platform.inner.thread(place).parent_text == "New roast is out!"

    def test_what_the_network_refuses_is_named(self, stage: Stage, harness: NetworkHarness) -> None:
        reply = stage.reply("a" * 301)
        with pytest.raises(DeliveryRefused, match="400 InvalidRequest"):
            stage.platform.inner.send(reply.with_prepared(stage.platform.inner.prepare(reply)))
        account = replace(stage.account, credentials=Credentials(harness.credentials() | {"password": "wrong"}))
        with pytest.raises(CredentialsRefused):
            harness.events(account)
