"""The plain "yes" or "no" that a message may want: what a person may open with, and a "yes" that seems wrong.

A reader that tells which sentences answer knows badly which of the two they amount to (decision 0041), so no draft is
opened with either; a person may, with one key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.drafting.personalise import continued, join
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.negation import yes_or_no
from replyassist.guardrails.pleasantries import is_pleasantry, opening_of, without_greeting
from replyassist.guardrails.text import normalise, sentence_spans

YES, NO = "Yes", "No"
NO_FROM = 0.8
"""Probability of a no from which a "yes" is objected to: right for 17 of 18 messages of brands not learned."""
READ_FOR_AN_ANSWER = 3
"""Sentences of a reply in which its direct answer is looked for: greeting and sympathy may stand before it."""
_OH_NO = re.compile(r"(?<!\w)oh,? no(?!\w)", re.IGNORECASE)


def with_answer(draft: str, answer: str) -> str:
    """A whole English reply with "Yes" or "No" after its greeting and sympathy; as it is where it says either."""
    if not draft or said_directly(draft) is not None:
        return draft
    rest = without_greeting(draft)
    end = next((end for _, end in sentence_spans(rest)), 0)
    if is_pleasantry(_OH_NO.sub("", rest[:end], count=1)):
        rest = rest[end:].lstrip()
    before = draft[: len(draft) - len(rest)]
    if not rest:
        return draft
    said = continued(rest)
    goes_on = said != rest or rest[0].islower()
    return join(before, f"{answer}, {said}" if goes_on else f"{answer}. {rest}")


def wrong_yes(text: str, context: CheckContext) -> Iterator[Finding]:
    """Doubt a reply that says yes where its template, read together with the message, amounts to no."""
    said = said_directly(text)
    if said is not None and said[0] and context.likely_no >= NO_FROM:
        yield report(
            text,
            said[1],
            rule="draft.wrong_yes",
            severity=Severity.WARN,
            explanation="Read together with the message, the template seems to amount to a no. Please compare the two.",
        )


def said_directly(text: str) -> tuple[bool, tuple[int, int]] | None:
    """Whether a reply says yes (True) or no (False) before it says anything else, and in which sentence."""
    for start, end in sentence_spans(text)[:READ_FOR_AN_ANSWER]:
        said = yes_or_no(_OH_NO.sub(" ", _opening(text[start:end])))
        if said is not None:
            return said, (start, end)
    return None


def _opening(sentence: str) -> str:
    """What a sentence begins with before its statement, folded; all of "Yes."."""
    bare = without_greeting(sentence)
    return opening_of(sentence) if len(bare.split()) > 1 else normalise(bare).text
