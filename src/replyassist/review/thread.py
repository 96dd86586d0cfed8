"""A stored message as the pipeline and the checks see it, with what was said around it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from replyassist.brands.room import mention_of
from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.threads import StoredMessage

from .repository.approved import replies_in_threads

THREAD_REPLIES = 3


def as_inbound(session: Session, stored: StoredMessage) -> InboundMessage:
    """The message with the brand's last replies in its thread."""
    return inbound(stored, replies_before(session, [stored])[0])


def replies_before(session: Session, several: Sequence[StoredMessage]) -> list[tuple[str, ...]]:
    """The brand's last replies in the threads of several messages, in their order."""
    ids = [stored.message.conversation_id for stored in several]
    found = replies_in_threads(session, set(ids), limit=THREAD_REPLIES)
    return [found[conversation_id] for conversation_id in ids]


def inbound(stored: StoredMessage, earlier_replies: tuple[str, ...]) -> InboundMessage:
    """The message with these replies of the brand that were there before."""
    mention = mention_of(
        stored.message.channel,
        stored.conversation.visibility,
        handle=stored.author.handle,
        metadata=stored.message.attributes,
    )
    return InboundMessage(
        text=stored.text,
        channel=stored.message.channel,
        visibility=stored.conversation.visibility,
        author_name=stored.author.name,
        author_handle=stored.author.handle,
        parent_text=stored.conversation.parent_text,
        answered_text=stored.message.answered_text,
        earlier_replies=earlier_replies,
        mention=mention,
    )
