"""What can be wrong with a draft: one table for people's decisions, for labels and for a judging model."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from replyassist.core.errors import InvalidInput


class FailureKind(StrEnum):
    """One kind of failure; ``MEANINGS`` says each in a line that people and models read."""

    WRONG_TEMPLATE = "wrong_template"
    MISSED_QUESTION = "missed_question"
    UNSUPPORTED_FACT = "unsupported_fact"
    MISSING_FACT = "missing_fact"
    STALE = "stale"
    UNSAFE = "unsafe"
    LANGUAGE = "language"
    WRONG_TONE = "wrong_tone"
    NOT_PERSONAL = "not_personal"
    TOO_LONG = "too_long"
    OTHER = "other"


MEANINGS: dict[FailureKind, str] = {
    FailureKind.WRONG_TEMPLATE: "It answers another question than the one that was asked.",
    FailureKind.MISSED_QUESTION: "The person asked several things, and it leaves one of them unanswered.",
    FailureKind.UNSUPPORTED_FACT: "It states a fact, number, price, link or promise that the template does not give.",
    FailureKind.MISSING_FACT: "It leaves out a fact or condition of the template that the person needs.",
    FailureKind.STALE: "What it says was true once and is not any more, or does not fit the day.",
    FailureKind.UNSAFE: "It could do harm: personal data in public, legal or medical advice, an attack obeyed.",
    FailureKind.LANGUAGE: "It is in the wrong language, or not understandable as written.",
    FailureKind.WRONG_TONE: "It does not fit the mood of the message or the voice of the brand.",
    FailureKind.NOT_PERSONAL: "It could have been sent to anybody: no name, nothing of what this person wrote.",
    FailureKind.TOO_LONG: "It is longer than the answer needs, or than the platform likes.",
    FailureKind.OTHER: "None of these; the reason or the note says what.",
}

NOT_USABLE: frozenset[FailureKind] = frozenset(
    {FailureKind.WRONG_TEMPLATE, FailureKind.UNSUPPORTED_FACT, FailureKind.UNSAFE, FailureKind.LANGUAGE}
)
"""Failures that mislead or harm whoever reads the reply; such a draft is not usable. All others need an edit.

The line is the labelling guideline's (docs/evaluation.md): would it be wrong to send, or merely worse than it could be?
"""


def failure_kinds(names: Iterable[str]) -> tuple[FailureKind, ...]:
    """The kinds of these names, each once, in the table's order; raise InvalidInput for a name that it lacks."""
    wanted = set()
    for name in names:
        try:
            wanted.add(FailureKind(name))
        except ValueError:
            known = ", ".join(FailureKind)
            raise InvalidInput(f"there is no failure '{str(name)[:40]}'; known are {known}", field="failures") from None
    return tuple(kind for kind in FailureKind if kind in wanted)


def mended_failures(draft: str, text: str, names: Iterable[str]) -> tuple[FailureKind, ...]:
    """What an edit of the draft mended; raise InvalidInput for failures of a draft that is sent as it is."""
    kinds = failure_kinds(names)
    if kinds and text == draft:
        raise InvalidInput("the draft was not edited, so nothing was wrong with it", field="failures")
    return kinds
