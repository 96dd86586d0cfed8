"""Recognises what we sent ourselves when the platform shows it to us as a message."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from replyassist.channels.events import LONGEST_ID, short_id
from replyassist.channels.registry import adapters
from replyassist.inbox.models import Message
from replyassist.review.models import ReviewItem

from .repository import forget_echoes, replies_without_id, reply_of_id

ECHO_WITHIN = timedelta(days=1)


def echoed_item(session: Session, message: Message) -> int | None:
    """The review item whose reply this message of ours is, or None.

    It has the platform's id of a delivery in the same conversation; where none has it, the approved text of one that
    left within a day of it and whose id is not known (yet), or is none that its platform shows. A reply of which nobody
    knows whether it arrived is not recognised: then the message is news.
    """
    if (named := reply_of_id(session, message.conversation_id, message.external_id)) is not None:
        return named
    unnamed = [name for name, adapter in adapters().items() if not adapter.brings]
    since, until = message.posted_at - ECHO_WITHIN, message.posted_at + ECHO_WITHIN
    found = replies_without_id(
        session, message.conversation_id, unnamed=unnamed, longest=LONGEST_ID, since=since, until=until
    )
    said = " ".join(message.text.split())
    return next((item_id for item_id, text, told in found if _is_it(message, said, text, told)), None)


def _is_it(message: Message, said: str, text: str, platform_id: str | None) -> bool:
    if platform_id and len(platform_id) > LONGEST_ID:
        return short_id(platform_id) == message.external_id
    return _is_said(said, " ".join(text.split()))


def _is_said(there: str, approved: str) -> bool:
    """Whether a text is the approved one, with at most the mention before it that a platform needs."""
    return there == approved or (there.startswith("@") and there.partition(" ")[2] == approved)


def tell_echoes(session: Session, item: ReviewItem) -> None:
    """The reply of an item did not leave, or nobody knows: what the platform showed of it meanwhile is news."""
    forget_echoes(session, item.id)
