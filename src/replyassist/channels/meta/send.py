"""Replies to comments and to private messages, as Instagram and Facebook both take them, and the look-up of both."""

from __future__ import annotations

import unicodedata
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import quote

from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..outgoing import CLOCKS, OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from ..traits import Traits
from . import HUMAN_AGENT_WINDOW, WINDOW, granted
from .graph import Graph

NEAR = 0.9
"""Share of letters in order (difflib): a shortened link or a changed sign, and not another answer."""
READABLE = 20
"""Of a conversation only the newest 20 messages can be read (messenger-platform/conversations, "Limitations")."""


class MetaPlatform(Platform):
    """One account, with comments and private messages. Names of fields and edges are the platform's."""

    base: Traits
    kind = ""
    """``platform`` of the Conversations API."""
    edge = ""
    """Under which a comment's replies are."""
    words = ""
    """The field of a comment's text."""
    at = ""
    """The field of its time."""
    post_words = ""
    """The field of a post's text."""
    subscribed = ""
    """What the webhooks tell of."""
    renewed_by = ""
    """The grant that renews its token; empty where tokens do not end."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self.graph = Graph(account, runtime, renewed_by=self.renewed_by)

    @property
    def traits(self) -> Traits:
        """With the longer window where Meta has granted it."""
        return granted(self.base, self._account.credentials)

    @property
    def address(self) -> str:
        """The account."""
        return self._account.account

    @abstractmethod
    def who(self) -> tuple[str, str]:
        """Our id, as webhooks have it, and what people call us; raises as ``send``."""

    @abstractmethod
    def is_ours(self, comment: Mapping[str, Any]) -> bool:
        """Whether a comment that was read is one of ours."""

    def test(self) -> Tested:
        """Sign in, and have the app told of comments and messages (repeating it changes nothing)."""
        try:
            account, name = self.who()
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        signed_in = Check("sign-in", is_ok=True, detail=f"as {name}")
        try:
            self.graph.post("me/subscribed_apps", has_effect=False, subscribed_fields=self.subscribed)
            told = Check("webhooks", is_ok=True, detail=f"the app is told of {self.subscribed.replace(',', ', ')}")
        except DeliveryError as error:
            told = Check("webhooks", is_ok=False, detail=error.detail)
        return Tested((signed_in, told), account=account, shown_as=name)

    def send(self, reply: OutgoingReply) -> str:
        """Under the comment, or to the person."""
        if reply.visibility == "private":
            return self._send_private(reply)
        sent = self.graph.post(f"{node(reply.in_reply_to)}/{self.edge}", message=self.as_sent(reply))
        return told_id(sent, "id")

    def find(self, reply: OutgoingReply) -> str | None:
        """Our text under the top comment, where replies to replies stand too, or among the newest messages."""
        if reply.visibility == "private":
            return self._find_private(reply)
        top, since, text = node(str(reply.metadata.get("top") or reply.in_reply_to)), _since(reply), self.as_sent(reply)
        fields = (
            f"id,from,user,{self.words},{self.at}" if self.kind == "instagram" else f"id,from,{self.words},{self.at}"
        )
        listed = self.graph.all_of(f"{top}/{self.edge}", fields=fields, limit=100)
        return _with_text(
            ((each, self.words) for each in listed if self.is_ours(each) and _time(each[self.at]) >= since), text
        )

    def thread(self, place: ThreadPlace) -> Thread:
        """The post's text; a private conversation has none."""
        if not place.metadata.get("is_comment") or not place.wants_post:
            return Thread()
        post = self.graph.read(node(place.conversation), fields=self.post_words)
        return Thread(parent_text=post.get(self.post_words))

    def close(self) -> None:
        """End connections."""
        self.graph.close()

    def _send_private(self, reply: OutgoingReply) -> str:
        is_granted = self.traits.private_window == HUMAN_AGENT_WINDOW
        is_late = is_granted and reply.message_at is not None and self._clock.now() - reply.message_at > WINDOW
        message: dict[str, Any] = {"recipient": {"id": reply.conversation}, "message": {"text": self.as_sent(reply)}}
        message |= (
            {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if is_late else {"messaging_type": "RESPONSE"}
        )
        return told_id(self.graph.post("me/messages", **message), "message_id")

    def _find_private(self, reply: OutgoingReply) -> str | None:
        since, text = _since(reply), self.as_sent(reply)
        fields = f"messages.limit({READABLE}){{id,created_time,from,message}}"
        found = self.graph.read("me/conversations", platform=self.kind, user_id=reply.conversation, fields=fields)
        messages = [
            each for thread in found.get("data") or [] for each in (thread.get("messages") or {}).get("data") or []
        ]
        recent = [each for each in messages if _time(each["created_time"]) >= since]
        ours = [each for each in recent if str((each.get("from") or {}).get("id")) == self._account.account]
        if found_id := _with_text(((each, "message") for each in ours), text):
            return found_id
        if not messages or len(recent) >= READABLE:
            raise DeliveryNotMade("not enough of this conversation can be read to know whether the reply is there")
        return None


def node(external_id: str) -> str:
    """An id as a part of a path."""
    return quote(external_id, safe="")


def told_id(answer: Mapping[str, Any], name: str) -> str:
    """The id of what was made; raise DeliveryUncertain for none."""
    if not answer.get(name):
        raise DeliveryUncertain("Meta's answer tells no id")
    return str(answer[name])


def _with_text(ours: Iterable[tuple[Mapping[str, Any], str]], text: str) -> str | None:
    """The id of what has this text but for white space and how letters are composed; raise DeliveryNotMade where one is
    almost the same: it may be this reply as the platform changed it, or another."""
    wanted, is_near = _comparable(text), False
    for each, words in ours:
        said = _comparable(str(each.get(words) or ""))
        if said == wanted:
            return str(each["id"])
        is_near = is_near or SequenceMatcher(None, said, wanted).ratio() >= NEAR
    if is_near:
        raise DeliveryNotMade("a reply that is almost this one stands there; whether it is this one is not known")
    return None


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _since(reply: OutgoingReply) -> datetime:
    began = reply.first_tried_at or reply.approved_at
    return began.replace(microsecond=0) - CLOCKS


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
