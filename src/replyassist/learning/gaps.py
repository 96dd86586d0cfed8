"""What people ask and no template answers: such messages, grouped by what they mean. It only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.core.embedding import Encoder
from replyassist.review.failures import FailureKind
from replyassist.review.models import ReviewItem
from replyassist.triage import Route

from .grouping import grouped
from .repository import newest_acts, newest_items
from .texts import example_text

LOOKED_AT = 5000  # the newest items of the brand
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
    wrong = _with_a_wrong_template(session, brand_id)
    found = []
    for item, message, author in newest_items(session, brand_id, limit=limit):
        text = example_text(message.text, name=author.name or "", handle=author.handle or "")
        if text is not None and (item.id in wrong or _has_no_template(item)):
            found.append(Unanswered(item.id or 0, text, message.posted_at))
    return found


def gaps(messages: Sequence[Unanswered], encoder: Encoder, *, fewest: int = 2) -> list[Gap]:
    """Groups of at least ``fewest`` messages that ask about the same, the largest first."""
    groups = grouped(encoder.encode([message.text for message in messages]), fewest=fewest) if messages else []
    return [_gap([messages[place] for place in group]) for group in groups]


def _has_no_template(item: ReviewItem) -> bool:
    is_asked = item.route not in (Route.NO_REPLY, Route.REVIEW) and not item.proposal.triage.is_plain_praise
    return item.template_id is None and item.proposal.abstained and is_asked


def _with_a_wrong_template(session: Session, brand_id: str) -> set[int]:
    """Items whose last decision says so; a later one, such as taking it back, clears them."""
    acts = newest_acts(session, brand_id, [*_WRONG, "approved", "taken_back"], limit=4 * LOOKED_AT)
    last: dict[int, bool] = {}
    for item_id, act, failures in acts:
        last.setdefault(item_id, act in _WRONG and FailureKind.WRONG_TEMPLATE.value in failures)
    return {item_id for item_id, is_wrong in last.items() if is_wrong}


def _gap(messages: Sequence[Unanswered]) -> Gap:
    """``messages``: the most central first."""
    return Gap(
        size=len(messages),
        example=messages[0].text,
        item_ids=tuple(sorted(message.item_id for message in messages)),
        last=max(message.at for message in messages),
    )
