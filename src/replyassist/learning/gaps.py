"""What people ask and no template answers: such messages, grouped by what they mean. It only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel import Session, col, select

from replyassist.core.embedding import Encoder, Vectors
from replyassist.inbox.models import Author, Message
from replyassist.review.failures import FailureKind
from replyassist.review.models import AuditEntry, ReviewItem
from replyassist.triage import Route

from .texts import example_text

LOOKED_AT = 5000  # the newest items of the brand
ALIKE = 0.55
"""Cosine with a group's mean from which a message belongs to it. On 800 messages of clinc150 val (151 intents), groups
of three and more hold .59 of the messages, .89 of a group's being of one intent; at .50 that is .68 and .82, at .60 .47
and .93."""
_WRONG = frozenset({"rejected", "edited_and_approved"})


@dataclass(frozen=True)
class Unanswered:
    """A message, without personal data, that got no template or a wrong one."""

    item_id: int
    text: str
    at: datetime


@dataclass(frozen=True)
class Gap:
    """Messages that ask about the same; ``example`` is the one in their midst, ``last`` when the newest came."""

    size: int
    example: str
    item_ids: tuple[int, ...]
    last: datetime


def unanswered(session: Session, brand_id: str, *, limit: int = LOOKED_AT) -> list[Unanswered]:
    """Messages of the brand's newest items for which retrieval abstained and nobody picked a template, or whose draft
    was rejected or rewritten for the wrong template; the newest first."""
    rows = session.exec(
        select(ReviewItem, Message, Author)
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .join(Author, col(Author.id) == col(Message.author_id))
        .where(ReviewItem.brand_id == brand_id, col(Message.deleted_at).is_(None))
        .order_by(col(ReviewItem.id).desc())
        .limit(limit)
    ).all()
    wrong = _with_a_wrong_template(session, brand_id)
    found = []
    for item, message, author in rows:
        text = example_text(message.text, name=author.name or "", handle=author.handle or "")
        if text is not None and (item.id in wrong or _has_no_template(item)):
            found.append(Unanswered(item.id or 0, text, message.posted_at))
    return found


def gaps(messages: Sequence[Unanswered], encoder: Encoder, *, fewest: int = 2) -> list[Gap]:
    """Groups of at least ``fewest`` messages that ask about the same, the largest first.

    Each message goes to the group whose mean is nearest, when that is near enough, else begins one of its own.
    """
    if not messages:
        return []
    vectors = encoder.encode([message.text for message in messages])
    groups = [group for group in _grouped(vectors) if len(group) >= fewest]
    return sorted(
        (_gap([messages[place] for place in group], vectors[group]) for group in groups), key=lambda gap: -gap.size
    )


def _has_no_template(item: ReviewItem) -> bool:
    is_asked = item.route != Route.NO_REPLY and not item.proposal.triage.is_plain_praise
    return item.template_id is None and item.proposal.abstained and is_asked


def _with_a_wrong_template(session: Session, brand_id: str) -> set[int]:
    """Items whose last decision says so; a later one, such as taking it back, clears them."""
    statement = (
        select(AuditEntry.review_item_id, AuditEntry.act, AuditEntry.failures)
        .where(AuditEntry.brand_id == brand_id, col(AuditEntry.act).in_([*_WRONG, "approved", "taken_back"]))
        .order_by(col(AuditEntry.id).desc())
        .limit(4 * LOOKED_AT)
    )
    last: dict[int, bool] = {}
    for item_id, act, failures in session.exec(statement):
        last.setdefault(item_id, act in _WRONG and FailureKind.WRONG_TEMPLATE.value in failures)
    return {item_id for item_id, is_wrong in last.items() if is_wrong}


def _grouped(vectors: Vectors) -> list[list[int]]:
    sums = np.zeros_like(vectors)
    groups: list[list[int]] = []
    for place, vector in enumerate(vectors):
        known = sums[: len(groups)]
        near = known @ vector / np.linalg.norm(known, axis=1) if groups else np.zeros(1)
        best = int(np.argmax(near))
        if near[best] < ALIKE:
            best = len(groups)
            groups.append([])
        groups[best].append(place)
        sums[best] += vector
    return groups


def _gap(messages: Sequence[Unanswered], vectors: Vectors) -> Gap:
    middle = int(np.argmax(vectors @ vectors.mean(axis=0)))
    return Gap(
        size=len(messages),
        example=messages[middle].text,
        item_ids=tuple(message.item_id for message in messages),
        last=max(message.at for message in messages),
    )
