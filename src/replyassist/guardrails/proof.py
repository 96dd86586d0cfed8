"""Which sentences of a source a sentence words, and what limits or denies in a source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from replyassist.guardrails.coverage import facts_of
from replyassist.guardrails.extraction import known
from replyassist.guardrails.pleasantries import without_opening
from replyassist.guardrails.terms import terms
from replyassist.guardrails.text import normalise, sentence_spans

_DENIAL = re.compile(r"(?<!\w)(?:not|no|never|none|nothing|nobody|cannot|without|neither|nor|unable)(?!\w)|n't(?!\w)")
_BOUND = re.compile(
    r"(?<!\w)(?:if|unless|only|except|until|till|once|before|after|within|provided|otherwise|instead|when|while"
    r"|up to|at least|at most|as long as|from|over|under|more than|less than|usually|normally|about|may|might|can|must)"
    r"(?!\w)"
)
_END_OF_LIMIT = re.compile(r"[;:!?()\n]|[.,](?=\s|$)")
_SELDOM_A_LIMIT = frozenset({"if", "may", "might", "about", "normally", "must", "otherwise", "while", "under"})
"""Of what bounds a sentence, what people leave out and still say the same: the author's own case, "under Profile"."""
_SAME_BOUND = {"till": "until", "while": "when", "might": "may", "about": "usually", "normally": "usually"}
_MAY_GO = frozenset({"can", "may", "from", "when", "once", "after", "before", "over", "within", "usually", "instead"})
"""What hardly limits: "you can send" and "send"."""


@dataclass(frozen=True)
class ProofSentence:
    """A sentence, read once."""

    stems: frozenset[str]
    denies: bool
    bounds: frozenset[str]


def worded_places(sentence: str, sources: Sequence[str]) -> tuple[int, ...]:
    """The places of the sources that a sentence seems to word, by the content words and the figures that they share."""
    offered = known((sentence,)).offers
    by_words = _worded(_read(without_opening(sentence)), [_read(source) for source in sources])
    by_facts = (
        place
        for place, source in enumerate(sources)
        if any(not fact.needs.isdisjoint(offered) for fact in facts_of(source))
    )
    return tuple(sorted({*by_words, *by_facts}))


def lost_limits(text: str, source: str, *, message: str) -> tuple[str, ...]:
    """What limits a source and is missing from a text that words it: "unless it was worn".

    A limit is kept where the text has its limiting word, its figure, or half of the words that follow it; these may
    stand in the message too. What begins with "if" is not read here: most often the author tells in other words that it
    is so ("my bag has a slit" and "if something arrives damaged").
    """
    own, heard, folded = _read(text), _read(message).stems, normalise(source).text
    offered = known((text,)).offers
    lost = []
    for match in _BOUND.finditer(folded):
        end = _END_OF_LIMIT.search(folded, match.end())
        limit = folded[match.start() : end.start() if end else len(folded)].strip()
        stems = {term.stem for term in terms(limit[len(match[0]) :])}
        if match[0] in _MAY_GO or match[0] in _SELDOM_A_LIMIT or _SAME_BOUND.get(match[0], match[0]) in own.bounds:
            continue
        facts = facts_of(limit)
        is_kept = any(not fact.needs.isdisjoint(offered) for fact in facts) or (
            bool(stems) and 2 * len(stems & (own.stems | heard)) >= len(stems)
        )
        if not is_kept and (stems or facts):
            lost.append(limit)
    return tuple(lost)


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


def is_limiting(sentence: str) -> bool:
    """Whether a sentence limits or denies something whoever asks; one that begins another case ("If you move…") no."""
    if sentence.lower().startswith("if "):
        return False
    read = _read(sentence)
    return read.denies or bool(read.bounds - _MAY_GO - _SELDOM_A_LIMIT)


def _worded(own: ProofSentence, sources: Sequence[ProofSentence]) -> tuple[int, ...]:
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


@lru_cache(maxsize=1024)
def _read(text: str) -> ProofSentence:
    folded = normalise(text).text
    bounds = (match[0] for match in _BOUND.finditer(folded))
    return ProofSentence(
        stems=frozenset(term.stem for term in terms(text)),
        denies=_DENIAL.search(folded) is not None,
        bounds=frozenset(_SAME_BOUND.get(bound, bound) for bound in bounds),
    )
