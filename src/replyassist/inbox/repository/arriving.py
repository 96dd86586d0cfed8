"""What is asked about every message that comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from replyassist.brands.models import Brand

from ..models import Author, Conversation, Message, MessageStatus
from ..schemas import MessageIn


@dataclass(frozen=True)
class Known:
    """What is known of a message before it is taken in: itself where it came before, its author and conversation; how
    many messages of its brand wait for their drafts, and how many of all, each counted up to a limit."""

    message: Message | None
    author: Author | None
    conversation: Conversation | None
    waiting_of_brand: int
    waiting: int


def _waiting(most: str, *conditions: ColumnElement[bool]) -> Any:
    some = select(Message.id).where(Message.status == MessageStatus.RECEIVED, *conditions)
    return select(func.count()).select_from(some.limit(bindparam(most)).subquery()).scalar_subquery()


def _named(table: Any, external_id: str) -> ColumnElement[bool]:
    return and_(
        table.brand_id == Brand.id, table.channel == bindparam("channel"), table.external_id == bindparam(external_id)
    )


_KNOWN: Any = (
    select_columns(
        Message,
        Author,
        Conversation,
        _waiting("most_of_brand", col(Message.brand_id) == bindparam("brand")),
        _waiting("most"),
    )
    .select_from(Brand)
    .outerjoin(Message, _named(Message, "message"))
    .outerjoin(Author, _named(Author, "author"))
    .outerjoin(Conversation, _named(Conversation, "conversation"))
    .where(col(Brand.id) == bindparam("brand"))
)
"""One statement, built once: every message that comes asks it."""


def known_of(session: Session, incoming: MessageIn, *, most_of_brand: int, most: int) -> Known | None:
    """What is known of a message that comes; None where there is no such brand."""
    row = session.exec(
        _KNOWN,
        params={
            "brand": incoming.brand,
            "channel": incoming.channel,
            "message": incoming.external_id,
            "author": incoming.author.external_id,
            "conversation": incoming.conversation.external_id,
            "most_of_brand": most_of_brand,
            "most": most,
        },
    ).first()
    return None if row is None else Known(*row)
