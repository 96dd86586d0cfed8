"""What Threads tells (threads/webhooks): replies under our posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from ..account import Account
from ..events import Event, built, message, note_another
from ..meta.inbound import MetaInbound


class ThreadsInbound(MetaInbound):
    """The field ``replies``; authors have a user name and no id."""

    def events(self, account: Account, document: Mapping[str, Any]) -> Iterator[Event]:
        """One reply a notification; the documentation shows ``values`` as an object."""
        told = document["values"]
        yield from built(account, partial(_reply, account), told if isinstance(told, list) else [told])


def _reply(account: Account, told: Mapping[str, Any]) -> Event | None:
    value, root = told["value"], told["value"].get("root_post") or {}
    if told["field"] != "replies":
        return None
    if root.get("username") != account.account:
        note_another(account, f"post {root.get('id')}")
        return None
    above = (value.get("replied_to") or {}).get("id")
    return message(
        account,
        value["id"],
        value.get("text") or "",
        author_id=value.get("username") or f"author of {value['id']}",  # of a private profile, where it was asked for
        author_handle=value.get("username"),
        conversation_id=root["id"],
        posted_at=datetime.fromisoformat(value["timestamp"]),
        in_reply_to=above if above != root["id"] else None,
    )
