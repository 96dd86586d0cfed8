"""Holds the plan that a model gave to the sources: it may add to what is doubted, and clears nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import shorten

from replyassist.drafting.claimed import ClaimedQuestion, ClaimedReply
from replyassist.guardrails import CheckContext, CheckResult, Finding, Rule, Severity, Support
from replyassist.guardrails.context import report, report_whole
from replyassist.guardrails.grounding import grounded_mentions
from replyassist.guardrails.limits import turned_limits
from replyassist.guardrails.names import unsupported_names
from replyassist.guardrails.negation import negation_flipped
from replyassist.guardrails.omissions import KEPT_FROM
from replyassist.guardrails.pleasantries import is_pleasantry, own_phrases
from replyassist.guardrails.proof import is_limiting, lost_limits, sentences_of, worded_places
from replyassist.guardrails.support import unsupported_sentences
from replyassist.guardrails.terms import terms
from replyassist.pipeline.planning import PlannedSentence, SentencePlan, in_a_row
from replyassist.proposal import OpenOrAnswered, ReplyPlan

LONGEST_QUOTE = 120  # characters
MOST_CITED = 4
"""Sentences that one of a reply can rest on: a plan that names everything says nothing."""
_MUST_GO = frozenset({Severity.BLOCK, Severity.WARN})
_AGAINST_CITED: tuple[Rule, ...] = (
    grounded_mentions,
    turned_limits,
    unsupported_names,
    unsupported_sentences,
    negation_flipped,
)


def kept_plan(claimed: ClaimedReply, plan: SentencePlan, *, message: str) -> ReplyPlan:
    """What the proposal keeps: ids of sentences, and the message's own words, never the model's."""

    def ids(numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(each.id for each in _cited(numbers, plan))

    return ReplyPlan(
        questions=tuple(
            OpenOrAnswered(
                text=_as_asked(each, message), answered_by=ids(each.answered_by), bounded_by=ids(each.bounded_by)
            )
            for each in claimed.questions
        ),
        rests_on=tuple(ids(each.rests_on) for each in claimed.reply),
    )


def against_sources(
    text: str, claimed: ClaimedReply, plan: SentencePlan, *, checks: CheckContext, result: CheckResult
) -> Iterator[Finding]:
    """What the plan shows to be wrong with the reply: each sentence against those that it names, and what is missing.

    ``result``: what the checks say of the whole text; what they object to already is not said twice.
    """
    yield from _unsupported(text, claimed, plan, checks, result)
    yield from _questions_left_out(text, claimed, plan, checks, result)
    yield from _conditions_left_out(text, claimed, plan, checks, result)


def _unsupported(
    text: str, claimed: ClaimedReply, plan: SentencePlan, checks: CheckContext, result: CheckResult
) -> Iterator[Finding]:
    position, own = 0, own_phrases(checks.voice)
    for part in claimed.reply:
        start = text.find(part.text, position)
        span = (start, start + len(part.text)) if start >= 0 else (0, len(text))
        position = span[1] if start >= 0 else position
        is_claim = bool(part.rests_on) and not all(is_pleasantry(each, own=own) for each in sentences_of(part.text))
        if is_claim and not _objected(span, result) and not _holds(part.text, part.rests_on, plan, checks):
            yield report(
                text,
                span,
                rule="grounding.unsupported_sentence",
                severity=Severity.WARN,
                explanation="The sentences of the template that the language model named for this do not say it. "
                "Please make sure that it is true, or take it out.",
            )


def _objected(span: tuple[int, int], result: CheckResult) -> bool:
    """Whether a check of what is true has something against this place already."""
    return any(
        each.rule.startswith("grounding.")
        and each.severity in _MUST_GO
        and span[0] <= each.start
        and each.end <= span[1]
        for each in result.findings
    )


def _holds(text: str, numbers: Sequence[int], plan: SentencePlan, checks: CheckContext) -> bool:
    """Whether the named sentences are there, are few, and say it."""
    cited = _cited(numbers, plan)
    if len(cited) < len(set(numbers)) or len(cited) > MOST_CITED or checks.template is None:
        return False
    source = in_a_row([each.text for each in cited])
    whole = checks.template_text
    facts = {name: fact for name, fact in checks.template.facts.items() if str(fact) not in whole}
    alone = checks.template.model_copy(update={"reply": source, "facts": facts})
    narrow = replace(checks, template=alone)
    return not any(each.severity in _MUST_GO for rule in _AGAINST_CITED for each in rule(text, narrow))


def _questions_left_out(
    text: str, claimed: ClaimedReply, plan: SentencePlan, checks: CheckContext, result: CheckResult
) -> Iterator[Finding]:
    """What our plan or the model's answers, where the reply says none of the sentences that do."""
    message = checks.message.text
    for asked, answers in plan.answered(message).items():
        if not any(_is_said(each, text, result) for each in answers):
            yield _left_out(text, asked, answers[0])
            return
    for question in claimed.questions:
        named = _cited(question.answered_by, plan)
        if named and not any(_is_said(each, text, result) for each in named):
            yield _left_out(text, _as_asked(question, message), named[0])
            return


