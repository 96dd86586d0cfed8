"""What the tests of Meta's platforms share: harnesses for comments and for private messages, and cases of both."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from replyassist.channels import Account, Adapter, Credentials, NewMessage, OutgoingReply
from replyassist.core.errors import (
    CredentialsRefused,
    DeliveryError,
    DeliveryNotMade,
    DeliveryRefused,
    DeliveryUncertain,
    InvalidInput,
    RateLimited,
    SignatureInvalid,
    WindowClosed,
)

from .conformance import MALFORMED, QUESTION, Stage
from .harness import PeerHarness
from .peers.meta import APP_SECRET, TOKEN, TOM, VERIFY, MetaPeer, signed
from .reading import ReadHarness, Reading, earlier


class MetaHarness(PeerHarness[MetaPeer]):
    """Public: Tom's comments. Private: his messages."""

    def __init__(self, adapter: Adapter, peer: MetaPeer, visibility: str, **traits: Any) -> None:
        self.adapter = replace(adapter, traits=replace(adapter.traits, **traits))
        self.peer, self.visibility, self.account = peer, visibility, peer.us

    def credentials(self) -> dict[str, str]:
        return {"token": TOKEN, "app_secret": APP_SECRET, "verify_token": VERIFY, "url": self.peer.address}

    def write(self, text: str) -> str:
        return self.peer.say(text) if self.visibility == "private" else self.peer.comment(text)

    def write_below(self, external_id: str, text: str) -> str:
        if self.visibility == "private":
            return self.peer.say(text)
        return self.peer.comment(text, parent=self.peer.comments[external_id].get("parent") or external_id)

    def write_malformed(self) -> None:
        self.write(MALFORMED)
        told = self.peer.told[-1]
        for entry in told.get("entry", [told.get("values")]):
            for each in entry.get("messaging", ()):
                each["sender"] = MALFORMED
            for each in entry.get("changes", [entry]):
                for name in ("id", "comment_id", "username"):
                    each.get("value", {}).pop(name, None)

    def posted(self) -> list[str]:
        return self.peer.ours()


class MetaReadHarness(MetaHarness, ReadHarness):
    """What is read."""

    def elsewhere(self, text: str) -> str:
        return self.peer.comment(text, post=self.peer.posts[-1])

    def answer_there(self, external_id: str, text: str) -> None:
        if self.visibility == "private":
            self.peer.say(text, is_ours=True)
        else:
            self.peer.comment(text, self.peer.us, external_id)

    def limit_reads(self, most: int) -> None:
        self.peer.most_reads = most

    def pass_time(self) -> None:
        for each in self.peer.messages:
            each["created_time"] = earlier(each["created_time"])
        for each in self.peer.comments.values():
            each["at"] = earlier(each["at"])

    def list_malformed(self) -> None:
        number = self.write(MALFORMED)
        listed = self.peer.messages[0] if self.visibility == "private" else self.peer.comments[number]
        listed |= {"at": MALFORMED, "created_time": MALFORMED}


def asked(stage: Stage) -> OutgoingReply:
    """A reply of ours to what Tom has just written."""
    return replace(stage.reply("Yes, we do."), approved_at=stage.world.clock.now())


def check_errors(stage: Stage, peer: MetaPeer) -> None:
    """What Meta's error bodies become."""
    kinds: list[tuple[Mapping[str, object], type[DeliveryError]]] = [
        ({"code": 190, "error_subcode": 463}, CredentialsRefused),
        ({"code": 10, "error_subcode": 2018278}, WindowClosed),
        ({"code": 10}, DeliveryRefused),
        ({"code": 200}, DeliveryRefused),
        ({"code": 551, "message": "Tom is not available"}, DeliveryRefused),
        ({"code": 1}, DeliveryUncertain),
        ({"code": 2, "is_transient": True}, DeliveryUncertain),
        *(({"code": code}, RateLimited) for code in (4, 17, 32, 613, 80002, 80006)),
    ]
    reply = asked(stage)
    for error, kind in kinds:
        peer.fails = dict(error)
        with pytest.raises(kind) as raised:
            stage.platform.inner.send(reply)
        assert type(raised.value) is kind
        assert "Tom" not in raised.value.detail
    assert raised.value.retry_after_s == 300
    assert peer.ours() == []


def check_handshake(stage: Stage, harness: MetaHarness, account: Account) -> None:
    """The challenge comes back to who knows the verify token, and nothing passes for an empty secret."""
    assert harness.adapter.inbound is not None
    inbound = harness.adapter.inbound(account, harness.runtime)
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY}
    test = replace(signed({}), method="GET", query=query)
    answer = inbound.handshake(test)
    assert answer is not None
    assert answer.body == b"1158201444"
    assert inbound.handshake(signed({})) is None
    with pytest.raises(SignatureInvalid):
        inbound.handshake(replace(test, query=query | {"hub.verify_token": "wrong"}))
    empty = harness.adapter.inbound(replace(account, credentials=Credentials({"app_secret": ""})), harness.runtime)
    with pytest.raises(SignatureInvalid):
        empty.verify(signed({}, secret=""))
    for strange in (b"[]", b"{", b'{"object": "page", "entry": 1}', b'{"object": "instagram", "entry": 1}'):
        if b"object" not in strange or harness.peer.kind in strange:
            with pytest.raises(InvalidInput):
                inbound.parse(replace(signed({}), body=strange))
    other = {"object": harness.peer.kind.decode(), "entry": [{"id": "another account"}]}
    assert inbound.parse(signed(other)) == []


