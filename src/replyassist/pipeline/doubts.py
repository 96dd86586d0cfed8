"""What a person should know of the message and the choice of template, which no check of the text can tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replyassist.answering import Answered, answered
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Finding, Severity
from replyassist.guardrails.findings import FACT_NOT_IN_ANSWER, UNSURE_TEMPLATE
from replyassist.pipeline.assignment import Assignment
from replyassist.pipeline.readiness import PATH, READ_PATH, READING, evidence_of, shipped_model
from replyassist.proposal import Readiness, ReplyPlan
from replyassist.retrieval.confidence import SURE_FROM
from replyassist.retrieval.questions import MatchedQuestion
from replyassist.retrieval.service import Retrieved
from replyassist.triage import Route, Triage
from replyassist.triage.routes import routes

SAID_FROM = 0.5
"""Probability from which the reply also says what another question of the message asks, though no template of its own
was found for it. Of 60 such questions on dev messages (eval/cases, eval/replies) that a reader looked at, all but three
of those above are answered, and nearly all below are not."""
SAID_READING = 1.0
"""Log-odds of the reading from which the same holds. Of 33 dev drafts with a question that was left open (weights of
other brands) it closes those of 7 of 20 that are right, and of none of 13 that are not."""
UNSAID_BELOW = 0.2
"""Probability below which the reply surely lacks the asked fact, whatever else speaks for the template. No draft called
ready of the dev and test cases is below it; near misses ("is it insured?" to a template on prices) are."""


def doubts_of(
    assignment: Assignment, found: Retrieved, *, used: Sequence[str], picked: bool, plan: ReplyPlan | None = None
) -> tuple[tuple[Finding, ...], Readiness | None]:
    """Findings about the message and the template of a draft, which stay until a person confirms them; and readiness.

    ``used``: ids of the templates that the draft stands on. ``picked``: a person named the template. ``plan``: what the
    model thought, which adds doubts and clears none.
    """
    template = assignment.template
    if template is None:
        return tuple(_of_the_message(assignment, None, picked=picked)), None
    told = _told(assignment, template, assignment.message.text)
    readiness = _readiness(assignment, found, told, used=used)
    of_message = tuple(_of_the_message(assignment, readiness, picked=picked))
    of_questions = tuple(_open_questions(assignment, template, found.asked, used)) or tuple(_several(found.asked, used))
    of_plan = tuple(_open_by_plan(plan, of_questions)) if plan else ()
    is_unsaid = told is not None and told.probability < UNSAID_BELOW
    if readiness is not None and readiness.is_enough and not is_unsaid:
        return (*of_message, *of_questions, *of_plan), readiness
    unsure = tuple(_of_the_template(assignment, template, found, told))
    if readiness is not None and not (unsure or of_questions):
        unsure = (_unsure(readiness.probability),)
    return (*of_message, *of_questions, *of_plan, *unsure), readiness


def _of_the_message(assignment: Assignment, readiness: Readiness | None, *, picked: bool) -> Iterator[Finding]:
    """Doubts that no template can settle, save by a reading of both that is sure enough."""
    triaged = assignment.triaged
    if triaged.is_plain_praise:
        # No rule can tell praise from sarcasm, and thanking for sarcasm is the kind of reply that gets a screenshot.
        yield _doubt("praise_or_irony", "The message looks like praise. Read it once more: is it meant?")
    yield from _of_the_reading(triaged, readiness)
    if assignment.template is None:
        return
    if picked and triaged.route is not Route.DRAFT:
        yield _doubt("for_a_person", f"The message was meant for a person to answer ({triaged.reason}).")
    if assignment.is_translation:
        yield _doubt(
            "translated", "The template is in another language. Please let somebody who speaks both compare them."
        )


def _of_the_reading(triaged: Triage, readiness: Readiness | None) -> Iterator[Finding]:
    """Who would have to look something up, and whether the brand is asked."""
    sureness = readiness.probability if readiness is not None and READING in readiness.evidence else 0.0
    for risk in triaged.risks:
        if risk.is_watched:
            yield _doubt("maybe_grave", f"{risk.explanation} Read the message once more before anything leaves.")
    if triaged.reading is not None:
        for rule in routes().doubts_of(triaged.reading):
            if rule.settled_from is None or sureness < rule.settled_from:
                yield _doubt(rule.name, rule.explanation)


def _told(assignment: Assignment, template: ReplyTemplate, question: str) -> Answered | None:
    encoder = assignment.context.index.encoder
    return answered(question, encoder, title=template.title, reply=template.rendered_reply)


def _readiness(
    assignment: Assignment, found: Retrieved, told: Answered | None, *, used: Sequence[str]
) -> Readiness | None:
    if told is None or assignment.plan is None or not used:
        return None
    evidence = evidence_of(found, assignment.plan, told, used=used)
    return shipped_model(READ_PATH if READING in evidence else PATH).read(evidence)


def _open_questions(
    assignment: Assignment, template: ReplyTemplate, asked: Sequence[MatchedQuestion], used: Sequence[str]
) -> Iterator[Finding]:
    """Which of several questions neither a template of their own nor the reply answers."""
    left = [each.text for each in asked if each.is_open(used) and not _is_said(assignment, template, each.text)]
    if left:
        named = ", ".join(f'"{text}"' for text in left)
        yield _doubt("open_question", f"The message asks several things. No template of this reply answers: {named}.")


def _is_said(assignment: Assignment, template: ReplyTemplate, question: str) -> bool:
    """Whether the template surely answers a question that led to none, by its encoder or by the reranker."""
    told = _told(assignment, template, question)
    if told is not None and told.probability >= SAID_FROM:
        return True
    reranker = assignment.context.reranker
    reading = reranker.reading(template.title, template.rendered_reply, question) if reranker else None
    return reading is not None and reading >= SAID_READING


def _open_by_plan(plan: ReplyPlan, said: Sequence[Finding]) -> Iterator[Finding]:
    """What the model found no answer to, where no doubt names it already."""
    left = dict.fromkeys(each.text for each in plan.questions if not each.answered_by)
    named = [f'"{text}"' for text in left if text and not any(f'"{text}"' in each.explanation for each in said)]
    if named:
        yield _doubt("open_question", f"The language model found no answer in the template to: {', '.join(named)}.")
    elif "" in left:
        yield _doubt("open_question", "The language model thinks that more is asked than the template answers.")


def _several(asked: Sequence[MatchedQuestion], used: Sequence[str]) -> Iterator[Finding]:
    """Where the reply draws on several templates, whether each is right."""
    if len(used) > 1:
        yield _doubt(
            "several_questions",
            f"The message seems to ask {len(asked)} things, and the reply draws on {len(used)} templates for them. "
            "Please make sure that each was asked.",
        )


def _of_the_template(
    assignment: Assignment, template: ReplyTemplate, found: Retrieved, told: Answered | None
) -> Iterator[Finding]:
    first = assignment.first or template
    sureness = next((match.probability for match in found.matches if match.template_id == first.id), 0.0)
    if sureness < SURE_FROM:
        yield _unsure(sureness)
    if told is not None and told.is_doubtful:
        of_which = f" It does not speak of: {', '.join(told.unspoken)}." if told.unspoken else ""
        explanation = f"The template may not say what was asked.{of_which} Is the answer in the draft?"
        yield Finding(rule=FACT_NOT_IN_ANSWER, severity=Severity.WARN, explanation=explanation)


def _unsure(sureness: float) -> Finding:
    return Finding(
        rule=UNSURE_TEMPLATE,
        severity=Severity.WARN,
        explanation=f"It is only {sureness:.0%} sure that this template answers the message. Is this what was asked?",
    )


def _doubt(name: str, explanation: str) -> Finding:
    return Finding(rule=f"draft.{name}", severity=Severity.WARN, explanation=explanation)
