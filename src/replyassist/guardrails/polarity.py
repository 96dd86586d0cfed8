"""Which words of a clause are affirmed and which denied, and whether something is free or charged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from replyassist.guardrails.terms import joined, terms

_NEUTRAL = re.compile(
    r"(?<!\w)(?:not only|no (?:problem|worries|doubt|matter)|not (?:sure|to worry|to mention)"
    r"|don'?t (?:worry|hesitate|forget)|do not (?:worry|hesitate|forget)|if not|whether or not|or not|why not"
    r"|can'?t wait"
    r"|(?:no|not) (?:longer|later|more|less|larger|bigger|heavier|older|earlier|fewer|further) than|at no time"
    r"|(?:cannot|can't|not|no)(?: be)?(?: any)? (?:more|larger|bigger|heavier|longer|older|taller) than"
    r"|not just|last but not least|not yet sure|no\. ?\d)(?!\w)"
)
_DENIAL = re.compile(
    r"(?<!\w)(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|without|cannot|unable|lacks?|lacking"
    r"|unavailable|impossible|prohibited|prohibits?|forbidden|forbids?|banned|disallowed|excluded|excludes?|closed|shut"
    r"|refuses?|refused|declines?|against (?:\w+ )?(?:policy|rules)|soldout|out of stock|discontinued"
    r"|inaccessible|except|restrict(?:s|ed|ions?)?|verboten|off[ -]limits|void of)(?!\w)|(?<=\w)n't(?!\w)"
    r"|(?<!\w)(?:is|are|was|were|do|does|did|has|have|ca|wo|would|could|should)nt(?!\w)"
)
_BORDER = re.compile(
    r"[,;:\n.!?]|(?<!\w)(?:but|and|while|whereas|though|although|because|so|yet|which|who)(?!\w)| (?=with no |without )"
    r"|(?P<condition>(?<!\w)(?:if|when|unless|once|until|in case)(?!\w)"
    r"|(?:(?<=needed)|(?<=required)|(?<=necessary)) for(?!\w))"
)
_ASIDE = re.compile(r"\([^()]{0,60}\)")
_NON = re.compile(
    r"(?<!\w)un(?!der|ited|iver|limit)(?=[a-z]{4,}ed(?!\w))"
    r"|(?<!\w)non[- ]?(?=(?:refund|return|transfer|exchange|cancel|negotia|smok|alcohol|accept)\w)"
    r"|(?<!\w)(?=(?:pet|smoke|alcohol)[ -]free(?!\w))"
)
_FREE = re.compile(
    r"(?<![\w-])(?<!feel )(?<!gluten )(?<!dairy )(?<!sugar )(?<!lactose )(?<!nut )(?<!meat )(?<!duty )(?<!pet )"
    r"(?<!smoke )(?<!caffeine )free(?! (?:to|from)(?!\w))(?!-?\w)"
)
_CHARGED = re.compile(
    r"(?<!\w)(?:charged?|charges|fees?|costs?|paid|surcharge|at (?:an )?extra|pay (?:extra|a fee))(?!\w)(?! card)"
)
_LEFT_OUT = re.compile(r"\W*(?:with no|without|except)(?!\w)")
COST = "=free"
"""The key under which a segment says whether something is free."""

Signs = Mapping[str, frozenset[bool]]


@dataclass(frozen=True)
class Polarity:
    """The stems of each segment of a clause with their signs (True: affirmed); ``COST`` stands for "free".

    ``conditions`` are segments that begin with "if" or the like, so that nothing in them is stated;
    ``left_out`` are the stems after "without" or "except".
    """

    segments: tuple[Signs, ...]
    conditions: tuple[Signs, ...] = ()
    left_out: frozenset[str] = frozenset()

    @property
    def signs(self) -> Signs:
        """All segments in one: a word that one affirms and another denies has both signs."""
        return _union(self.segments)

    @property
    def overall(self) -> bool | None:
        """The sign of the whole, or None where it has both or none."""
        return overall(self.signs)


@lru_cache(maxsize=1024)
def polarity_of(clause: str, *, names: frozenset[str] = frozenset(), turned: bool = False) -> Polarity:
    """The polarity of a clause without its "yes" or "no"; ``turned`` when a "no" answers it."""
    folded = _NEUTRAL.sub(lambda match: " " * len(match[0]), joined(clause))
    folded = _NON.sub("not ", _ASIDE.sub(" ", folded))
    stated: list[Signs] = []
    conditions: list[Signs] = []
    left_out: set[str] = set()
    for segment, denied, is_condition in _segments(folded):
        signs = _signs(segment, names=names, affirmed=denied == turned)
        (conditions if is_condition else stated).append(signs)
        if _LEFT_OUT.match(segment):
            left_out |= signs.keys()
    return Polarity(tuple(stated), tuple(conditions), frozenset(left_out))


def merged(polarities: Iterable[Polarity]) -> Signs:
    """The signs of several clauses: a word that some affirm and some deny has both."""
    return _union(signs for polarity in polarities for signs in (*polarity.segments, *polarity.conditions))


def overall(signs: Signs) -> bool | None:
    """The one sign of all words, or None where there are both or none."""
    found = {sign for stem, both in signs.items() if stem != COST for sign in both}
    return found.pop() if len(found) == 1 else None


def _union(every: Iterable[Signs]) -> Signs:
    found: dict[str, frozenset[bool]] = {}
    for signs in every:
        for stem, both in signs.items():
            found[stem] = found.get(stem, frozenset()) | both
    return found


def _segments(folded: str) -> Iterator[tuple[str, bool, bool]]:
    """The stretches between borders: text, whether it is denied, whether it is a condition."""
    start, is_condition = 0, False
    for border in (*_BORDER.finditer(folded), None):
        before, excepted, after = folded[start : border.start() if border else None].partition(" except ")
        denied = len(_DENIAL.findall(before)) % 2 == 1
        yield before, denied, is_condition
        if excepted:
            yield excepted + after, not denied, is_condition
        if border:
            start, is_condition = border.end(), border["condition"] is not None


def _signs(segment: str, *, names: frozenset[str], affirmed: bool) -> Signs:
    found: dict[str, frozenset[bool]] = {}
    if _FREE.search(segment):
        found[COST] = frozenset({affirmed})
    elif _CHARGED.search(segment):
        found[COST] = frozenset({not affirmed})
    rest = _DENIAL.sub(" ", _CHARGED.sub(" ", _FREE.sub(" ", segment)))
    return found | {term.stem: frozenset({affirmed}) for term in terms(rest, names=names)}
