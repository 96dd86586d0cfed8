"""A message of Discord's as one of ours (docs.discord.com/developers/resources/message, Message Object)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import MAX_ALT_TEXT, MAX_ATTACHMENTS, MAX_URL, Attachment, MessageEdit

from ..account import Account
from ..events import Edited, Event, message
from .api import Message

WRITTEN = frozenset({0, 19})  # DEFAULT, REPLY: what a person types; all other types are Discord's own notes
FORWARD = 1
_KINDS = {"image": AttachmentKind.IMAGE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")
_USER = re.compile(r"<@!?(\d+)>")


@dataclass(frozen=True)
class Place:
    """A channel, or a thread (``title``: its name) below one. ``lists``: what told of it."""

    channel: str
    title: str | None = None
    lists: tuple[str, ...] = ()


def event_of(account: Account, written: Message, place: Place) -> Event | None:
    """A message, as an edit once it was edited; None for other bots', for Discord's notes and for posts of ours that
    answer nobody. A thread is a conversation; in a channel it is a message with the replies to it, which intake puts
    together."""
    author, above = written["author"], answered_by(written)
    is_ours = str(author["id"]) == account.account
    is_other_bot = not is_ours and (author.get("bot") or written.get("webhook_id"))
    if int(written["type"]) not in WRITTEN or is_other_bot or (is_ours and not above):
        return None
    referenced = written.get("referenced_message") or {}
    first = above or str(written["id"])
    made = message(
        account,
        f"{place.channel}:{written['id']}",
        plain(written, account.account),
        author_id=str(author["id"]),
        author_handle=author.get("username"),
        author_name=author.get("global_name"),
        conversation_id=place.channel if place.title else f"{place.channel}:{first}",
        parent_text=place.title,
        answered_text=plain(referenced, account.account) if referenced else None,
        posted_at=datetime.fromisoformat(written["timestamp"]),
        in_reply_to=f"{place.channel}:{above}" if above else None,
        attachments=tuple(map(_attachment, written.get("attachments") or ()))[:MAX_ATTACHMENTS],
    )
    if made is None or not written.get("edited_timestamp"):
        return made
    change = MessageEdit(text=made.message.text, edited_at=datetime.fromisoformat(written["edited_timestamp"]))
    return Edited(made.message.external_id, change, made.message)


def plain(written: Message, us: str = "") -> str:
    """The words as people see them: mentions by name, the one of us in front left out."""
    names = {
        str(each["id"]): str(each.get("global_name") or each["username"]) for each in written.get("mentions") or ()
    }
    text = re.sub(rf"^\s*<@!?{re.escape(us)}>\s*", "", str(written["content"])) if us else str(written["content"])
    return _EMOJI.sub(r"\1", _USER.sub(lambda found: f"@{names.get(found[1], found[1])}", text))


def answered_by(written: Message) -> str:
    """The id of the message that this one answers, or empty; a forwarded message answers none."""
    reference: Mapping[str, Any] = written.get("message_reference") or {}
    return "" if reference.get("type") == FORWARD else str(reference.get("message_id") or "")


def _attachment(file: Mapping[str, Any]) -> Attachment:
    kind = _KINDS.get(str(file.get("content_type") or "").partition("/")[0], AttachmentKind.FILE)
    url, words = str(file.get("url") or ""), str(file.get("description") or file.get("filename") or "")
    is_address = url.startswith("https://") and len(url) <= MAX_URL
    return Attachment(kind=kind, url=url if is_address else None, alt_text=words[:MAX_ALT_TEXT] or None)
