"""Labels drafts: one at a time, blind to verdict, model and run, one key each; and how far readers agree."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from replyassist.core.accounts import Principal
from replyassist.core.errors import Conflict, InvalidInput, NotFound, ReplyassistError
from replyassist.core.http import SignedInDep
from replyassist.core.security import Permission
from replyassist.evaluation.agreement import agreement
from replyassist.evaluation.labelling import LabelBook, batch_of, lines_of, next_for, reader_of
from replyassist.evaluation.labels import STRICTNESS, Label, Usability
from replyassist.evaluation.store import RunStore, RunSummary
from replyassist.review.failures import MEANINGS, FailureKind

from ..auth import ActingDep
from ..pages import see_other
from ..rendering import typed
from ..repository import user_names
from ..visits import ActingVisitDep, Visit, VisitDep
from .pairs import open_pairs_of
from .shared import EVALUATION, EvaluationRoute, HomeDep, Name, attachment, run_for, summary_for, visible

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

BATCHES_SHOWN = 50
WHY_NOT = "Say what is wrong with it: a draft that you would not send has at least one reason."
Batch = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
REASONS = {
    Usability.NEEDS_EDIT: (
        FailureKind.MISSED_QUESTION, FailureKind.MISSING_FACT, FailureKind.WRONG_TONE, FailureKind.NOT_PERSONAL,
        FailureKind.TOO_LONG, FailureKind.STALE, FailureKind.OTHER,
    ),
    Usability.NOT_USABLE: (
        FailureKind.WRONG_TEMPLATE, FailureKind.UNSUPPORTED_FACT, FailureKind.UNSAFE, FailureKind.LANGUAGE,
        FailureKind.MISSING_FACT, FailureKind.STALE, FailureKind.MISSED_QUESTION, FailureKind.WRONG_TONE,
        FailureKind.OTHER,
    ),
}  # fmt: skip
"""What can be the matter, in the order of the number keys; docs/evaluation.md says which makes which label."""


@router.get("/label")
def show_batches(visit: VisitDep, home: HomeDep) -> Response:
    """The drafts that can be labelled, without a word of the run that they are from."""
    visit.principal.require(Permission.LABEL_DRAFTS)
    reader = reader_of(visit.principal.user_id)
    runs = [run for run in visible(RunStore(home).summaries(), visit.principal) if run.drafts][:BATCHES_SHOWN]
    batches = [(run, batch_of(run.id), len(LabelBook(home, run.id).of(reader))) for run in runs]
    return visit.page("evaluation/batches.html", batches=batches, pairs=open_pairs_of(home, visit.principal))


@router.get("/label/{batch}")
def show_draft(visit: VisitDep, home: HomeDep, batch: Batch) -> Response:
    """The next draft to label."""
    visit.principal.require(Permission.LABEL_DRAFTS)
    return _draft(visit, home, _run_of(home, visit.principal, batch))


@router.post("/label/{batch}")
def label_draft(
    visit: ActingVisitDep,
    home: HomeDep,
    batch: Batch,
    case_id: Annotated[str, Form(min_length=1, max_length=200)],
    failures: Annotated[list[str], Form(default_factory=list)],
    label: Annotated[str, Form(max_length=20)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Keep a label, and show the next draft; a refusal shows the same one."""
    visit.principal.require(Permission.LABEL_DRAFTS)
    summary = _run_of(home, visit.principal, batch)
    run = run_for(home, visit.principal, summary.id)
    result = next((each for each in run.results if each.case.id == case_id and each.proposal), None)
    if result is None or result.proposal is None or not result.proposal.draft:
        raise NotFound("there is no such draft")
    try:
        made = Label(
            case_id=case_id,
            draft=result.proposal.draft,
            label=Usability(label),
            failures=tuple(FailureKind(name) for name in failures) if label != Usability.SEND_READY else (),
            by=reader_of(visit.principal.user_id),
            note=typed(note).strip(),
        )
    except ValueError:  # pydantic's ValidationError is one
        return _draft(visit, home, summary, error=InvalidInput(WHY_NOT))
    with suppress(Conflict):  # sent twice: it is kept
        LabelBook(home, run.id).add(made)
    return see_other(f"{EVALUATION}/label/{batch}")


@router.post("/label/{batch}/undo")
def undo_label(principal: ActingDep, home: HomeDep, batch: Batch) -> Response:
    """Take back the last label; its draft comes again."""
    principal.require(Permission.LABEL_DRAFTS)
    LabelBook(home, _run_of(home, principal, batch).id).undo(reader_of(principal.user_id))
    return see_other(f"{EVALUATION}/label/{batch}")


@router.get("/runs/{run_id}/labels")
def show_labels(visit: VisitDep, home: HomeDep, run_id: Name) -> Response:
    """How far readers have come, how they agree with each other and with the checks; not for who only labels."""
    visit.principal.require(Permission.EVALUATE)
    run = run_for(home, visit.principal, run_id)
    book = LabelBook(home, run_id)
    labels = book.every()
    progress = [next_for(run, reader, book.of(reader))[1] for reader in book.readers()]
    ids = {reader: int(reader.rpartition("-")[2]) for reader in book.readers() if reader.rpartition("-")[2].isdigit()}
    with visit.database.reading() as session:
        names = user_names(session, ids.values())
    return visit.page(
        "evaluation/labels.html",
        summary=summary_for(home, visit.principal, run_id),
        batch=batch_of(run_id),
        found=agreement(run, labels) if labels else None,
        progress=progress,
        names={reader: names.get(user_id, reader) for reader, user_id in ids.items()},
        usabilities=STRICTNESS,
        meanings=MEANINGS,
    )


@router.get("/runs/{run_id}/labels/export")
def export_labels(principal: SignedInDep, home: HomeDep, run_id: Name) -> Response:
    """Every label in the format of ``eval/labels``, as ``eval agreement --labels`` takes it."""
    principal.require(Permission.EVALUATE)
    summary_for(home, principal, run_id)
    return attachment(
        lines_of(LabelBook(home, run_id).every()), name=f"{run_id}-labels.jsonl", media_type="application/x-ndjson"
    )


def _run_of(home: HomeDep, principal: Principal, batch: str) -> RunSummary:
    for run in visible(RunStore(home).summaries(), principal):
        if batch_of(run.id) == batch and run.drafts:
            return run
    raise NotFound("there are no such drafts")


def _draft(visit: Visit, home: HomeDep, summary: RunSummary, *, error: ReplyassistError | None = None) -> Response:
    reader = reader_of(visit.principal.user_id)
    run = run_for(home, visit.principal, summary.id)
    labels = LabelBook(home, run.id).of(reader)
    result, progress = next_for(run, reader, labels)
    proposal = result.proposal if result else None
    return visit.page(
        "evaluation/label.html",
        status=error.status if error else 200,
        batch=batch_of(run.id),
        case=result.case if result else None,
        draft=proposal.draft if proposal else "",
        templates=sorted(proposal.templates[:3], key=lambda match: match.template_id) if proposal else [],
        progress=progress,
        last=labels[-1] if labels else None,
        reasons=REASONS,
        meanings=MEANINGS,
        error=error,
    )
