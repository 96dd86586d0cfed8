"""What Instagram tells (instagram-platform/webhooks/examples): comments, and private messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..account import Account
from ..events import Event, built, message
from ..meta.inbound import MetaInbound, entries, moment, private_events


class InstagramInbound(MetaInbound):
    """Live comments cannot be answered and are left out."""

    def events(self, account: Account, document: Mapping[str, Any]) -> Iterator[Event]:
        """Comments have no time of their own: the notification's is theirs. Both documented shapes are read."""
        for entry in entries(account, document, "instagram"):
            changes = entry.get("changes") or ([entry] if entry.get("field") else [])
            comments = (each["value"] for each in changes if each["field"] == "comments")
            yield from built(account, partial(_comment, account, entry), comments)
            yield from private_events(account, entry)


def _comment(account: Account, entry: Mapping[str, Any], value: Mapping[str, Any]) -> Event | None:
    top = value.get("parent_id")
    return message(
        account,
        value["id"],
        value.get("text") or "",
        author_id=value["from"]["id"],
        author_handle=value["from"].get("username"),
        conversation_id=value["media"]["id"],
        posted_at=moment(entry["time"]),
        in_reply_to=top,
        metadata={"is_comment": True} | ({"top": top} if top else {}),
    )
