"""Writes one checked draft: candidates from the model, the best that passes, one repair, else the template's reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from replyassist.core.errors import BudgetUsedUp, LanguageModelError
from replyassist.core.llm import ChatModel
from replyassist.drafting.claimed import is_json, numbered
from replyassist.drafting.profiles import Profile, profile_named
from replyassist.drafting.prompt import DraftRequest, Prompt, build_prompt, repair_prompt
from replyassist.drafting.variants import Variant
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.pipeline.assignment import PRIVATE, AssembledDraft, Assignment
from replyassist.pipeline.judging import judge
from replyassist.pipeline.plan_prompt import as_planned, claimed_in, may_plan, planned_examples
from replyassist.pipeline.planning import SentencePlan
from replyassist.pipeline.redaction import Redactor, redactor_for
from replyassist.pipeline.sampling import sampled
from replyassist.pipeline.thanking import thanked
from replyassist.pipeline.whole_replies import VISIBILITY, by_template
from replyassist.proposal import BY_MODEL, Candidate

NO_MODEL = "no language model is configured"
NONE_PASSED = "no candidate passed the checks; the template's reply was used"
_MUST_GO = frozenset({Severity.BLOCK, Severity.WARN})
_BEYOND_WORDS = frozenset({"safety.suspicious_message", "language.meaning_unchecked", "language.message_unread"})


def write(assignment: Assignment, *, is_public_half: bool = False) -> AssembledDraft:
    """The best candidate of a model that writes answers and passes every check, else the template's reply."""
    variant = Variant.PUBLIC if is_public_half else Variant.REPLY
    by_plan, writer = by_template(assignment, variant), assignment.context.writer
    if assignment.template is None:
        return thanked(assignment, by_plan)
    if writer is None:
        return _settled(assignment, by_plan, [], note="" if assignment.context.model else NO_MODEL)
    return _with_model(assignment, writer, variant, by_plan)


def write_follow_up(assignment: Assignment) -> Candidate | None:
    """The private message that goes with a public reply; None for praise, which needs none."""
    if assignment.template is None:
        return None
    by_plan, writer = by_template(assignment, Variant.PRIVATE), assignment.context.writer
    return by_plan if writer is None else _with_model(assignment, writer, Variant.PRIVATE, by_plan).chosen


def _with_model(
    assignment: Assignment, model: ChatModel, variant: Variant, fallback: Candidate | None
) -> AssembledDraft:
    context, profile = assignment.context, profile_named(model.profile)
    task = _DraftTask(
        assignment, model, profile, variant, redactor_for(assignment.message, hides_name=context.hides_names)
    )
    prompt = _prompt(task, plans=may_plan(assignment, profile))
    written: list[WrittenDraft] = []
    note = NONE_PASSED
    try:
        for attempt in _attempts(task, prompt, written):
            texts = sampled(attempt, assignment, model=model, profile=profile)
            with assignment.watch.stage("check"):
                written += _judged(task, texts, attempt)
            if _best(written):
                break
    except LanguageModelError as error:
        spare = None if written or isinstance(error, BudgetUsedUp) else context.spare_writer
        if spare is not None:
            return _with_spare(assignment, spare, variant, fallback, failed=error.detail)
        note = f"{error.detail}; the template's reply was used"
    best = _best(written)
    draft = _settled(assignment, best or fallback, written, note="" if best else note, fallback=fallback)
    nearest = best or (_nearest(written).candidate if written else None)
    plan = nearest.plan if nearest else None
    return replace(draft, model=model.name, prompt_digest=prompt.digest, plan=plan)


def _with_spare(
    assignment: Assignment, spare: ChatModel, variant: Variant, fallback: Candidate | None, *, failed: str
) -> AssembledDraft:
    """The same by the second model, in the way that suits that one."""
    again = replace(assignment, context=replace(assignment.context, model=spare, spare=None))
    draft = _with_model(again, spare, variant, fallback)
    return replace(draft, notes=(f"{failed}; {spare.name} was asked instead", *draft.notes))


@dataclass(frozen=True)
class _DraftTask:
    """Everything that the writing with a model needs, whatever the attempt."""

    assignment: Assignment
    model: ChatModel
    profile: Profile
    variant: Variant
    redactor: Redactor

    @property
    def visibility(self) -> str:
        """Who will see the text."""
        return VISIBILITY.get(self.variant, self.assignment.message.visibility)


