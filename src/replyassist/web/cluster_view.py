"""Gathers what the page of messages that ask the same shows: every message with its draft, whole, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.digests import text_digest
from replyassist.inbox.threads import StoredMessage
from replyassist.review.cluster_acts import ShownItem
from replyassist.review.clusters import visible_cluster
from replyassist.review.models import ReviewItem
from replyassist.review.repository import clusters as cluster_rows
from replyassist.review.surroundings import Surroundings, surroundings_of

from .abilities import abilities
from .check_view import DraftCheck, check_view
from .item_view import claimer_of
from .language import gettext
from .rendering import typed

PAGE = 50
"""So many are claimed, shown and decided at once; the others come on the next page."""
LOOK_MS, LOOK_MS_A_CHARACTER = 250, 1.5
"""How long a message with its draft is on the screen before it counts as seen. It keeps anybody from jumping to the end
and is no measure of reading: several stand on a screen at once, and people read some 20 characters a second."""

MEND = "The checks object to this text. Mend the marked places, or open it by itself to send it knowingly."


@dataclass(frozen=True)
class Member:
    """One message with its draft. ``why_apart`` says why it cannot be decided with the others; else empty."""

    item: ReviewItem
    stored: StoredMessage
    text: str
    check: DraftCheck
    why_apart: str
    may_edit: bool

    @property
    def digest(self) -> str:
        """Of the text that is shown: what is approved is what has it."""
        return text_digest(self.text)

    @property
    def is_own(self) -> bool:
        """Whether somebody typed the text: it is not the draft."""
        return self.text != shown_text(self.item.draft)

    @property
    def look_ms(self) -> int:
        """How long it has to be on the screen before it counts as seen."""
        return round(LOOK_MS + LOOK_MS_A_CHARACTER * (len(self.text) + len(self.stored.text)))


@dataclass(frozen=True)
class ClusterView:
    """Everything on the page; ``number`` counts those of the next pages too."""

    cluster_id: int
    template: str
    brand_name: str
    number: int
    together: list[Member]
    apart: list[Member]
    parent_text: str | None

    @property
    def first(self) -> Member | None:
        """The first message."""
        return next(iter((*self.together, *self.apart)), None)


def shown_text(text: str) -> str:
    """A text as a form carries it: what is shown, sent and compared."""
    return typed(text).strip()


def claim_page(session: Session, principal: Principal, cluster_id: int, *, now: datetime, minutes: int) -> None:
    """Claim what the page will show; what somebody else works on, or is not this person's to decide, is left."""
    visible_cluster(session, principal, cluster_id)
    items = cluster_rows.members(session, cluster_id, now=now, limit=PAGE)
    wanted = [item.id or 0 for item in items if abilities(item, principal, claimer=None).may_work]
    cluster_rows.claim_free(session, wanted, user_id=principal.user_id, now=now, minutes=minutes)


def cluster_view(
    session: Session, principal: Principal, cluster_id: int, *, now: datetime, typed_texts: Mapping[int, ShownItem]
) -> ClusterView:
    """The page of a cluster; ``typed_texts``: what is in the editors, by item. Raise NotFound."""
    visible_cluster(session, principal, cluster_id)
    items = cluster_rows.members(session, cluster_id, now=now, limit=PAGE)
    around = surroundings_of(session, items)
    members = [
        _member(session, principal, item, each, typed_texts.get(item.id or 0), now=now)
        for item, each in zip(items, around, strict=True)
    ]
    posts = {each.stored.conversation.parent_text for each in around}
    templates = around[0].templates if around else ()
    return ClusterView(
        cluster_id=cluster_id,
        template=(templates[0].title or templates[0].id) if templates else "",
        brand_name=around[0].brand.name if around else "",
        number=cluster_rows.sizes(session, [cluster_id], now=now).get(cluster_id, 0),
        together=[member for member in members if not member.why_apart],
        apart=[member for member in members if member.why_apart],
        parent_text=posts.pop() if len(posts) == 1 else None,
    )


def _member(
    session: Session,
    principal: Principal,
    item: ReviewItem,
    around: Surroundings,
    own: ShownItem | None,
    *,
    now: datetime,
) -> Member:
    is_as_seen = own is not None and own.version == item.version  # else its draft may be another
    text = shown_text(own.text if own is not None and is_as_seen else item.draft)
    check = check_view(principal, item, text, around, now=now)
    claimer = claimer_of(session, principal, item, now=now)
    why = abilities(item, principal, claimer=claimer).decide
    if not why and item.is_redrafting:
        why = gettext("Another draft is being written.")
    may_edit = not why
    if not why and check.gate.state != "open":
        why = MEND if check.gate.state == "accept" else check.gate.why
    return Member(item, around.stored, text, check, why, may_edit)
