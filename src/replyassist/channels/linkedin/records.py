"""Notifications of social actions on a page's posts, as events of ours
(learn.microsoft.com/linkedin: organization-social-action-notifications). Webhooks and asking bring the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from replyassist.inbox.schemas import MessageEdit

from ..account import Account
from ..events import Deleted, Edited, Event, NewMessage, message
from .api import number_of, page_of

Notification = Mapping[str, Any]
WRITTEN = frozenset({"COMMENT", "ADMIN_COMMENT", "COMMENT_EDIT"})
ACTIONS = (*sorted(WRITTEN), "COMMENT_DELETE", "SHARE_MENTION")


def event_of(account: Account, told: Notification) -> Event | None:
    """A comment, its edit or deletion, or a post that mentions the page; None for other actions and other pages. One
    that LinkedIn tells several times is known by the comment's number."""
    if told["organizationalEntity"] != page_of(account):
        return None
    if told["action"] == "COMMENT_DELETE":
        return Deleted(number_of(comment_urn(told)))
    if told["action"] in WRITTEN:
        return _comment(account, told)
    return _mention(account, told) if told["action"] == "SHARE_MENTION" else None


def comment_urn(told: Notification) -> str:
    """The comment's URN: ``generatedActivity`` may leave ``urn:li:`` out within the brackets."""
    comment = (told.get("decoratedGeneratedActivity") or {}).get("comment") or {}
    return str(comment.get("entity") or told["generatedActivity"])


def at_of(told: Notification) -> datetime:
    """When it happened."""
    return datetime.fromtimestamp(int(told["lastModifiedAt"]) / 1000, UTC)


def _comment(account: Account, told: Notification) -> Event | None:
    comment, post = told["decoratedGeneratedActivity"]["comment"], str(told["sourcePost"])
    is_ours = told["action"] == "ADMIN_COMMENT" or comment["owner"] == page_of(account)
    urn, above = comment_urn(told), str(comment.get("parentComment") or "")
    made = _message(
        account,
        told,
        number_of(urn),
        str(comment["text"]),
        author=page_of(account) if is_ours else str(comment["owner"]),
        post=post,
        above=above,
        comment=urn,
    )
    if made is None or told["action"] != "COMMENT_EDIT":
        return made
    return Edited(made.message.external_id, MessageEdit(text=made.message.text, edited_at=at_of(told)), made.message)


def _mention(account: Account, told: Notification) -> NewMessage | None:
    share = told["decoratedGeneratedActivity"]["share"]
    urn = str(share["entity"])
    return _message(account, told, urn, str(share["text"]), author=str(share["owner"]), post=urn)


def _message(
    account: Account, told: Notification, external_id: str, text: str, *, author: str, post: str, above: str = "",
    comment: str = "",
) -> NewMessage | None:  # fmt: skip
    own = told.get("decoratedSourcePost") or {}
    return message(
        account,
        external_id,
        text,
        author_id=author,
        conversation_id=post,
        parent_text=str(own.get("text") or "") or None if comment else None,
        posted_at=at_of(told),
        in_reply_to=number_of(above) if above else None,
        metadata={"post": post, **({"comment": comment} if comment else {})},
    )
