"""The plain "yes" or "no" that a message may want: what a person may open with, and what a model may not.

A reader that tells which sentences answer knows badly which of the two they amount to (decision 0041), so no draft is
opened with either; a person may, with one key.
"""

from __future__ import annotations

from collections.abc import Iterator

from replyassist.answering.sentence_reading import ReplyReading
from replyassist.drafting.personalise import continued, join
from replyassist.guardrails.context import report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.negation import yes_or_no
from replyassist.guardrails.pleasantries import opening_of, without_opening
from replyassist.guardrails.text import sentence_spans

YES, NO = "Yes", "No"
NO_FROM = 0.8
"""Probability of a no from which a model's "yes" is objected to: right for 17 of 18 messages of brands not learned."""
READ_FOR_AN_ANSWER = 3
"""Sentences of a reply in which its direct answer is looked for: greeting and sympathy may stand before it."""


def with_answer(draft: str, answer: str) -> str:
    """A whole reply with "Yes" or "No" after its greeting; as it is where it says either."""
    if not draft or _said(draft) is not None:
        return draft
    rest = without_opening(draft)
    said = continued(rest)
    goes_on = said != rest or rest[0].islower()
    return join(draft[: len(draft) - len(rest)], f"{answer}, {said}" if goes_on else f"{answer}. {rest}")


def wrong_yes(text: str, reading: ReplyReading) -> Iterator[Finding]:
    """A finding where a reply says yes and its template, read together with the message, amounts to no."""
    said = _said(text)
    if said is not None and said[0] and reading.no >= NO_FROM:
        yield report(
            text,
            said[1],
            rule="draft.wrong_yes",
            severity=Severity.WARN,
            explanation="Read together with the message, the template seems to amount to a no. Please compare the two.",
        )


def _said(text: str) -> tuple[bool, tuple[int, int]] | None:
    """Whether a reply says yes (True) or no (False), and where."""
    for start, end in sentence_spans(text)[:READ_FOR_AN_ANSWER]:
        said = yes_or_no(opening_of(text[start:end]))
        if said is not None:
            return said, (start, end)
    return None
