"""Answers a post: the whole record is fixed before the first attempt, so putting it again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryRefused
from replyassist.inbox.schemas import MessageEdit

from ..account import Account, Check, Runtime, Tested
from ..events import Deleted, Edited
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import TRAITS
from .api import Xrpc
from .records import POST, facets_of, message_of, parts_of, record_key, uri_of


class BlueskyPlatform(Platform):
    """Sends as one account."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._xrpc, self._clock = account, Xrpc(account, runtime), runtime.clock

    @property
    def address(self) -> str:
        """The repository that replies are looked up in."""
        return self._account.account

    def test(self) -> Tested:
        """Sign in."""
        try:
            session = self._xrpc.sign_in()
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        name = f"@{session['handle']}"
        return Tested((Check("sign-in", is_ok=True, detail=f"as {name}"),), account=session["did"], shown_as=name)

    def prepare(self, reply: OutgoingReply) -> Mapping[str, str]:
        """The key and the record, with the handles in it looked up."""
        known = reply.metadata
        uri, cid, root = uri_of(reply.in_reply_to, known), known.get("cid"), known.get("root")
        if not parts_of(uri) or not isinstance(cid, str) or not isinstance(root, dict):
            raise DeliveryRefused("the message is not known as a post of Bluesky's")
        text = self.as_sent(reply)
        record: dict[str, Any] = {
            "$type": POST,
            "text": text,
            "createdAt": reply.approved_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "reply": {"root": root, "parent": {"uri": uri, "cid": cid}},
        }
        if facets := facets_of(text, lambda handle: self._did(handle, reply)):
            record["facets"] = facets
        return {"rkey": record_key(reply.approved_at, reply.key), "record": json.dumps(record, ensure_ascii=False)}

    def reread(self, reply: OutgoingReply) -> list[Edited | Deleted]:
        """All in one call (it takes 25, an item has 20 parts); the cid says whether a record is the one of before."""
        places = {uri_of(place.external_id, place.metadata): place for place in reply.answers}
        posts = self._xrpc.get("app.bsky.feed.getPosts", uris=list(places))["posts"]
        shown = {str(post["uri"]): post for post in posts}
        found: list[Edited | Deleted] = []
        for uri, place in places.items():
            if uri not in shown:
                self._require_gone(uri)
                found.append(Deleted(place.external_id))
            elif shown[uri]["cid"] != place.metadata.get("cid"):
                found.append(self._edited(place, shown[uri]))
        return found

    def _edited(self, place: ThreadPlace, post: Mapping[str, Any]) -> Edited:
        now = message_of(
            self._account,
            post["uri"],
            post["cid"],
            post["record"],
            author_id=post["author"]["did"],
            posted_at=self._clock.now(),
        )
        if now is None:
            raise DeliveryRefused("the message has neither words nor attachments any more")
        return Edited(place.external_id, MessageEdit(text=now.message.text, attachments=now.message.attachments))

    def _require_gone(self, uri: str) -> None:
        """Raise unless the network says that a post is gone: a list leaves out others too, such as of who blocks us."""
        found = self._xrpc.get("app.bsky.feed.getPostThread", absent="NotFound", uri=uri, depth=0, parentHeight=0)
        kind = str(found["thread"].get("$type")).partition("#")[2] if found else "notFoundPost"
        if kind == "blockedPost":
            raise DeliveryRefused("the author blocks this account, or is blocked by it")
        if kind != "notFoundPost":
            raise DeliveryNotMade("the message is not shown now, and not said to be gone")

    def send(self, reply: OutgoingReply) -> str:
        """Put the record under its key."""
        place = {"repo": self._account.account, "collection": POST, "rkey": reply.prepared["rkey"]}
        document = {**place, "record": json.loads(reply.prepared["record"])}
        return str(self._xrpc.post("com.atproto.repo.putRecord", document)["uri"])

    def find(self, reply: OutgoingReply) -> str | None:
        """The record under its key; it is there as soon as it was put."""
        place = {"repo": self._account.account, "collection": POST, "rkey": reply.prepared["rkey"]}
        found = self._xrpc.get("com.atproto.repo.getRecord", absent="RecordNotFound", **place)
        return str(found["uri"]) if found else None

    def thread(self, place: ThreadPlace) -> Thread:
        """The post that begins the thread, and the one above; for a beginning that quotes, the post that is quoted."""
        uri, root = uri_of(place.external_id, place.metadata), place.metadata.get("root")
        first = str(root["uri"]) if isinstance(root, dict) else place.conversation
        found = self._shown(uri, parents=1)
        parent = (found.get("parent") or {}).get("post") or {}
        above = _words(parent)
        if parent.get("uri") == first:
            return Thread(above)
        if first != uri:
            return Thread(_words(self._shown(first).get("post") or {}) if place.wants_post else None, above)
        embed = (found.get("post") or {}).get("embed") or {}
        quoted = embed.get("record") or {}
        quoted = quoted.get("record") or quoted  # beside pictures it stands one deeper
        return Thread(answered_text=(quoted.get("value") or {}).get("text"))

    def close(self) -> None:
        """End connections."""
        self._xrpc.close()

    def _shown(self, uri: str, *, parents: int = 0) -> Mapping[str, Any]:
        """A post with so many above it; nothing where it is gone."""
        asked = {"uri": uri, "depth": 0, "parentHeight": parents}
        found = self._xrpc.get("app.bsky.feed.getPostThread", absent="NotFound", **asked)
        thread: Mapping[str, Any] = (found or {}).get("thread") or {}
        return thread

    def _did(self, handle: str, reply: OutgoingReply) -> str | None:
        """Whose handle it is; a mention of nobody is plain text."""
        if handle == (reply.author_handle or "").lower():
            return reply.author
        try:
            return str(self._xrpc.get("com.atproto.identity.resolveHandle", handle=handle)["did"])
        except DeliveryRefused:
            return None


def _words(post: Mapping[str, Any]) -> str | None:
    return (post.get("record") or {}).get("text") or None
