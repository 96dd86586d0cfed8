"""Templates that past messages propose: kept until a person accepts or dismisses them. Nothing else uses them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from replyassist.core.errors import Conflict, NotFound, VersionConflict

from . import service
from .admission import AdmittedTemplate, admitted
from .learned import normalised
from .models import ProposalRunRow, TemplateProposalRow
from .proposed import ProposalCoverage, ProposalState, ProposedTexts
from .repository import lock_brand
from .repository.proposals import drop_proposals, proposals_of
from .template import TemplateFields

MOST_REMEMBERED = 300
"""Decisions whose meaning a run compares with, the newest: each costs the encoding of a few texts."""
MOST_OPEN = 200
"""Proposals of one run: more than anybody reads."""


@dataclass(frozen=True)
class FoundProposal:
    """One group of messages as a template; the fields are those of ``TemplateProposalRow``.

    ``known_as``: the open proposal that asked the same in the run before, which keeps its id.
    """

    suggested_id: str
    title: str
    texts: ProposedTexts
    covers: tuple[str, ...]
    replies: int = 0
    extends: str | None = None
    known_as: int | None = None


@dataclass(frozen=True)
class ErasedWords:
    """What one proposal had of a message's words, and the template that it became."""

    texts: tuple[str, ...]
    accepted_as: str | None


@dataclass(frozen=True)
class ProposalEdits:
    """What a person made of a proposal before accepting it; None leaves the field as proposed."""

    id: str | None = None
    title: str | None = None
    questions: Sequence[str] | None = None
    reply: str | None = None


def remembered(session: Session, brand_id: str) -> list[TemplateProposalRow]:
    """Open and decided proposals that a run must know again; of the decided the newest ``MOST_REMEMBERED``.

    One that was accepted counts for as long as its template is in use.
    """
    decided = (ProposalState.ACCEPTED, ProposalState.DISMISSED)
    rows = [
        *proposals_of(session, brand_id, states=decided, limit=MOST_REMEMBERED),
        *proposals_of(session, brand_id, states=(ProposalState.OPEN,), limit=MOST_OPEN),
    ]
    in_use = {template.id for template in service.active_templates(session, brand_id)}
    return [row for row in rows if row.state != ProposalState.ACCEPTED or row.accepted_as in in_use]


def find_proposal(session: Session, brand_id: str, proposal_id: int) -> TemplateProposalRow:
    """One proposal of the brand, in whatever state; raise NotFound."""
    row = session.get(TemplateProposalRow, proposal_id)
    if row is None or row.brand_id != brand_id:
        raise NotFound(f"the brand '{brand_id}' has no proposal {proposal_id}; a newer run may have replaced it")
    return row


def keep_run(
    session: Session,
    brand_id: str,
    found: Sequence[FoundProposal],
    *,
    coverage: ProposalCoverage,
    source: str,
    now: datetime,
) -> list[TemplateProposalRow]:
    """Replace the brand's open proposals by what a run found; what people decided stays as it is.

    A proposal that is ``known_as`` an open one takes its place under its id; where somebody decided about that one
    meanwhile, it is left out. Raise NotFound for an unknown brand.
    """
    lock_brand(session, brand_id)
    open_rows = {row.id: row for row in proposals_of(session, brand_id, states=(ProposalState.OPEN,), limit=MOST_OPEN)}
    kept: list[TemplateProposalRow] = []
    for place, proposal in enumerate(found, start=1):
        row = open_rows.pop(proposal.known_as, None)
        if row is None and proposal.known_as is not None:
            continue
        row = row or TemplateProposalRow(brand_id=brand_id, **_fields(proposal, place, now))
        row.sqlmodel_update(_fields(proposal, place, now))
        session.add(row)
        kept.append(row)
    gone = [row_id for row_id in open_rows if row_id is not None]
    drop_proposals(session, gone)
    session.add(ProposalRunRow(brand_id=brand_id, source=source[:300], coverage=coverage, made_at=now))
    session.flush()
    return kept


def accept(
    session: Session, brand_id: str, proposal_id: int, *, version: str, edited: ProposalEdits, by: str, now: datetime
) -> AdmittedTemplate:
    """Make the template that was proposed, or give its questions to the one that it extends.

    It goes through the door of every template. Raise NotFound, Conflict when somebody decided before or the id is
    taken, VersionConflict when it is not in the ``version`` any more that was seen, and InvalidInput that names the
    field, such as an empty reply.
    """
    lock_brand(session, brand_id)
    row = _open(session, brand_id, proposal_id)
    if row.version != version:
        raise VersionConflict("a newer run or an erasure changed the proposal since you saw it; look at it again")
    extends = row.extends if edited.id in (None, row.extends) else None
    if extends is not None and service.current_version(session, brand_id, extends) is not None:
        template = admitted(_extended(session, brand_id, extends, row, edited))
        service.change_template(session, brand_id, template.template, now=now, by=by)
    else:
        template = admitted(_fresh(row, edited))
        service.add_template(session, brand_id, template.template, now=now, by=by)
    row.state, row.accepted_as = ProposalState.ACCEPTED.value, template.template.id
    row.decided_at, row.decided_by = now, by
    return template


