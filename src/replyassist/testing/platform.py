"""A whole platform in memory: people and we write there, it signs webhooks, limits, lags, and loses answers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from replyassist.channels import (
    Account,
    Adapter,
    Check,
    Cost,
    Deleted,
    Edited,
    Event,
    Field,
    HookAnswer,
    HookRequest,
    Inbound,
    OutgoingReply,
    Platform,
    Pulled,
    Repeat,
    Runtime,
    Signature,
    Source,
    Tested,
    Traits,
)
from replyassist.channels.events import built, message
from replyassist.core.errors import (
    CredentialsRefused,
    DeliveryUncertain,
    InvalidInput,
    RateLimited,
    SignatureInvalid,
)
from replyassist.inbox.schemas import MessageEdit

US = "us"
TOKEN = "token-1"
TOLERANCE = timedelta(minutes=5)
TRAITS = Traits(
    name="fake",
    title="Fake",
    repeat=Repeat.LOOK_UP,
    counts_as="bluesky",
    private_window=timedelta(hours=24),
    public_window=timedelta(days=7),
    cost=Cost(Decimal("0.015"), with_link=Decimal("0.2")),
    signature=Signature.TIMED,
)


@dataclass(frozen=True)
class Post:
    """What stands there."""

    id: str
    author: str
    text: str
    answers: str | None
    at: datetime
    key: str = ""


@dataclass
class FakePeer:
    """The platform's side. ``lose`` is when the next answer is lost: "before" the effect, "after" it, or never.

    ``wait_seconds``: it asks the next caller to wait so long. ``hides``: our posts are not seen by ``find`` yet.
    """

    clock: Callable[[], datetime]
    secret: str = "shared secret"
    posts: dict[str, Post] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    lose: str = ""
    wait_seconds: float = 0.0
    hides: bool = False
    calls: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, author: str, text: str, *, answers: str | None = None, key: str = "", own_id: str = "") -> Post:
        """Somebody writes."""
        post = Post(own_id or f"post-{next(self.numbers)}", author, text, answers, self.clock(), key)
        self.posts[post.id] = post
        self._tell("new", post)
        return post

    def edit(self, post_id: str, text: str) -> None:
        """The author edits."""
        self.posts[post_id] = replace(self.posts[post_id], text=text)
        self._tell("edited", self.posts[post_id])

    def delete(self, post_id: str) -> None:
        """The author deletes."""
        self._tell("deleted", self.posts.pop(post_id))

    def ours(self) -> list[Post]:
        """What we wrote."""
        return [post for post in self.posts.values() if post.author == US]

    def hook(self, document: dict[str, Any]) -> HookRequest:
        """A webhook, signed now."""
        now = self.clock()
        body, at = json.dumps(document).encode(), str(int(now.timestamp()))
        signed = hmac.new(self.secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        return HookRequest("POST", {"x-fake-time": at, "x-fake-signature": signed}, {}, body, now)

    def _tell(self, what: str, post: Post) -> None:
        self.told.append(
            {
                "what": what,
                "id": post.id,
                "author": post.author,
                "text": post.text,
                "answers": post.answers,
                "at": self.clock().isoformat(),
            }
        )


@dataclass
class FakePlatform(Platform):
    """Sends to the peer, by whichever way of repeating the traits name."""

    account: Account
    peer: FakePeer
    traits: Traits = TRAITS

    @property
    def address(self) -> str:
        """The account."""
        return self.account.account

    def test(self) -> Tested:
        """Whether the token is the right one."""
        is_ok = self.account.credentials.get("token") == TOKEN
        return Tested((Check("sign-in", is_ok, "as us" if is_ok else "the token is wrong"),), US, "@us")

    def prepare(self, reply: OutgoingReply) -> Mapping[str, str]:
        """An id of our own, where the platform takes one."""
        return {"id": f"own-{reply.key}"} if self.traits.repeat is Repeat.OWN_ID else {}

    def reread(self, reply: OutgoingReply) -> list[Edited | Deleted]:
        """What stands there now."""
        found: list[Edited | Deleted] = []
        for place in reply.answers:
            post = self.peer.posts.get(place.external_id)
            found.append(Edited(post.id, MessageEdit(text=post.text)) if post else Deleted(place.external_id))
        return found

    def send(self, reply: OutgoingReply) -> str:
        """Post, unless told otherwise."""
        peer = self.peer
        peer.calls += 1
        if self.account.credentials.get("token") != TOKEN:
            raise CredentialsRefused("the token is no longer valid")
        wait, peer.wait_seconds = peer.wait_seconds, 0.0
        if wait:
            raise RateLimited("too many requests", retry_after_s=wait)
        lose, peer.lose = peer.lose, ""
        if lose == "before":
            raise DeliveryUncertain("no answer")
        post_id = self._post(reply)
        if lose == "after":
            raise DeliveryUncertain("no answer")
        return post_id

    def find(self, reply: OutgoingReply) -> str | None:
        """The post with our id, or with the text under the same post."""
        if self.peer.hides:
            return None
        for post in self.peer.ours():
            is_same = (post.text, post.answers) == (self.as_sent(reply), reply.in_reply_to)
            if post.id == reply.prepared.get("id") if self.traits.repeat is Repeat.OWN_ID else is_same:
                return post.id
        return None

    def _post(self, reply: OutgoingReply) -> str:
        peer, text = self.peer, self.as_sent(reply)
        lifetime = self.traits.key_lifetime
        for post in peer.ours():
            is_known = lifetime is None or peer.clock() - post.at < lifetime
            if self.traits.repeat is Repeat.IDEMPOTENCY_KEY and post.key == reply.key and is_known:
                return post.id
            if self.traits.repeat is Repeat.PUT and post.answers == reply.in_reply_to:
                peer.posts[post.id] = replace(post, text=text)
                return post.id
        own_id = reply.prepared.get("id", "")
        if own_id in peer.posts:
            raise DeliveryUncertain("that id is taken")
        return peer.write(US, text, answers=reply.in_reply_to, key=reply.key, own_id=own_id).id


class FakeInbound(Inbound):
    """Reads what ``FakePeer.hook`` signs."""

    def __init__(self, account: Account, peer: FakePeer) -> None:
        self._account, self._peer = account, peer

    def handshake(self, request: HookRequest) -> HookAnswer | None:
        """The challenge comes back."""
        challenge = request.query.get("challenge")
        return HookAnswer(challenge.encode()) if request.method == "GET" and challenge else None

    def verify(self, request: HookRequest) -> None:
        """HMAC-SHA256 over time and raw body, five minutes."""
        at, given = request.headers.get("x-fake-time", ""), request.headers.get("x-fake-signature", "")
        signed = hmac.new(self._peer.secret.encode(), at.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signed, given):
            raise SignatureInvalid("the signature is not the platform's")
        if abs(request.received_at - datetime.fromtimestamp(int(at), UTC)) > TOLERANCE:
            raise SignatureInvalid("the signature is too old")

    def parse(self, request: HookRequest) -> list[Event]:
        """One event."""
        try:
            return list(_events(self._account, [json.loads(request.body)]))
        except ValueError as error:
            raise InvalidInput("not an event of this platform") from error


class FakeSource(Source):
    """Brings what the peer tells, two at a time; the cursor counts them."""

    def __init__(self, account: Account, peer: FakePeer) -> None:
        self._account, self._peer = account, peer

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """All that was told since."""
        position = int(cursor or 0)
        while batch := self._peer.told[position : position + 2]:
            position += len(batch)
            yield Pulled(_events(self._account, batch), str(position))


def fake_adapter(peer: FakePeer, traits: Traits = TRAITS) -> Adapter:
    """The adapter of a peer."""

    def platform(account: Account, _: Runtime) -> Platform:
        return FakePlatform(account, peer, traits)

    return Adapter(
        traits,
        fields=(Field("token", "Token", "Any page of the fake says it."),),
        platform=platform,
        inbound=lambda account, _: FakeInbound(account, peer),
        source=lambda account, _: FakeSource(account, peer),
    )


def _events(account: Account, documents: list[dict[str, Any]]) -> tuple[Event, ...]:
    return built(account, partial(_event, account), documents)


def _event(account: Account, document: dict[str, Any]) -> Event | None:
    if document["what"] == "deleted":
        return Deleted(document["id"])
    at = datetime.fromisoformat(document["at"])
    whole = message(
        account,
        document["id"],
        document["text"],
        author_id=document["author"],
        author_name="Tom",
        conversation_id="post-0",
        posted_at=at,
        in_reply_to=document["answers"],
    )
    if document["what"] != "edited":
        return whole
    change = MessageEdit(text=document["text"], edited_at=at)
    return Edited(document["id"], change, whole.message if whole else None)