def _left_out(text: str, asked: str, answer: PlannedSentence) -> Finding:
    question = f' to "{shorten(asked, LONGEST_QUOTE, placeholder="…")}"' if asked else ""
    return report_whole(
        text,
        "grounding.question_left_out",
        Severity.WARN,
        f'The reply leaves out the answer{question}: "{answer.text}"',
    )


def _conditions_left_out(
    text: str, claimed: ClaimedReply, plan: SentencePlan, checks: CheckContext, result: CheckResult
) -> Iterator[Finding]:
    """What bounds a sentence that the reply words, inside it or beside it, and is said nowhere in the reply."""
    worded = _worded(claimed, plan, own_phrases(checks.voice))
    missing = [limit for each in worded for limit in lost_limits(text, each.text, message=checks.message.text)]
    for bound in plan.sentences:
        beside = [
            each for each in worded if each.template_id == bound.template_id and abs(each.place - bound.place) == 1
        ]
        if bound.is_kept and beside and is_limiting(bound.text) and not _is_said(bound, text, result):
            missing.append(bound.text)
    if missing:
        yield report_whole(
            text,
            "grounding.condition_dropped",
            Severity.WARN,
            f'The template bounds what the reply says: "{missing[0]}". Please add it.',
        )


def _worded(claimed: ClaimedReply, plan: SentencePlan, own: frozenset[str]) -> list[PlannedSentence]:
    """The sentences of the source that the reply words: of those that the model names, else of all."""
    found = list[PlannedSentence]()
    for part in claimed.reply:
        cited = _cited(part.rests_on, plan) or plan.source
        for sentence in sentences_of(part.text):
            if is_pleasantry(sentence, own=own):
                continue
            found += [cited[place] for place in worded_places(sentence, [each.text for each in cited])]
    return list(dict.fromkeys(found))


def _is_said(sentence: PlannedSentence, text: str, result: CheckResult) -> bool:
    """Whether the reply says anything of a sentence: a fact of it, a third of its words, or a clause in other words."""
    if all(each.text != sentence.text for each in result.left_out):
        return True
    if any(each.support is Support.TEMPLATE and each.source and each.source in sentence.text for each in result.spans):
        return True
    wanted = {term.stem for term in terms(sentence.text)}
    return len(wanted & {term.stem for term in terms(text)}) >= KEPT_FROM * len(wanted)


def _cited(numbers: Sequence[int], plan: SentencePlan) -> list[PlannedSentence]:
    """The sentences of these numbers, each once; a number that was not shown names none."""
    shown = plan.source
    return [shown[number - 1] for number in dict.fromkeys(numbers) if 1 <= number <= len(shown)]


def _as_asked(question: ClaimedQuestion, message: str) -> str:
    """The sentence of the message that the model means, by the words that they share; empty where they share none."""
    wanted = {term.stem for term in terms(question.asks)}
    shares = {text: len(wanted & {term.stem for term in terms(text)}) for text in sentences_of(message)}
    best = max(shares, key=lambda text: shares[text], default="")
    return best if best and shares[best] else ""