@dataclass(frozen=True)
class WrittenDraft:
    """What the model wrote, personal data hidden, and the candidate that it became."""

    raw: str
    candidate: Candidate

    @property
    def objections(self) -> list[Finding]:
        """What other words could mend: a suspicious message stays one whatever is written."""
        found = self.candidate.findings
        return [item for item in found if item.severity in _MUST_GO and item.rule not in _BEYOND_WORDS]

    @property
    def rank(self) -> tuple[bool, int, float]:
        """The higher, the nearer to being sent."""
        item = self.candidate
        return item.verdict is not Verdict.BLOCKED, -len(self.objections), item.score


def _prompt(task: _DraftTask, *, plans: bool) -> Prompt:
    """What the model gets; ``plans``: it is asked for its plan too, else ours stands beside the source."""
    assignment, redactor = task.assignment, task.redactor
    template, context, message = assignment.template, assignment.context, assignment.message
    assert template is not None
    request = DraftRequest(
        message=replace(
            message,
            text=redactor.hide(message.text),
            author_name=redactor.author_name,
            author_handle=None,
            parent_text=redactor.hide(message.parent_text) or None,
            answered_text=redactor.hide(message.answered_text) or None,
            earlier_replies=(),
        ),
        answer=_source(assignment.plan, template, plans=plans),
        relevant="" if plans else assignment.answer,
        instruction=redactor.hide(assignment.instruction) or None,
        language=assignment.language,
        variant=task.variant,
        plans=plans,
    )
    voice, approved = context.voice, context.approved
    if plans:
        voice, approved = as_planned(voice), planned_examples(approved)
    return build_prompt(request, voice=voice, profile=task.profile, library=context.library, approved=approved)


def _source(plan: SentencePlan | None, template: ReplyTemplate, *, plans: bool) -> str:
    return numbered([each.text for each in plan.source]) if plans and plan is not None else template.rendered_reply


def _attempts(task: _DraftTask, prompt: Prompt, written: list[WrittenDraft]) -> Iterator[Prompt]:
    """The prompt, then at most ``repair_turns`` times the prompt with what the checks have against the best draft.

    A model that was asked for a plan and gave nothing that can be read is asked once more for the reply alone.
    """
    yield prompt
    for _ in range(task.profile.repair_turns):
        if not written and prompt.plans:
            yield _prompt(task, plans=False)
            return
        nearest = _nearest(written) if written else None
        if nearest is None or not nearest.objections:
            return
        objections = [task.redactor.hide(f"{item.excerpt!r}: {item.explanation}") for item in nearest.objections]
        library = task.assignment.context.library
        yield repair_prompt(prompt, draft=nearest.raw, objections=objections, library=library)


def _nearest(written: Sequence[WrittenDraft]) -> WrittenDraft:
    return max(written, key=lambda one: one.rank)


def _judged(task: _DraftTask, texts: Iterable[str], prompt: Prompt) -> Iterator[WrittenDraft]:
    """The candidates; a text in which a plan was tried and cannot be read is none."""
    checks = task.assignment.checks(canary=prompt.canary, visibility=task.visibility)
    seen: set[str] = set()
    for raw in texts:
        is_private, claimed = task.visibility == PRIVATE, None
        if prompt.plans and is_json(raw):
            claimed = claimed_in(raw, task.redactor, is_private=is_private)
            text = claimed.text if claimed else ""
        else:
            text = task.redactor.restore(raw, is_private=is_private)
        if text and text not in seen:
            seen.add(text)
            yield WrittenDraft(raw, judge(text, BY_MODEL, assignment=task.assignment, checks=checks, claimed=claimed))


def _best(written: Iterable[WrittenDraft]) -> Candidate | None:
    passed = (one.candidate for one in written if one.candidate.verdict is Verdict.READY)
    return max(passed, key=lambda item: item.score, default=None)


def _settled(
    assignment: Assignment,
    chosen: Candidate | None,
    written: list[WrittenDraft],
    *,
    note: str,
    fallback: Candidate | None = None,
) -> AssembledDraft:
    """The draft with all its candidates; a translation that no model brought about is a person's to write."""
    last = fallback or chosen if not written else fallback
    candidates = (*(one.candidate for one in written), *((last,) if last else ()))
    if chosen is None and assignment.is_translation:
        nearest = _nearest(written) if written else None
        if nearest is not None and nearest.candidate.verdict is Verdict.NEEDS_EDIT:
            return AssembledDraft(chosen=nearest.candidate, candidates=candidates)
        reason = (
            f"language: written in '{assignment.language}', the template is in '{assignment.template_language}', "
            "and no draft in that language passed the checks"
        )
        return AssembledDraft(candidates=candidates, stopped_by=reason, notes=(note,) if note else ())
    return AssembledDraft(chosen=chosen, candidates=candidates, notes=(note,) if note else ())
