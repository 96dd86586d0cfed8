"""Templates that past messages propose, for leads: read, edit and accept, dismiss, and take a dismissal back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Response
from sqlmodel import Session

from replyassist.core.errors import Conflict, InvalidInput, NotFound, ReplyassistError, VersionConflict
from replyassist.core.security import Permission
from replyassist.faq import proposals
from replyassist.faq.models import TemplateProposalRow
from replyassist.faq.proposal_endpoints import require_decider
from replyassist.faq.proposed import ProposalCoverage, ProposalState
from replyassist.faq.repository.proposals import last_run, proposals_of
from replyassist.learning.coverage_chart import coverage_chart

from .language import gettext, number
from .lead.brand_choice import visible_brands
from .pages import PageRoute, see_other
from .rendering import typed
from .visits import ActingVisitDep, Visit, VisitDep

PROPOSALS = "/proposals"
router = APIRouter(prefix=PROPOSALS, route_class=PageRoute, include_in_schema=False)

SHOWN = 50
EXAMPLES_SHOWN = 3  # the others unfold
BrandField = Annotated[str, Form(max_length=60)]
ProposalId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Line = Annotated[str, Form(max_length=2000)]
Text = Annotated[str, Form(max_length=100_000)]


@dataclass(frozen=True)
class Fields:
    """What stands in the form of a proposal: as proposed, or as somebody typed it."""

    id: str
    title: str
    questions: str
    reply: str

    @classmethod
    def proposed(cls, row: TemplateProposalRow) -> Fields:
        """As the machine proposes it. What extends a template changes neither its title nor its reply."""
        questions = "\n".join(past.text for past in row.texts.questions)
        if row.extends is not None:
            return cls(row.extends, "", questions, "")
        return cls(row.suggested_id, row.title, questions, row.texts.reply.text if row.texts.reply else "")

    def renewed(self, row: TemplateProposalRow) -> Fields:
        """What was typed for a proposal that has changed: its words are those of now, as some may have been erased."""
        return replace(Fields.proposed(row), id=self.id, reply=self.reply)

    def edited(self, row: TemplateProposalRow) -> proposals.ProposalEdits:
        """For acceptance; what was left empty of a template that is extended stays as it is."""
        is_extension = row.extends is not None and self.id == row.extends
        return proposals.ProposalEdits(
            id=self.id,
            title=None if is_extension and not self.title else self.title,
            questions=[line.strip() for line in self.questions.split("\n") if line.strip()],
            reply=None if is_extension and not self.reply else self.reply,
        )


@dataclass(frozen=True)
class ProposalRefusal:
    """An act that did not happen: on which proposal, why, and what had been typed."""

    proposal_id: int
    error: ReplyassistError
    fields: Fields | None = None


@router.get("")
def show_proposals(
    visit: VisitDep,
    brand: Annotated[str, Query(max_length=60)] = "",
    state: Annotated[Literal["open", "dismissed"], Query()] = "open",
    done: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """The proposals of one brand. ``done`` is the one that was just decided about."""
    return _page(visit, brand, state=ProposalState(state), done=done)


@router.post("/{proposal_id}/accept")
def accept(
    visit: ActingVisitDep,
    proposal_id: ProposalId,
    brand: BrandField,
    version: Annotated[str, Form(max_length=64)],
    template_id: Annotated[str, Form(alias="id", max_length=200)] = "",
    title: Line = "",
    questions: Text = "",
    reply: Text = "",
) -> Response:
    """Make the template as it stands in the form; a refusal shows the page with what was typed.

    The form carries the version of the proposal that it was filled from.
    """
    fields = Fields(typed(template_id).strip(), typed(title).strip(), typed(questions), typed(reply).strip())
    try:
        with visit.database.writing() as session:
            require_decider(visit.principal, brand)
            row = proposals.find_proposal(session, brand, proposal_id)
            proposals.accept(
                session,
                brand,
                proposal_id,
                version=version,
                edited=fields.edited(row),
                by=visit.principal.name,
                now=visit.now,
            )
    except (Conflict, InvalidInput) as error:
        refused = ProposalRefusal(proposal_id, error, fields)
        return _page(visit, brand, state=ProposalState.OPEN, refused=refused)
    return see_other(f"{PROPOSALS}?brand={brand}&done={proposal_id}")


@router.post("/{proposal_id}/{act}")
def dismiss_or_restore(
    visit: ActingVisitDep,
    proposal_id: ProposalId,
    act: Annotated[str, Path(pattern="^(dismiss|restore)$")],
    brand: BrandField,
) -> Response:
    """Take a proposal off the list, or put it back, and stay on the list."""
    try:
        with visit.database.writing() as session:
            require_decider(visit.principal, brand)
            if act == "dismiss":
                proposals.dismiss(session, brand, proposal_id, by=visit.principal.name, now=visit.now)
            else:
                proposals.restore(session, brand, proposal_id)
    except Conflict as error:
        refused = ProposalRefusal(proposal_id, error)
        return _page(visit, brand, state=ProposalState.OPEN, refused=refused)
    return see_other(f"{PROPOSALS}?brand={brand}&done={proposal_id}")


def _page(
    visit: Visit, brand: str, *, state: ProposalState, done: int | None = None, refused: ProposalRefusal | None = None
) -> Response:
    """A refused proposal that is not on the list any more is told of above it."""
    visit.principal.require(Permission.TEMPLATES_WRITE)
    with visit.database.reading() as session:
        brands = visible_brands(session, visit.principal)
        brand = brand or (brands[0].id if brands else "")
        visit.principal.require_brand(brand)
        rows = proposals_of(session, brand, states=(state,), limit=SHOWN)
        run = last_run(session, brand)
        decided = _decided(session, brand, done)
    sentence = run.coverage.told(gettext, number) if run else ""
    fields = {row.id: _fields(row, refused) for row in rows}
    context: dict[str, Any] = {
        "brands": brands,
        "brand": brand,
        "state": state.value,
        "rows": rows,
        "fields": fields,
        "run": run,
        "coverage_sentence": sentence,
        "chart": coverage_chart(run.coverage, sentence, gettext) if run else "",
        "steps": _steps(run.coverage) if run else [],
        "decided": decided,
        "refused": refused,
        "examples_shown": EXAMPLES_SHOWN,
    }
    return visit.page("proposals.html", status=refused.error.status if refused else 200, **context)


def _fields(row: TemplateProposalRow, refused: ProposalRefusal | None) -> Fields:
    if refused is None or refused.proposal_id != row.id or refused.fields is None:
        return Fields.proposed(row)
    return refused.fields.renewed(row) if isinstance(refused.error, VersionConflict) else refused.fields


def _decided(session: Session, brand: str, proposal_id: int | None) -> TemplateProposalRow | None:
    if proposal_id is None:
        return None
    try:
        return proposals.find_proposal(session, brand, proposal_id)
    except NotFound:
        return None


def _steps(coverage: ProposalCoverage) -> list[tuple[str, int]]:
    """The curve in words and per cent, for who reads figures."""
    return [
        (gettext("With the first %(n)s") % {"n": count} if count else gettext("Today"), round(100 * share))
        for count, share in enumerate(coverage.shares)
    ]
