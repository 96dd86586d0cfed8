"""Which sentences of a small model stand, because the sentences that they word prove them; strict on purpose.

A small model words well and decides badly: of its answers in one or two sentences about a third were right, and it says
"yes" and "no" without knowing (docs/decisions/0027). So a sentence stands only where a source says it in other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from replyassist.guardrails.coverage import facts_of
from replyassist.guardrails.extraction import known, mentions
from replyassist.guardrails.pleasantries import without_opening
from replyassist.guardrails.terms import terms
from replyassist.guardrails.text import normalise, sentence_spans

OWN_WORDS = 1
"""Content words of a sentence that neither its sources nor the message have: "pop" for "send". Two let in what the
sources do not say (read on dev drafts of eval/answers)."""
SAID_FROM = 0.85
"""Share of a source's content words from which it counts as said. At .6 what a condition was for was lost, and the
first of two steps; readers then liked the whole template better."""

_DENIAL = re.compile(r"(?<!\w)(?:not|no|never|none|nothing|nobody|cannot|without|neither|nor|unable)(?!\w)|n't(?!\w)")
_BOUND = re.compile(
    r"(?<!\w)(?:if|unless|only|except|until|till|once|before|after|within|provided|otherwise|instead|when|while"
    r"|up to|at least|at most|as long as|from|over|under|more than|less than|usually|normally|about|may|might|can|must)"
    r"(?!\w)"
)
_SAME_BOUND = {"till": "until", "while": "when", "might": "may", "about": "usually", "normally": "usually"}
_MAY_GO = frozenset({"can", "may", "from", "when", "once", "after", "before", "over", "within", "usually", "instead"})
"""What a wording may leave out where the facts that it stands with are there: "you can send" and "send"."""
_MAY_COME = _MAY_GO - {"before", "after"}
"""What it may add: neither of two opposites, or "after noon" would stand for "before noon"."""


@dataclass(frozen=True)
class Source:
    """A sentence that a wording may stand on, read once."""

    text: str
    stems: frozenset[str]
    denies: bool
    bounds: frozenset[str]


@dataclass(frozen=True)
class Wording:
    """A sentence of a model that stands, and the places of the sources that it words."""

    text: str
    sources: tuple[int, ...]


def proven(sentence: str, sources: Sequence[str], *, message: str) -> Wording | None:
    """The sentence without a "yes" or "no" of its own, where the sources say it; else None.

    It may have one content word of its own, and none that only the message has, for that is what it would confirm; its
    figures and addresses are those of the sources that it words; and it denies something just when they do.
    """
    said = _capitalised(without_opening(sentence).strip())
    own = _read(said)
    read = [_read(source) for source in sources]
    places = _worded(own, read)
    if not places or said.rstrip().endswith("?"):
        return None
    worded = [read[place] for place in places]
    stems = frozenset[str]().union(*(source.stems for source in worded))
    strange = own.stems - stems
    heard = _read(message).stems
    if len(strange) > OWN_WORDS or strange & heard or any(source.denies for source in worded) != own.denies:
        return None
    texts = tuple(source.text for source in worded)
    offered = known(texts).offers
    if any(mention.needs and mention.needs.isdisjoint(offered) for mention in mentions(said)):
        return None
    missing = frozenset[str]().union(*(source.bounds for source in worded)) - own.bounds
    return None if missing - _MAY_GO or own.bounds - _bounds_of(worded) - _MAY_COME else Wording(said, places)


def says(text: str, source: str) -> bool:
    """Whether a text holds every figure and address of a source, and nearly all of its content words."""
    offered = known((text,)).offers
    if any(fact.needs.isdisjoint(offered) for fact in facts_of(source)):
        return False
    own, theirs = _read(text).stems, _read(source).stems
    return not theirs or len(own & theirs) / len(theirs) >= SAID_FROM


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    return tuple(text[start:end] for start, end in sentence_spans(text))


def denies(sentence: str) -> bool:
    """Whether a sentence says that something is not so."""
    return _read(sentence).denies


def is_bounding(sentence: str) -> bool:
    """Whether a sentence limits or denies something, so that leaving it out could mislead."""
    read = _read(sentence)
    return read.denies or bool(read.bounds - _MAY_GO)


def _worded(own: Source, sources: Sequence[Source]) -> tuple[int, ...]:
    """The source that shares most with the sentence, and others that share what that one has not."""
    rest, places = set(own.stems), list[int]()
    while rest:
        shares = [len(rest & source.stems) for source in sources]
        best = max(range(len(sources)), key=lambda place: shares[place], default=-1)
        if best < 0 or not shares[best] or (places and shares[best] < 2):
            break
        places.append(best)
        rest -= sources[best].stems
    return tuple(sorted(places))


def _bounds_of(sources: Sequence[Source]) -> frozenset[str]:
    return frozenset[str]().union(*(source.bounds for source in sources))


@lru_cache(maxsize=1024)
def _read(text: str) -> Source:
    folded = normalise(text).text
    bounds = (match[0] for match in _BOUND.finditer(folded))
    return Source(
        text=text,
        stems=frozenset(term.stem for term in terms(text)),
        denies=_DENIAL.search(folded) is not None,
        bounds=frozenset(_SAME_BOUND.get(bound, bound) for bound in bounds),
    )


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
