"""How a phrase is meant: denied, asked, left open, or stated."""

from __future__ import annotations

import re

_CLAUSE_END = re.compile(r"[.!?;:\n]|,(?= (?:but|and|so|we|i|you|it|they|the|our|your|please)(?!\w))|(?<!\w)but(?!\w)")
_SENTENCE_END = re.compile(r"[.!?\n]")
_DENIAL = re.compile(
    r"(?<!\w)(?:not|no|never|cannot|cant|wont|\w+n't|without|unable|neither|nor|instead of|rather than|refuse)(?!\w)"
)
_DENIED_AFTER = re.compile(r"(?: \w+){0,3} (?:is|are|was|were|will|can|does|do|has|have)(?:n't| not|not)(?!\w)")
_NO_DENIAL = re.compile(
    r"(?<!\w)(?:not only|no (?:problem|worries|doubt|matter|need to worry)|why not|don't worry)(?!\w)"
)
_UNSURE = re.compile(
    r"(?<!\w)(?:can'?t|cannot|can not|unable to|not able to|not (?:in a position|qualified|allowed) to|don'?t|do not"
    r"|won'?t) (?:really |simply |just )?"
    r"(?:say|tell|advise|judge|know|comment|promise|confirm|give|offer|guarantee)(?!\w)"
)


def _clause_before(text: str, position: int) -> str:
    """What stands before a position in its own clause of a folded text."""
    start = max(0, position - 120)
    return _CLAUSE_END.split(text[start:position])[-1]


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is denied: "we can't refund", "without a fee", "free entry is not offered"."""
    if _DENIAL.search(_NO_DENIAL.sub("", _clause_before(text, start))):
        return True
    return _DENIED_AFTER.match(text, end) is not None


def is_left_open(text: str, position: int) -> bool:
    """Whether the writer says that they cannot say: "we can't tell whether it is safe for you"."""
    return _UNSURE.search(text, max(0, position - 100), position) is not None


def is_asked(text: str, position: int) -> bool:
    """Whether the sentence around the position is a question."""
    end = _SENTENCE_END.search(text, position)
    return end is not None and end[0] == "?"
