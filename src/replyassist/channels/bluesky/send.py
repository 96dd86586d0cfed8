"""Answers a post: the whole record is fixed before the first attempt, so putting it again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from replyassist.core.errors import DeliveryError, DeliveryRefused

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import TRAITS
from .api import Xrpc
from .records import POST, facets_of, parts_of, record_key, uri_of


class BlueskyPlatform(Platform):
    """Sends as one account."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._xrpc = account, Xrpc(account, runtime)

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
