"""Near-identical messages: which open items are shown as one card, and who may look at it.

An item joins when it is put into the queue. It leaves when its message is edited, it is drafted from something else or
escalated, or a person takes it out; a decision leaves it in, so that it comes back to its card when that is undone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.embedding import Vectors
from replyassist.core.errors import Conflict, NotFound
from replyassist.guardrails import Verdict
from replyassist.guardrails.spans import Support
from replyassist.inbox.service import load, load_all
from replyassist.triage import Route

from .decisions import seen_item, visible_item
from .models import LOW, ReviewItem, ReviewStatus
from .repository import clusters as cluster_rows
from .repository.clusters import Neighbour
from .transitions import Actor, Move, make

ALIKE = 0.80
"""Mean cosine to the messages of a cluster (all-MiniLM-L6-v2): the lowest at which nine of ten pairs on one card ask
the same in the train half of ``eval/alike`` (.917; half of those that do are found). In its test half all did, and .36
were found. ``scripts/fit_alike.py``."""
LOOKED_AT = 200
"""So many of the newest open items of a template are compared with a new one."""
_FIGURES = re.compile(r"\d+")
_TOLD_BY = frozenset({Support.TEMPLATE, Support.FACT})


@dataclass(frozen=True)
class MessageVector:
    """A message as a unit-length vector of shape (dimension,), by the encoder of this digest."""

    encoder: str
    vector: Vectors


def join_cluster(session: Session, item: ReviewItem, text: str, message: MessageVector) -> None:
    """Put a new item to the open ones that ask the same, those under the same post first; its vector is kept.

    ``text`` is the message. Called in the transaction that makes the item, with its verdict as it stands.
    """
    item_id = item.id or 0
    if not _may_join(item):
        return
    vector = np.asarray(message.vector, dtype="<f2")
    cluster_rows.keep_vector(session, item_id, encoder=message.encoder, value=vector.tobytes())
    found = cluster_rows.open_neighbours(session, item, encoder=message.encoder, newest=LOOKED_AT)
    if not found:
        return
    conversation = load(session, item.message_id).message.conversation_id
    for group in _nearest(found, vector.astype(np.float32), conversation):
        first = session.get_one(ReviewItem, group[-1].item_id)
        if _asks_the_same(session, item, text, first):
            cluster_id = group[0].cluster_id or group[0].item_id
            cluster_rows.put_into(session, [item_id, group[0].item_id], cluster_id)
            session.refresh(item)
            return


def take_out(
    session: Session, principal: Principal, cluster_id: int, item_id: int, *, version: int, now: datetime
) -> ReviewItem:
    """Let an item of a cluster be by itself; raise NotFound, VersionConflict, ClaimedByAnother and Conflict."""
    member(session, principal, cluster_id, item_id)
    item = seen_item(session, principal, item_id, version=version, now=now)
    cluster_rows.drop_vector(session, item_id)
    move = Move("taken_out", ReviewStatus(item.status), reason=f"of the messages like {cluster_id}")
    changes = {"cluster_id": None, "claimed_by": None, "claimed_until": None}
    return make(session, item, move, actor=Actor.of(principal), now=now, **changes)


def visible_cluster(session: Session, principal: Principal, cluster_id: int) -> ReviewItem:
    """An item of the cluster; raise NotFound for one of another brand as for one that does not exist."""
    some = cluster_rows.ever_in(session, cluster_id)
    if some is None:
        raise NotFound(f"there are no messages like {cluster_id}")
    return visible_item(session, principal, some.id or 0)


def member(session: Session, principal: Principal, cluster_id: int, item_id: int) -> ReviewItem:
    """An undecided item of a cluster; raise NotFound, and Conflict where it is not or no longer one."""
    item = visible_item(session, principal, item_id)
    if item.cluster_id != cluster_id:
        raise Conflict("it is by itself now")
    if item.status != ReviewStatus.PENDING:
        raise Conflict(f"it is {item.status} already")
    return item


def differ(one: str, other: str) -> bool:
    """Whether two messages name different figures, so that they cannot ask the same however alike they are."""
    return sorted(_FIGURES.findall(one)) != sorted(_FIGURES.findall(other))


def likeness(vectors: Vectors, vector: Vectors) -> float:
    """How like a message is to those of a group, vectors of shape (n, dimension): the mean of the cosines."""
    return float((vectors @ vector).mean())


def _may_join(item: ReviewItem) -> bool:
    return (
        item.status == ReviewStatus.PENDING
        and item.route == Route.DRAFT
        and bool(item.draft and item.template_id)
        and item.verdict in (Verdict.READY, Verdict.NEEDS_EDIT)
        and item.risk == LOW
        and not (item.is_escalated or item.is_redrafting or item.is_for_leads)
    )


def _nearest(found: list[Neighbour], vector: Vectors, conversation_id: int) -> list[list[Neighbour]]:
    """Groups that are alike enough: under the same post first, then the most alike; in each the newest first."""
    groups: dict[int, list[Neighbour]] = {}
    for each in found:
        groups.setdefault(each.cluster_id or each.item_id, []).append(each)
    ranked = []
    for group in groups.values():
        vectors = np.stack([np.frombuffer(each.value, dtype="<f2") for each in group]).astype(np.float32)
        how_like = likeness(vectors, vector)
        if how_like >= ALIKE:
            is_near = any(each.conversation_id == conversation_id for each in group)
            ranked.append((is_near, how_like, group))
    return [group for _, _, group in sorted(ranked, key=lambda each: each[:2], reverse=True)]


def _asks_the_same(session: Session, item: ReviewItem, text: str, first: ReviewItem) -> bool:
    """What no column tells: the same figures, templates and sentences of them, and the same doubts."""
    return (
        not differ(text, load_all(session, [first.message_id])[first.message_id].text)
        and item.template_versions == first.template_versions
        and _told(item) == _told(first)
        and _doubts(item) == _doubts(first)
    )


def _told(item: ReviewItem) -> frozenset[str]:
    return frozenset(span.source for span in item.proposal.spans if span.support in _TOLD_BY)


def _doubts(item: ReviewItem) -> frozenset[str]:
    return frozenset(
        doubt.rule for doubt in item.proposal.doubts if not item.confirmed.by(doubt, read=item.read_digest)
    )