def dismiss(session: Session, brand_id: str, proposal_id: int, *, by: str, now: datetime) -> TemplateProposalRow:
    """Take a proposal off the list for good, whatever later runs find; again it changes nothing.

    Raise NotFound, or Conflict when it was accepted.
    """
    lock_brand(session, brand_id)
    row = find_proposal(session, brand_id, proposal_id)
    if row.state != ProposalState.DISMISSED:
        row = _open(session, brand_id, proposal_id)
        row.state, row.decided_at, row.decided_by = ProposalState.DISMISSED.value, now, by
    return row


def restore(session: Session, brand_id: str, proposal_id: int) -> TemplateProposalRow:
    """Put a dismissed proposal on the list again; again it changes nothing. Raise NotFound, or Conflict when it was
    accepted."""
    lock_brand(session, brand_id)
    row = find_proposal(session, brand_id, proposal_id)
    if row.state == ProposalState.ACCEPTED:
        undo = "take its questions out of that one" if row.extends else "delete that one instead"
        raise Conflict(f"it became part of the template '{row.accepted_as}'; {undo}")
    row.state, row.decided_at, row.decided_by = ProposalState.OPEN.value, None, None
    return row


def erase_message(
    session: Session, brand_id: str, message_id: int, *, states: Collection[ProposalState] = tuple(ProposalState)
) -> list[ErasedWords]:
    """Take the words of a stored message out of every proposal in these states; returns what each had of them."""
    lock_brand(session, brand_id)
    key = message_key(message_id)
    erased: list[ErasedWords] = []
    for row in proposals_of(session, brand_id, states=states, limit=None):
        own = [past.text for past in row.texts.told if past.key == key]
        if row.texts.questions and row.texts.questions[0].key == key:  # title and id are its words
            own.append(row.title)
            row.title, row.suggested_id = "", row.extends or f"proposal-{row.id}"
        if own:
            row.texts = row.texts.without(key)
            erased.append(ErasedWords(tuple(own), row.accepted_as))
    return erased


def message_key(message_id: int) -> str:
    """How a proposal names a stored message."""
    return f"message {message_id}"


def _fields(proposal: FoundProposal, place: int, now: datetime) -> dict[str, Any]:
    return {
        "suggested_id": proposal.suggested_id,
        "title": proposal.title,
        "texts": proposal.texts,
        "replies": proposal.replies,
        "extends": proposal.extends,
        "covers": list(proposal.covers),
        "place": place,
        "made_at": now,
    }


def _open(session: Session, brand_id: str, proposal_id: int) -> TemplateProposalRow:
    row = find_proposal(session, brand_id, proposal_id)
    session.refresh(row)
    if row.state != ProposalState.OPEN:
        raise Conflict(f"{row.decided_by} {row.state} it already")
    return row


def _questions(row: TemplateProposalRow, edited: ProposalEdits) -> list[str]:
    return [past.text for past in row.texts.questions] if edited.questions is None else list(edited.questions)


def _fresh(row: TemplateProposalRow, edited: ProposalEdits) -> TemplateFields:
    """Not validated yet: the door names what is wrong."""
    proposed = replace(
        edited,
        id=row.suggested_id if edited.id is None else edited.id,
        title=row.title if edited.title is None else edited.title,
        reply=edited.reply if edited.reply is not None else row.texts.reply.text if row.texts.reply else "",
        questions=_questions(row, edited),
    )
    return TemplateFields.model_construct(**vars(proposed))


def _extended(
    session: Session, brand_id: str, template_id: str, row: TemplateProposalRow, edited: ProposalEdits
) -> TemplateFields:
    """The template with the questions that it does not have; title and reply change only where a person wrote so."""
    template = service.get_template(session, brand_id, template_id)
    known = {normalised(question) for question in template.questions}
    more = [question for question in _questions(row, edited) if normalised(question) not in known]
    own = {"title": edited.title, "reply": edited.reply}
    changed = {name: text for name, text in own.items() if text is not None}
    return TemplateFields.model_construct(
        **template.model_dump() | changed | {"questions": [*template.questions, *more]}
    )
