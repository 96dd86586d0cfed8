"""What a person should know of the message and the choice of template, which no check of the text can tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replyassist.answering import answered
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Finding, Severity
from replyassist.guardrails.findings import FACT_NOT_IN_ANSWER
from replyassist.pipeline.assignment import Assignment
from replyassist.retrieval.confidence import SURE_FROM
from replyassist.retrieval.questions import Asked
from replyassist.retrieval.service import Retrieved
from replyassist.triage import Route, Triage
from replyassist.triage.routes import routes


def doubts_of(assignment: Assignment, found: Retrieved, *, used: Sequence[str], picked: bool) -> tuple[Finding, ...]:
    """Findings about the message and the template of a draft; they stay until a person confirms them.

    ``used``: ids of the templates that the draft stands on. ``picked``: a person named the template.
    """
    return tuple(_doubts(assignment, found, used=used, picked=picked))


def _doubts(assignment: Assignment, found: Retrieved, *, used: Sequence[str], picked: bool) -> Iterator[Finding]:
    triaged = assignment.triaged
    if triaged.is_plain_praise:
        # No rule can tell praise from sarcasm, and thanking for sarcasm is the kind of reply that gets a screenshot.
        yield _doubt("praise_or_irony", "The message looks like praise. Read it once more: is it meant?")
    yield from _of_the_reading(triaged)
    if assignment.template is None:
        return
    if picked and triaged.route is not Route.DRAFT:
        yield _doubt("for_a_person", f"The message was meant for a person to answer ({triaged.reason}).")
    if assignment.is_translation:
        yield _doubt(
            "translated", "The template is in another language. Please let somebody who speaks both compare them."
        )
    yield from _of_questions(found.asked, used)
    first = assignment.first or assignment.template
    sureness = next((match.probability for match in found.matches if match.template_id == first.id), 0.0)
    if sureness < SURE_FROM:
        yield _doubt(
            "unsure_template",
            f"It is only {sureness:.0%} sure that this template answers the message. Is this what was asked?",
        )
    yield from _of_the_asked_fact(assignment, assignment.template)


def _of_questions(asked: Sequence[Asked], used: Sequence[str]) -> Iterator[Finding]:
    """Which of several questions the reply leaves open; where it draws on several templates, whether each is right."""
    left = [each.text for each in asked if each.is_open(used)]
    if left:
        named = ", ".join(f'"{text}"' for text in left)
        yield _doubt("open_question", f"The message asks several things. No template of this reply answers: {named}.")
    elif len(used) > 1:
        yield _doubt(
            "several_questions",
            f"The message seems to ask {len(asked)} things, and the reply draws on {len(used)} templates for them. "
            "Please make sure that each was asked.",
        )


def _of_the_reading(triaged: Triage) -> Iterator[Finding]:
    """Doubts that no template can settle: who would have to look something up, and whether the brand is asked."""
    for risk in triaged.risks:
        if risk.is_watched:
            yield _doubt("maybe_grave", f"{risk.explanation} Read the message once more before anything leaves.")
    if triaged.reading is not None:
        for rule in routes().doubts_of(triaged.reading):
            yield _doubt(rule.name, rule.explanation)


def _of_the_asked_fact(assignment: Assignment, template: ReplyTemplate) -> Iterator[Finding]:
    """A template on the topic may lack the one fact that was asked for."""
    text, encoder = assignment.message.text, assignment.context.index.encoder
    found = answered(text, encoder, title=template.title, reply=template.rendered_reply)
    if found is not None and found.is_doubtful:
        of_which = f" It does not speak of: {', '.join(found.unspoken)}." if found.unspoken else ""
        explanation = f"The template may not say what was asked.{of_which} Is the answer in the draft?"
        yield Finding(rule=FACT_NOT_IN_ANSWER, severity=Severity.WARN, explanation=explanation)


def _doubt(name: str, explanation: str) -> Finding:
    return Finding(rule=f"draft.{name}", severity=Severity.WARN, explanation=explanation)