def check_private(stage: Stage, harness: MetaHarness) -> None:
    """The tag for what is late, a closed window, and a conversation that cannot be read far enough."""
    peer, reply = harness.peer, asked(stage)
    stage.platform.inner.send(reply)
    peer.late.add(TOM)
    with pytest.raises(WindowClosed):
        stage.platform.inner.send(reply)
    account = replace(stage.account, credentials=Credentials(harness.credentials() | {"human_agent": "yes"}))
    assert harness.adapter.platform is not None
    old = replace(reply, message_at=stage.world.clock.now() - timedelta(hours=30))
    peer.late.clear()
    stage.platform.inner.send(old)
    assert peer.tags.pop() == "RESPONSE", "the person wrote again since; the tag needs Meta's permission"
    peer.late.add(TOM)
    patient = harness.adapter.platform(account, harness.runtime)
    assert patient.traits.private_window == timedelta(days=7)
    late = replace(reply, message_at=stage.world.clock.now() - timedelta(hours=30), first_tried_at=reply.approved_at)
    assert patient.find(late) is not None
    sent = patient.send(late)
    assert peer.tags == ["RESPONSE", "RESPONSE", "HUMAN_AGENT"]
    assert patient.find(late) == sent
    for _ in range(20):
        peer.say("and?")
    with pytest.raises(DeliveryNotMade):
        patient.find(late)
    patient.close()


def check_comments(stage: Stage, harness: MetaHarness, *, mention: str) -> None:
    """A reply to a reply stands under the top comment, and is found there on whatever page."""
    peer, platform = harness.peer, stage.platform.inner
    top = peer.comment(QUESTION)
    for _ in range(3):
        peer.comment("same here", parent=top)
    nested = [event for event in harness.events(stage.account) if isinstance(event, NewMessage)][-1].message
    assert nested.in_reply_to == top
    now = stage.world.clock.now()
    reply = replace(
        asked(stage),
        in_reply_to=nested.external_id,
        metadata=nested.metadata,
        author_handle=nested.author.handle,
        first_tried_at=now,
    )
    assert platform.find(reply) is None
    sent = platform.send(reply)
    assert peer.comments[sent]["parent"] == top
    assert peer.comments[sent]["text"] == f"{mention}Yes, we do."
    assert platform.find(reply) == sent
    assert platform.find(replace(reply, text="No.")) is None
    ours = harness.peer.comments[sent]
    for changed in (unicodedata.normalize("NFD", ours["text"]), ours["text"].replace(" ", "\n")):
        ours["text"] = changed
        assert platform.find(reply) == sent, "the words are the same"
    ours["text"] = f"{changed[:-1]}!"
    with pytest.raises(DeliveryNotMade, match="almost"):
        platform.find(reply)
    ours["text"] = changed
    assert platform.find(replace(reply, first_tried_at=now + timedelta(hours=1))) is None


def check_connecting(stage: Stage, harness: MetaHarness, shown_as: str) -> None:
    """Who we are, what is subscribed, and a token that is not taken."""
    tested = stage.platform.inner.test()
    assert (tested.problem, tested.account, tested.shown_as) == ("", harness.account, shown_as)
    assert "messages" in harness.peer.subscribed
    account = replace(stage.account, credentials=Credentials(harness.credentials() | {"token": "old"}))
    assert harness.adapter.platform is not None
    platform = harness.adapter.platform(account, harness.runtime)
    assert "no longer takes the token" in platform.test().problem
    platform.close()


def check_renewal(stage: Stage, harness: MetaHarness) -> None:
    """A token is renewed before its 60 days are over; one that is too young is used on, and tried a day later."""
    peer, kept = harness.peer, dict(harness.credentials())
    opened = harness.adapter.platform
    assert opened is not None

    def problem() -> str:
        platform = opened(replace(stage.account, credentials=Credentials(kept), keep=kept.update), harness.runtime)
        try:
            return platform.test().problem
        finally:
            platform.close()

    assert (problem(), peer.token) == ("", TOKEN)
    peer.is_young = False
    assert (problem(), peer.token) == ("", TOKEN), "it was tried a moment ago"
    used = TOKEN
    for days in (2, 50):
        stage.world.clock.advance(seconds=days * 86_400)
        peer.is_young = False
        assert (problem(), kept["access"]) == ("", peer.token)
        assert peer.token != used
        used = peer.token
    assert problem() == ""


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class MetaReading(Reading):
    """What is read of comments and of messages."""

    adapter: Adapter

    @pytest.fixture
    def harness(self, peer: MetaPeer, visibility: str) -> MetaReadHarness:
        return MetaReadHarness(self.adapter, peer, visibility)
