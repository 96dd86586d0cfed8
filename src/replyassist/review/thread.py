"""A stored message as the pipeline and the checks see it, with what was said around it."""

from __future__ import annotations

from sqlmodel import Session

from replyassist.inbox.inbound import Inbound
from replyassist.inbox.threads import StoredMessage

from .approved import replies_in_thread

THREAD_REPLIES = 3


def as_inbound(session: Session, stored: StoredMessage) -> Inbound:
    """The message with the brand's last replies in its thread."""
    return Inbound(
        text=stored.text,
        channel=stored.message.channel,
        visibility=stored.conversation.visibility,
        author_name=stored.author.name,
        author_handle=stored.author.handle,
        parent_text=stored.conversation.parent_text,
        earlier_replies=tuple(replies_in_thread(session, stored.message.conversation_id, limit=THREAD_REPLIES)),
    )
