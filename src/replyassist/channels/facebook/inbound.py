"""What a Page is told (graph-api/webhooks/reference/page, field ``feed``): comments; and Messenger's messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from replyassist.inbox.schemas import MessageEdit

from ..account import Account
from ..events import Deleted, Edited, Event, NewMessage, built, message
from ..meta.inbound import MetaInbound, entries, moment, private_events


class FacebookInbound(MetaInbound):
    """Comments that are hidden or shown again stay as they are; posts, likes and shares are none of ours."""

    def events(self, account: Account, document: Mapping[str, Any]) -> Iterator[Event]:
        """The changes of comments in order, then messages."""
        for entry in entries(account, document, "page"):
            feed = (change["value"] for change in entry.get("changes") or [] if change["field"] == "feed")
            comments = (value for value in feed if value.get("item") == "comment")
            yield from built(account, partial(_comment, account, entry), comments)
            yield from private_events(account, entry)


def _comment(account: Account, entry: Mapping[str, Any], value: Mapping[str, Any]) -> Event | None:
    if value["verb"] == "remove":
        return Deleted(value["comment_id"])
    whole = _whole(account, value) if value["verb"] in ("add", "edited") else None
    if whole is None or value["verb"] == "add":
        return whole
    change = MessageEdit(text=whole.message.text, edited_at=moment(entry["time"]))
    return Edited(value["comment_id"], change, whole.message)


def _whole(account: Account, value: Mapping[str, Any]) -> NewMessage | None:
    """``parent_id`` is the post's for a top comment."""
    top = value["parent_id"] if value.get("parent_id") not in (None, value["post_id"]) else None
    sender = value.get("from") or {}
    return message(
        account,
        value["comment_id"],
        value.get("message") or "",
        author_id=sender.get("id") or f"author of {value['comment_id']}",
        author_name=sender.get("name"),
        conversation_id=value["post_id"],
        posted_at=moment(value["created_time"]),
        in_reply_to=top,
        metadata={"is_comment": True} | ({"top": top} if top else {}),
    )
