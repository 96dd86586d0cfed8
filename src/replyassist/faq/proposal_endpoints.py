"""The API of templates that past messages propose: read them, accept, dismiss, and take a dismissal back.

``proposals`` is a word of the path here: a template of that very id is read with ``?id=``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict

from replyassist.core.accounts import PERSON, Principal
from replyassist.core.errors import Forbidden
from replyassist.core.http import ClockDep, PrincipalDep, ReadingDep, WritingDep
from replyassist.core.security import Permission

from . import proposals
from .learned_endpoints import LARGEST_ID
from .models import ProposalRunRow, TemplateProposalRow
from .parameters import BrandQuery
from .proposed import ProposalCoverage, ProposalState
from .repository.proposals import last_run, proposals_of
from .template import TemplateFields

router = APIRouter(prefix="/proposals")

ProposalId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The proposal's id.")]
_VERSION = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
_ACCEPTED: dict[str, Any] = {
    "as proposed": {"summary": "As it was proposed", "value": {"version": _VERSION}},
    "edited": {
        "summary": "With a reply that a person wrote",
        "value": {
            "version": _VERSION,
            "id": "gift-cards",
            "reply": "Yes: gift cards are at https://fernhill.example/gifts",
        },
    },
}


class ProposalOut(BaseModel):
    """A template that ``size`` past messages propose, or more questions for the one that ``extends`` names.

    ``questions`` and ``reply`` are words of such messages and of one of the ``replies`` that people gave them, without
    personal data. The reply is a proposal: it may be wrong, out of date or about one person's case; a person must
    check it. It is empty where nobody answered. ``covers`` names the messages. ``version`` changes with what would be
    accepted, as a newer run changes it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 3,
                    "version": _VERSION,
                    "state": "open",
                    "suggested_id": "do-you-sell-gift-cards",
                    "title": "do you sell gift cards",
                    "questions": ["do you sell gift cards", "can I get a voucher for a friend?"],
                    "reply": "We do: you find them under Gifts.",
                    "replies": 14,
                    "extends": None,
                    "size": 41,
                    "covers": ["line 7", "line 12"],
                    "made_at": "2026-11-26T09:00:00Z",
                    "decided_at": None,
                    "decided_by": None,
                    "accepted_as": None,
                }
            ]
        }
    )

    id: int
    version: str
    state: ProposalState
    suggested_id: str
    title: str
    questions: list[str]
    reply: str
    replies: int
    extends: str | None
    size: int
    covers: list[str]
    made_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    accepted_as: str | None


class CoverageOut(BaseModel):
    """What the last run counted: ``with_first[k]`` of ``counted`` messages are answered by the first k + 1 proposals
    and the templates of that time, ``today`` by these alone."""

    source: str
    made_at: datetime
    sentence: str
    coverage: ProposalCoverage


class ProposalListOut(BaseModel):
    """Proposals, the largest first, and what the last run counted; null where there was none."""

    items: list[ProposalOut]
    last_run: CoverageOut | None


class AcceptIn(BaseModel, extra="forbid"):
    """The ``version`` that a person saw, and what they changed; what is left out stays as proposed.

    Of a proposal that extends a template, the questions are added to it; another ``id`` makes a template of its own.
    """

    version: str
    id: str | None = None
    title: str | None = None
    questions: Annotated[list[str], Body(max_length=1000)] | None = None
    reply: str | None = None


class AcceptedOut(BaseModel):
    """The template as it is stored now, and its version."""

    proposal: ProposalOut
    template: TemplateFields
    version: str


@router.get("")
def list_proposals(
    *,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: ReadingDep,
    state: Annotated[Literal["open", "dismissed", "accepted"], Query(description="What people made of them.")] = "open",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ProposalListOut:
    """Templates that past messages propose; `replyassist faq propose` makes them. Only leads see them."""
    principal.require_for(Permission.TEMPLATES_WRITE, brand)
    rows = proposals_of(session, brand, states=(ProposalState(state),), limit=limit)
    run = last_run(session, brand)
    return ProposalListOut(items=[proposal_out(row) for row in rows], last_run=run and _run_out(run))


@router.post("/{proposal_id}/accept", status_code=201)
def accept_proposal(
    *,
    proposal_id: ProposalId,
    brand: BrandQuery,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    edited: Annotated[AcceptIn, Body(openapi_examples=_ACCEPTED)],
) -> AcceptedOut:
    """Make a template of a proposal, as edited; 422 names the field that keeps it out, such as an empty reply.

    409 when somebody decided before, when it has changed since the ``version`` that was seen, or when the id is taken.
    Only a person may, no service.
    """
    require_decider(principal, brand)
    changes = proposals.ProposalEdits(**edited.model_dump(exclude={"version"}))
    new = proposals.accept(
        session, brand, proposal_id, version=edited.version, edited=changes, by=principal.name, now=clock.now()
    )
    return AcceptedOut(
        proposal=proposal_out(proposals.find_proposal(session, brand, proposal_id)),
        template=TemplateFields.model_validate(new.template.model_dump()),
        version=new.template.version,
    )


@router.post("/{proposal_id}/dismiss")
def dismiss_proposal(
    *, proposal_id: ProposalId, brand: BrandQuery, principal: PrincipalDep, session: WritingDep, clock: ClockDep
) -> ProposalOut:
    """Take a proposal off the list; later runs do not bring its question back. Again it changes nothing."""
    require_decider(principal, brand)
    return proposal_out(proposals.dismiss(session, brand, proposal_id, by=principal.name, now=clock.now()))


@router.post("/{proposal_id}/restore")
def restore_proposal(
    *, proposal_id: ProposalId, brand: BrandQuery, principal: PrincipalDep, session: WritingDep
) -> ProposalOut:
    """Put a dismissed proposal on the list again; 409 when it became a template."""
    require_decider(principal, brand)
    return proposal_out(proposals.restore(session, brand, proposal_id))


def proposal_out(row: TemplateProposalRow) -> ProposalOut:
    """A stored proposal for readers."""
    return ProposalOut(
        id=row.id or 0,
        version=row.version,
        state=ProposalState(row.state),
        suggested_id=row.suggested_id,
        title=row.title,
        questions=[past.text for past in row.texts.questions],
        reply=row.texts.reply.text if row.texts.reply else "",
        replies=row.replies,
        extends=row.extends,
        size=len(row.covers),
        covers=row.covers,
        made_at=row.made_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        accepted_as=row.accepted_as,
    )


def require_decider(principal: Principal, brand: str) -> None:
    """Raise Forbidden for who may not write templates and for programs, NotFound for a brand that is not theirs."""
    principal.require_for(Permission.TEMPLATES_WRITE, brand)
    if principal.kind != PERSON:
        raise Forbidden("only a person decides about proposals; this token belongs to a service")


def _run_out(run: ProposalRunRow) -> CoverageOut:
    return CoverageOut(source=run.source, made_at=run.made_at, sentence=run.coverage.sentence, coverage=run.coverage)
