"""What a model of natural language inference says of each statement of a draft beside its sources: one more signal.

It objects to what it does not find in the sources, and excuses nothing that another check found. None ships; which
languages are read with one is its own matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from replyassist.core.entailment import EntailmentScores
from replyassist.core.errors import EntailmentError
from replyassist.drafting.personalise import greeting_in, greetings_for
from replyassist.guardrails.clauses import clause_spans
from replyassist.guardrails.context import CheckContext, report, report_whole
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.ground import ground_of, other_facts
from replyassist.guardrails.language import unread_language
from replyassist.guardrails.pleasantries import is_own_phrase, own_phrases, without_opening
from replyassist.guardrails.spans import EntailmentJudgement, JudgedStatement, Relation
from replyassist.guardrails.support import assess
from replyassist.guardrails.text import sentence_spans
from replyassist.guardrails.verbatim import is_verbatim

STANDS_FROM = 0.5
"""Probability from which a relation stands: it is likelier than all else together. Below, the sources leave it open."""
LONGEST_PREMISE, LONGEST_STATEMENT = 1200, 600
"""Characters, with which a pair of one language of the Latin alphabet has some 400 word pieces, of 512."""
MOST_PAIRS = 32
"""That the model is given for one draft: it may take a second for each, and replies have few statements."""

_OBJECTIONS = {
    Relation.CONTRADICTION: (
        "grounding.contradicted",
        Severity.BLOCK,
        "The template says otherwise, as the entailment model reads it. Please take it out or mend it.",
    ),
    Relation.NEUTRAL: (
        "grounding.not_entailed",
        Severity.WARN,
        "The entailment model does not find this in the template. Please make sure that it is true, or take it out.",
    ),
}
_FAILED = "The entailment model could not be used, so nothing here was compared with the template by it."
_NOT_ALL = "The entailment model did not compare all of this with the template: it is too long."


def entailed(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block what the sources contradict, warn of what they leave open, and note where the model was not asked all."""
    found = context.judged
    if found is None:
        return
    for statement in found.statements:
        if statement.relation in _OBJECTIONS:
            rule, severity, explanation = _OBJECTIONS[statement.relation]
            span = (statement.start, statement.end)
            yield report(text, span, rule=rule, severity=severity, explanation=explanation)
    if not found.is_whole:
        explanation = _FAILED if found.has_failed else _NOT_ALL
        yield report_whole(text, "grounding.entailment_unmade", Severity.INFO, explanation)


def judged(text: str, context: CheckContext) -> EntailmentJudgement | None:
    """What the context's model says of each statement; None where there is nothing to ask or nothing to compare.

    Where the model fails, that is what is said: the other checks do without it.
    """
    model = context.entailment
    if model is None or not context.template_text or is_verbatim(text, context):
        return None
    unread = unread_language(text, context)
    if model.languages and (unread or context.language) not in model.languages:
        return None
    spans = list(_unread_statements(text, context, unread) if unread else _statements(text, context))
    premises = _premises(context)
    asked = [span for span in spans if span[1] - span[0] <= LONGEST_STATEMENT][: MOST_PAIRS // len(premises)]
    stated = [text[slice(*span)] if unread else without_opening(text[slice(*span)]) for span in asked]
    pairs = [(premise, statement) for statement in stated for premise in premises]
    try:
        scores = model.judge(pairs) if pairs else []
    except EntailmentError:
        return EntailmentJudgement(model=model.name, has_failed=True)
    width = len(premises)
    told = {span: scores[place * width : (place + 1) * width] for place, span in enumerate(asked)}
    return EntailmentJudgement(
        model=model.name, statements=tuple(_judgement(span, told.get(span, ())) for span in spans)
    )


def _judgement(span: tuple[int, int], scores: Sequence[EntailmentScores | None]) -> JudgedStatement:
    """Of all parts of the sources: one that says it is enough; else one that contradicts it."""
    read = [each for each in scores if each is not None]
    entailment = max((each.entailment for each in read), default=0.0)
    contradiction = max((each.contradiction for each in read), default=0.0)
    if entailment >= STANDS_FROM:
        relation, probability = Relation.ENTAILMENT, entailment
    elif contradiction >= STANDS_FROM:
        relation, probability = Relation.CONTRADICTION, contradiction
    elif len(read) < max(1, len(scores)):
        relation, probability = Relation.UNJUDGED, 0.0
    else:
        relation, probability = Relation.NEUTRAL, 1 - max(entailment, contradiction)
    return JudgedStatement(start=span[0], end=span[1], relation=relation, probability=round(probability, 4))


def _statements(text: str, context: CheckContext) -> Iterator[tuple[int, int]]:
    """The clauses that could be wrong, as the rules of a language that they read see it."""
    return ((each.start, each.end) for each in assess(text, ground_of(context)) if each.states)


def _unread_statements(text: str, context: CheckContext, language: str) -> Iterator[tuple[int, int]]:
    """Everything but the greeting and the voice's set phrases: what states nothing, only rules that read it know."""
    own = own_phrases(context.voice)
    greetings = [
        *greetings_for(context.voice, context.message.author_name),
        greeting_in(language, voice=context.voice, to=context.message),
    ]
    body = len(text) - len(text.lstrip())
    for greeting in sorted(filter(None, map(str.strip, greetings)), key=len, reverse=True):
        if text.startswith(greeting, body):
            body += len(greeting)
            break
    for start, end in clause_spans(text):
        first = max(start, body)
        first += len(text[first:end]) - len(text[first:end].lstrip())
        if any(map(str.isalnum, text[first:end])) and not is_own_phrase(text[first:end], own):
            yield first, end


def _premises(context: CheckContext) -> list[str]:
    """The template as a person would read it: its title, reply and other facts, cut between sentences where long.

    Each part begins with the title, without which "yes, to 32 countries" says little.
    """
    template, reply = context.template, context.template_text
    title = template.title.strip() if template is not None else ""
    sentences = [reply[start:end] for start, end in sentence_spans(reply)]
    parts: list[list[str]] = [[]]
    for sentence in (*sentences, *other_facts(context)):
        if parts[-1] and len(title) + sum(len(said) + 1 for said in (*parts[-1], sentence)) > LONGEST_PREMISE:
            parts.append([])
        parts[-1].append(sentence)
    return [" ".join(filter(None, (title, *part))) for part in parts]
