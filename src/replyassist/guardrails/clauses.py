"""The clauses of a draft: its sentences, cut where one joins two statements or runs into a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from replyassist.guardrails.text import normalise, sentence_spans

FEWEST_WORDS = 4
"""A piece with fewer words stays with its neighbour."""

_ASKING = (
    r"(?:would|do|does|did|can|could|shall|should|will|may|is|are) "
    r"(?:you|i|we|it|that|this|there|the|all|everything|anything)(?!\w)"
    r"|(?:is|was) there (?:any|some)|(?:any|some)thing else|any (?:other|more|further) (?:question|thing|info)"
    r"|how many(?!\w)|what else(?!\w)|what other(?!\w)|let me know(?!\w)|please let (?:me|us) know(?!\w)"
)
_QUESTION_START = re.compile(rf"(?<=[\w,)]) (?={_ASKING})")
_QUESTION = re.compile(
    rf"\W*(?:{_ASKING}|(?:and |or |so )?(?:how|what|which|where|when|who|why|would|do|does|did|can|could|shall|should"
    r"|will|may|is|are|was|were|have|has|any|anything|want|need|ready|so)(?!\w))"
)
_JOINT = re.compile(
    r";\s+|\s+-\s+|,?\s+but\s+|,\s+(?:and|so|or|yet|while|whereas|although|though)\s+(?=(?:we|you|it|they|there|the|our"
    r"|your|all|no|not|please)(?!\w))|\s+(?:and|but|so)\s+(?=(?:we|you|they|it|there)(?:'\w+)?\s)"
)


@lru_cache(maxsize=512)
def clause_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Offsets of the clauses of a text, in order; a text without any joints gives its sentences."""
    return tuple(span for start, end in sentence_spans(text) for span in _pieces(text, start, end))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:end]
    plain = normalise(sentence)
    first = 0
    for cut, following in _cuts(plain.text):
        if _is_short(plain.text[first:cut]) or _is_short(plain.text[following:]):
            continue
        last = plain.span(first, cut)
        yield start + last[0], start + last[1]
        first = following
    if first < len(plain.text):
        last = plain.span(first, len(plain.text))
        yield start + last[0], start + len(sentence)


def _cuts(folded: str) -> list[tuple[int, int]]:
    """Where a clause ends and the next one begins."""
    joints = [match.span() for match in _JOINT.finditer(folded)]
    if folded.rstrip().endswith("?") and not _QUESTION.match(folded):
        joints += [match.span() for match in _QUESTION_START.finditer(folded)][:1]
    return sorted(joints)


def _is_short(piece: str) -> bool:
    return len(piece.split()) < FEWEST_WORDS
