"""Changes of templates that are tried before they go live: asked for here, carried out by a worker."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.core.errors import NotFound
from replyassist.core.jobs import Job, JobQueue

from .models import TemplateTrialRow
from .repository.trials import drop_old_trials, set_trial
from .template import ReplyTemplate
from .trial_results import TrialCases, TrialOutcome, TrialState

TRIAL_JOB = "trial"
KEPT = 50  # trials of a brand; older ones say little of the templates of today


def ask(
    session: Session,
    brand_id: str,
    template_id: str,
    proposed: ReplyTemplate | None,
    *,
    base_version: str | None,
    cases: TrialCases | None = None,
    by: str,
    jobs: JobQueue,
    now: datetime,
) -> TemplateTrialRow:
    """Have a change tried, None for taking the template out of use; its job is enqueued in the same transaction.

    ``cases``: on which kept set; None for the brand's newest messages.
    """
    row = TemplateTrialRow(
        brand_id=brand_id,
        template_id=template_id,
        document=proposed.model_dump(mode="json") if proposed else None,
        base_version=base_version,
        cases=cases,
        asked_by=by,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    trial_id = _key(row.id)
    jobs.enqueue(session, Job(TRIAL_JOB, f"trial-{trial_id}", (trial_id,)))
    drop_old_trials(session, brand_id, kept=KEPT)
    return row


def find(session: Session, trial_id: int) -> TemplateTrialRow:
    """One trial; raise NotFound."""
    row = session.get(TemplateTrialRow, trial_id)
    if row is None:
        raise NotFound(f"there is no trial {trial_id}")
    return row


def proposed_in(row: TemplateTrialRow) -> ReplyTemplate | None:
    """What the template would be; None where it would go out of use."""
    return ReplyTemplate.model_validate(row.document) if row.document else None


def note_progress(session: Session, trial_id: int, *, done: int, total: int) -> None:
    """Say how far it is."""
    set_trial(session, trial_id, state=TrialState.RUNNING, done=done, total=total)


def finish(session: Session, trial_id: int, outcome: TrialOutcome | None) -> None:
    """Keep what came out, None where it failed."""
    state = TrialState.FAILED if outcome is None else TrialState.DONE
    set_trial(session, trial_id, state=state, outcome=outcome)


def _key(value: int | None) -> int:
    if value is None:
        raise RuntimeError("a trial is used before it was stored")
    return value
