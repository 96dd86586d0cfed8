"""Past messages of a brand as they are in the database, and what of it may not be read any more."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from replyassist.faq.proposals import message_key
from replyassist.inbox.models import Direction

from .past_messages import PastMessageRow, PastMessages, answered
from .repository import gone_messages, ids_by_source, newest_messages, replies_that_went_out

MOST_FROM_DATABASE = 5000  # the newest
CHUNK = 500  # external ids of one statement


def stored_messages(session: Session, brand_id: str) -> PastMessages:
    """The brand's newest messages, the newest first, with what people answered here or elsewhere.

    Those that are gone, as ``gone_messages`` tells, are left out with the answers to them, and counted.
    """
    rows = newest_messages(session, brand_id, limit=MOST_FROM_DATABASE)
    approved = replies_that_went_out(session, brand_id, limit=MOST_FROM_DATABASE)
    given = [
        (
            message.id or 0,
            PastMessageRow(
                text=message.text,
                reply=approved.get(message.id or 0, ""),
                direction="out" if message.direction == Direction.OUT else "in",
                external_id=f"{message.channel} {message.external_id}",
                in_reply_to=f"{message.channel} {message.in_reply_to}" if message.in_reply_to else "",
                conversation_id=str(message.conversation_id),
                name=author.name or "",
                handle=author.handle or "",
            ),
        )
        for message, author in reversed(rows)
        if message.direction == Direction.IN or message.deleted_at is None
    ]
    messages, unmatched = answered(given)
    found = [replace(message, key=message_key(_number(message.key))) for message in messages]
    gone = {message_key(message_id) for message_id in gone_messages(session, brand_id)}
    kept = [message for message in reversed(found) if message.key not in gone]
    return PastMessages(kept, unmatched_replies=unmatched, gone=len(found) - len(kept))


def with_stored(session: Session, brand_id: str, past: PastMessages) -> PastMessages:
    """Messages of a file that were also taken in, by channel and external id, go by the name that they have here, so
    that they can be erased; those that are gone are left out and counted."""
    known: dict[tuple[str, str], int | None] = {}
    named = sorted({message.source[1] for message in past.messages} - {""})
    for start in range(0, len(named), CHUNK):
        rows = ids_by_source(session, brand_id, named[start : start + CHUNK])
        known |= {(channel, external_id): message_id for channel, external_id, message_id in rows}
    gone = gone_messages(session, brand_id)
    ids = [known.get(message.source) for message in past.messages]
    kept = [
        message if here is None else replace(message, key=message_key(here))
        for message, here in zip(past.messages, ids, strict=True)
        if here not in gone
    ]
    return replace(past, messages=kept, gone=len(ids) - len(kept))


def _number(key: str) -> int:
    return int(key.rsplit(maxsplit=1)[-1])
