"""Instagram's and a Facebook Page's Graph API and webhooks, from developers.facebook.com (read 2026-11-26): comments,
private messages, the 24 hours, error bodies with ``code`` and ``error_subcode``, and signed notifications."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from replyassist.channels import HookRequest

from .loopback import Asked, Peer

TOKEN, APP_SECRET, VERIFY = "page-token", "app-secret", "verify-me"
TOM = "9911"
PAGE = 2
"""Comments on a page of an edge."""


@dataclass
class MetaPeer(Peer):
    """``fails``: the error of the next call that changes something, with the response's headers. ``hides``: our own are
    not read yet. ``late``: people whose 24 hours are over; they are reached with the HUMAN_AGENT tag alone.
    ``most_reads``: so many calls that read are answered, then one is refused for a limit (0: all are answered).
    ``token``: the one that is taken; ``is_young``: it is not a day old, and not renewed."""

    us = ""
    kind = b""
    renewed_by = ""
    posts = ("media-1", "media-2")
    token: str = TOKEN
    is_young: bool = True
    fails: dict[str, Any] | None = None
    hides: bool = False
    late: set[str] = field(default_factory=set)
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    most_reads: int = 0
    reads: int = 0
    subscribed: str = ""
    tags: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def hooks(self) -> list[HookRequest]:
        """What was told since last asked, signed."""
        told, self.told = self.told, []
        return [signed(document) for document in told]

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """A node, an edge, or an error."""
        if asked.path == "/refresh_access_token":
            return self._renewed(asked.given)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return refused(190, "Invalid OAuth access token.", status=401)
        changes = asked.method != "GET" and not asked.path.endswith("subscribed_apps")
        error, self.fails = (self.fails, None) if changes else (None, self.fails)
        if error is not None:
            return 400, {"error": error}
        self.reads += asked.method == "GET"
        if self.most_reads and self.reads > self.most_reads:
            self.reads = 0
            return refused(4, "Application request limit reached")
        return self.route(asked.method, asked.path.strip("/").split("/"), dict(asked.given))

    def route(self, method: str, path: list[str], given: dict[str, Any]) -> tuple[int, Any]:
        """By method and path, as far as both platforms are alike."""
        found = refused(100, "Unsupported request. Object does not exist", subcode=33)
        match method, path:
            case "POST", ["me", "subscribed_apps"]:
                self.subscribed = given["subscribed_fields"]
                found = 200, {"success": True}
            case "POST", ["me", "messages"]:
                found = self._message(given)
            case "GET", ["me", "conversations"]:
                people = (
                    [given["user_id"]]
                    if "user_id" in given
                    else list({each["from"]["id"] for each in self.messages} - {self.us})
                )
                found = 200, {"data": [each for person in people for each in self._conversations(person)]}
            case "GET", [post, "comments"] if post in self.posts:
                found = 200, self._replies(None, int(given.get("after") or 0), given["fields"], post)
            case "POST", [parent, "replies" | "comments"]:
                found = self._reply(parent, given["message"])
            case "GET", [parent, "replies" | "comments"]:
                found = 200, self._replies(parent, int(given.get("after") or 0))
        return found

    def _renewed(self, given: Mapping[str, Any]) -> tuple[int, Any]:
        if self.is_young or (given["grant_type"], given["access_token"]) != (self.renewed_by, self.token):
            return refused(100, "The token cannot be refreshed")
        self.token, self.is_young = f"page-token-{next(self.numbers)}", True
        return 200, {"access_token": self.token, "token_type": "bearer", "expires_in": 5183944}

    def limit(self, _: str) -> int:
        """How long a comment may be, in UTF-16 units."""
        raise NotImplementedError("Threads has neither; the others say")

    def _message(self, given: dict[str, Any]) -> tuple[int, Any]:
        person, text = given["recipient"]["id"], given["message"]["text"]
        self.tags.append(given.get("tag") or given["messaging_type"])
        if person in self.late and given.get("tag") != "HUMAN_AGENT":
            return refused(10, "This message is sent outside of allowed window.", subcode=2018278)
        if self.too_long(text):
            return refused(100, "Length of param message[text] is too long.", subcode=2018109)
        self.lost("before")
        mid = f"m_{next(self.numbers)}"
        self._keep(mid, self.us, person, text)
        self._tell_message(self.us, person, {"mid": mid, "text": text, "is_echo": True})
        self.lost("after")
        return 200, {"recipient_id": person, "message_id": mid}

    def too_long(self, text: str) -> bool:
        """Whether a private message is refused."""
        raise NotImplementedError("Threads has neither; the others say")

    def say(self, text: str, *, is_ours: bool = False) -> str:
        """Tom sends a private message, or one of ours does to him."""
        mid, people = f"m_{next(self.numbers)}", (self.us, TOM) if is_ours else (TOM, self.us)
        self._keep(mid, *people, text)
        self._tell_message(*people, {"mid": mid, "text": text} | ({"is_echo": True} if is_ours else {}))
        return mid

    def resay(self, mid: str, text: str) -> None:
        """Tom edits a private message."""
        self._tell_message(TOM, self.us, {"mid": mid, "text": text, "num_edit": 1}, "message_edit")

    def unsay(self, mid: str) -> None:
        """Tom unsends it."""
        self._tell_message(TOM, self.us, {"mid": mid, "is_deleted": True})

    def _keep(self, mid: str, sender: str, receiver: str, text: str) -> None:
        kept = {"id": mid, "from": {"id": sender}, "to": {"data": [{"id": receiver}]}, "message": text}
        self.messages.insert(0, {**kept, "created_time": stamp()})

    def _conversations(self, person: str) -> list[dict[str, Any]]:
        seen = [each for each in self.messages if person in (each["from"]["id"], each["to"]["data"][0]["id"])]
        seen = [each for each in seen if not (self.hides and each["from"]["id"] == self.us)]
        return [{"id": f"t_{person}", "messages": {"data": seen[:20]}}]

    def _reply(self, parent: str, text: str) -> tuple[int, Any]:
        if parent not in self.comments:
            return refused(100, "Object does not exist", subcode=33)
        if len(text.encode("utf-16-le")) // 2 > self.limit(text):
            return refused(100, "The comment is too long")
        self.lost("before")
        top = self.comments[parent].get("parent") or parent
        made = self.comment(text, self.us, top)
        self.lost("after")
        return 200, {"id": made}

    def _on_post(self, post: str) -> list[dict[str, Any]]:
        """The comments on a post as they are listed, the newest first."""
        found = [each for each in self.comments.values() if each.get("parent") is None and each["post"] == post]
        return sorted(reversed(found), key=moment, reverse=True)

    def _replies(self, parent: str | None, start: int, fields: str = "", post: str = "") -> dict[str, Any]:
        found = [each for each in self.comments.values() if each.get("parent") == parent]
        seen = found if parent else self._on_post(post)
        seen = [each for each in seen if not (self.hides and each["author"] == self.us)]
        more = len(seen) > start + PAGE
        paging = {"cursors": {"after": str(start + PAGE)}} | ({"next": "https://…"} if more else {})
        return {"data": [self._told(each, fields) for each in seen[start : start + PAGE]], "paging": paging}

    def _told(self, comment: dict[str, Any], fields: str) -> dict[str, Any]:
        below = [self.shown(each) for each in self.comments.values() if each.get("parent") == comment["id"]]
        return self.shown(comment) | ({"replies": {"data": below}} if "replies" in fields and below else {})

    @abstractmethod
    def shown(self, comment: dict[str, Any]) -> dict[str, Any]:
        """A comment as it is read."""

    @abstractmethod
    def comment(self, text: str, author: str = TOM, parent: str | None = None, post: str = "") -> str:
        """Somebody comments on a post (empty: the first one); the id."""

    def _tell_message(self, sender: str, receiver: str, written: dict[str, Any], kind: str = "message") -> None:
        at = int(time.time() * 1000)
        told = {"sender": {"id": sender}, "recipient": {"id": receiver}, "timestamp": at, kind: written}
        self.tell({"id": self.us, "time": at, "messaging": [told]})

    @abstractmethod
    def tell(self, entry: dict[str, Any]) -> None:
        """A notification of one entry."""

    def ours(self) -> list[str]:
        """The texts of our comments and messages."""
        said = [each["message"] for each in reversed(self.messages) if each["from"]["id"] == self.us]
        return [each["text"] for each in self.comments.values() if each["author"] == self.us] + said


class InstagramPeer(MetaPeer):
    """A professional account with one post."""

    us = "17841400000000001"
    kind = b"instagram"
    renewed_by = "ig_refresh_token"

    def route(self, method: str, path: list[str], given: dict[str, Any]) -> tuple[int, Any]:
        match method, path:
            case "GET", ["me"]:
                return 200, {"user_id": self.us, "username": "fernhill", "id": "another id"}
            case "GET", ["me", "media"]:
                return 200, {"data": [{"id": each} for each in self.posts]}
            case "GET", ["media-1"]:
                return 200, {"id": "media-1", "caption": "New roast is out!"}
        return super().route(method, path, given)

    def limit(self, _: str) -> int:
        return 2200

    def too_long(self, text: str) -> bool:
        return len(text.encode()) > 1000

    def comment(self, text: str, author: str = TOM, parent: str | None = None, post: str = "") -> str:
        number, post = f"1789{next(self.numbers)}", post or self.posts[0]
        known = {"id": number, "text": text, "author": author, "parent": parent, "post": post, "at": stamp()}
        self.comments[number] = known
        sender = {"id": author, "username": "tom" if author == TOM else "fernhill"}
        value = {"id": number, "from": sender, "text": text, "media": {"id": post, "media_product_type": "FEED"}}
        value |= {"parent_id": parent} if parent else {}
        self.tell({"id": self.us, "time": int(time.time()), "changes": [{"field": "comments", "value": value}]})
        return number

    def shown(self, comment: dict[str, Any]) -> dict[str, Any]:
        shown = {"id": comment["id"], "text": comment["text"], "timestamp": comment["at"]}
        is_ours = comment["author"] == self.us
        return shown | (
            {"user": {"id": self.us}, "from": {"id": "scoped"}} if is_ours else {"from": {"id": TOM, "username": "tom"}}
        )

    def tell(self, entry: dict[str, Any]) -> None:
        self.told.append({"object": "instagram", "entry": [entry]})


def signed(document: dict[str, Any], secret: str = APP_SECRET) -> HookRequest:
    """A notification as Meta posts it."""
    body = json.dumps(document).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return HookRequest("POST", {"x-hub-signature-256": signature}, {}, body, datetime.now(UTC))


def refused(code: int, words: str, *, subcode: int = 0, status: int = 400) -> tuple[int, Any]:
    """An error as the Graph API has it."""
    more = {"error_subcode": subcode} if subcode else {}
    return status, {"error": {"message": words, "type": "OAuthException", "code": code, **more, "fbtrace_id": "A1"}}


def moment(comment: dict[str, Any]) -> datetime:
    """When somebody commented; now where nobody can tell."""
    try:
        return datetime.fromisoformat(comment["at"])
    except ValueError:
        return datetime.now(UTC).replace(microsecond=0)


def stamp() -> str:
    """A time as the Graph API has it: whole seconds and "+0000"."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S%z")
