"""What a changed template, prompt or voice would change: the same messages answered with and without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pydantic import BaseModel

from replyassist.evaluation.dataset import Case, Expected
from replyassist.evaluation.gate import FailedCheck, Gate, GateObjection, gate
from replyassist.evaluation.record import SEND_READY, CaseResult, EvaluationRun
from replyassist.evaluation.task import Task
from replyassist.inbox.threads import StoredMessage
from replyassist.pipeline import PipelineContext

NO_TEMPLATE_EXPECTED = Expected(template_id=None)
MOST_SHOWN = 10
Answers = tuple[list[CaseResult], list[CaseResult]]


class Side(BaseModel, frozen=True):
    """What became of a message, with or without the change."""

    route: str = ""
    template: str | None = None
    draft: str = ""
    verdict: str | None = None
    findings: tuple[str, ...] = ()
    error: str | None = None


class Difference(BaseModel, frozen=True):
    """One message that the change treats differently; ``changed`` names what: error, route, template, verdict, draft.

    ``lost``: it was ready to send by its labels, and is not any more; ``won`` the reverse. ``wrong``: it is called
    ready and its label says that it is wrong, and was not.
    """

    id: str
    brand: str
    text: str
    changed: tuple[str, ...]
    before: Side
    after: Side
    lost: bool = False
    won: bool = False
    wrong: bool = False


class Replay(BaseModel, frozen=True):
    """What the change does to the labelled cases, and to real messages. ``changes`` counts what changed, by name."""

    cases: int
    recent: int
    changes: dict[str, int]
    case_differences: tuple[Difference, ...]
    recent_differences: tuple[Difference, ...]
    gate: Gate


def answer_both(
    cases: Sequence[Case],
    *,
    before: Mapping[str, PipelineContext],
    after: Mapping[str, PipelineContext],
    task: Task,
    concurrency: int = 1,
    progress: Callable[[], None] = lambda: None,
) -> Answers:
    """Every case answered with both contexts of its brand, in order.

    The task's cache gives an unchanged prompt its former answer, so that what differs comes from the change.
    """

    def both(case: Case) -> tuple[CaseResult, CaseResult]:
        try:
            return task.answer(case, before[case.brand]), task.answer(case, after[case.brand])
        finally:
            progress()

    with ThreadPoolExecutor(max_workers=max(1, concurrency)) as pool:
        answered = list(pool.map(both, cases))
    return [old for old, _ in answered], [new for _, new in answered]


def replay_of(
    labelled: tuple[EvaluationRun, EvaluationRun],
    recent: Answers,
    *,
    max_drop: Mapping[str, float] | None = None,
    minimum: Mapping[str, float] | None = None,
    max_lost: int | None = None,
) -> Replay:
    """Gather the differences, and hold the changed run against the unchanged one.

    ``max_lost``: how many labelled cases may stop being ready to send, and how many may newly be called ready and
    wrong, whether or not chance could explain it; None leaves it to the tests of significance.
    """
    before, after = labelled
    of_cases = differences(before.results, after.results)
    of_recent = differences(*recent)
    baseline = before if before.results else None
    judged = gate(after, baseline=baseline, max_drop=max_drop, minimum=minimum, max_lost=max_lost)
    unsafe = gate(after.model_copy(update={"results": tuple(recent[1])})).objections
    objections = (*_lost(of_cases, max_lost), *judged.objections, *unsafe)
    return Replay(
        cases=len(before.results),
        recent=len(recent[0]),
        changes=dict(Counter(name for item in (*of_cases, *of_recent) for name in item.changed).most_common()),
        case_differences=of_cases,
        recent_differences=of_recent,
        gate=judged.model_copy(update={"objections": objections}),
    )


def differences(before: Iterable[CaseResult], after: Iterable[CaseResult]) -> tuple[Difference, ...]:
    """Those of the pairs that differ: the newly ready and wrong first, then the lost, then what changed most."""
    found = (_difference(old, new) for old, new in zip(before, after, strict=True))
    differing = [item for item in found if item.changed]
    return tuple(sorted(differing, key=lambda item: (not item.wrong, not item.lost, -len(item.changed), item.id)))


def case_of(stored: StoredMessage) -> Case:
    """A stored message as a case without labels, to be answered and not to be scored."""
    message = stored.message
    return Case(
        id=f"message-{message.id}",
        brand=message.brand_id,
        channel=message.channel,
        visibility="private" if stored.conversation.visibility == "private" else "public",
        text=stored.text,
        author_name=stored.author.name,
        author_handle=stored.author.handle,
        parent_text=stored.conversation.parent_text,
        answered_text=stored.message.answered_text,
        expected=NO_TEMPLATE_EXPECTED,
    )


def _difference(old: CaseResult, new: CaseResult) -> Difference:
    before, after = _side(old), _side(new)
    names = ("error", "route", "template", "verdict", "draft")
    was, is_ready = old.assertions.get(SEND_READY, False), new.assertions.get(SEND_READY, False)
    return Difference(
        id=old.case.id,
        brand=old.case.brand,
        text=old.case.text,
        changed=tuple(name for name in names if getattr(before, name) != getattr(after, name)),
        before=before,
        after=after,
        lost=was and not is_ready,
        won=is_ready and not was,
        wrong=new.is_wrongly_ready and not old.is_wrongly_ready,
    )


def _side(result: CaseResult) -> Side:
    proposal = result.proposal
    if proposal is None:
        return Side(error=result.error)
    return Side(
        route=proposal.route.value,
        template=proposal.template_id,
        draft=proposal.draft,
        verdict=proposal.verdict.value if proposal.verdict else None,
        findings=tuple(finding.explanation for finding in proposal.findings),
        error=result.error,
    )


def _lost(found: Iterable[Difference], max_lost: int | None) -> Iterable[GateObjection]:
    lost = [item.id for item in found if item.lost]
    if max_lost is None or len(lost) <= max_lost:
        return
    yield GateObjection(
        check=FailedCheck.LOST_CASES,
        measure=SEND_READY,
        detail=f"{len(lost)} labelled cases were ready to send and are not any more; {max_lost} may be lost",
        cases=tuple(lost[:MOST_SHOWN]),
    )
