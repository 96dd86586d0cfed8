"""What each stretch of a clause affirms and denies, and whether something is free or needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from replyassist.guardrails.terms import joined, terms

_ADDRESS = re.compile(r"(?<!\S)\S*(?:://|@|www\.)\S*|(?<!\S)[\w-]+(?:\.[a-z]{2,})+/?\S*")
_NEUTRAL = re.compile(
    r"(?<!\w)(?:not only|not just|no (?:problem|worries|doubt|matter)|not (?:sure|to worry|to mention)|nothing else"
    r"|(?:don'?t|do not) (?:worry|hesitate|forget)|whether or not|or not|why not|can'?t wait"
    r"|(?:no|(?:n't|not) have any) (?:\w+ )?restrictions?)(?!\w)|(?<=\w) (?:no|yes)(?=[,;:.!]|$)"
    r"|(?<!\w)(?:soldout|closed|discontinued)(?= [a-z]+ ?[a-z]* (?:is|are|come|comes)(?!\w))"
)
_DENIAL = re.compile(
    r"(?<!\w)(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|without|cannot|unable|lacks?|lacking"
    r"|unavailable|impossible|prohibited|prohibits?|forbidden|forbids?|banned|disallowed|excluded|excludes?|closed|shut"
    r"|refuses?|refused|declines?|against (?:\w+ )?(?:policy|rules)|soldout|out of stock|discontinued"
    r"|inaccessible|(?:there (?:is|are)|ha(?:s|ve)) (?:currently )?(?:an? |some )?(?:\w+ )?restrictions?|except"
    r"|restrict(?:s|ed)|verboten|off[ -]limits|void of)(?!\w)|(?<=\w)n't(?!\w)"
    r"|(?<!\w)(?:is|are|was|were|do|does|did|has|have|ca|wo|would|could|should)nt(?!\w)"
)
_BORDER = re.compile(
    r"[;:\n.!?,]|(?<!\w)(?:but|while|whereas|though|although|yet|and|because|so|which|who)(?!\w)"
    r"| (?=with no |without )"
    r"|(?P<condition>(?<!\w)(?P<word>if|when|unless|once|until|in case|as long as|so long as|provided(?: that)?)(?!\w)"
    r"|(?:(?<=needed)|(?<=required)|(?<=necessary)) for(?!\w))"
)
_HOLDS_UNTIL = frozenset({"unless", "until"})
_NON = re.compile(
    r"(?:(?<=is )|(?<=are )|(?<=be )|(?<='s )|(?<='re )|(?<=stay )|(?<=remain ))"
    r"un(?!der|ited|iver|limit)(?=[a-z]{4,}ed(?!\w))"
    r"|(?<!\w)un(?!der|ited|iver|limit)(?=[a-z]{4,}ed(?=[,.;:!?]|$| (?:and|or|but)(?!\w)))"
    r"|(?<!\w)non[- ]?(?=(?:refund|return|transfer|exchange|cancel|negotia|smok|alcohol|accept)\w)"
    r"|(?<!\w)(?=(?:pet|smoke|alcohol)[ -]free(?!\w))"
)
_FREE = re.compile(
    r"(?<![\w-])(?<!feel )(?<!gluten )(?<!dairy )(?<!sugar )(?<!lactose )(?<!nut )(?<!meat )(?<!duty )(?<!pet )"
    r"(?<!smoke )(?<!caffeine )(?<!alcohol )free(?! (?:to|from|alcohol\w*)(?!\w))(?!-?\w)"
)
_CHARGED = re.compile(
    r"(?<!\w)(?:charged?|charges|fees?|costs?|paid|surcharge|at (?:an )?extra|pay (?:extra|a fee))(?!\w)(?! card)"
)
_NEEDED = re.compile(
    r"(?<!\w)(?:needed|required|requires?|necessary|mandatory|compulsory|obligatory|needs? (?:to|an?|any))(?!\w)"
)
_NEED_DENIED = re.compile(r"(?<!\w)(?:no need|needn't)(?!\w)|(?:n't|not) need(?!\w)")
_NUMBER = re.compile(r"\d+(?:[.:]\d+)?")
_ONLY = re.compile(r"(?<!\w)only(?!\w)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One stretch of a clause: the stems that it affirms, or denies, with their weights.

    ``free`` and ``needed`` are set where it says whether something is free or costs something, or whether something is
    needed; "no fee for parking" does not deny the parking. ``is_condition``: it
    stands after "if" or the like, and what it says is turned after "until" and "unless". ``excepts``: it stands after
    "except"; ``only``: it says that there is nothing else.
    """

    stems: tuple[tuple[str, float], ...]
    affirmed: bool
    free: bool | None = None
    needed: bool | None = None
    is_condition: bool = False
    only: bool = False
    numbers: frozenset[str] = frozenset()
    denies_a_fee: bool = False
    excepts: bool = False

    @property
    def words(self) -> frozenset[str]:
        """Its stems without their weights."""
        return frozenset(stem for stem, _ in self.stems)

    @property
    def denies_words(self) -> bool:
        """Whether it denies what it names, and not only a fee or a need."""
        return not self.affirmed and not self.denies_a_fee and self.needed is None

    def shares(self, other: Statement) -> float:
        """How much of the shorter statement both name, 0 to 1 by weight."""
        least = min(self._weight, other._weight)
        return sum(weight for stem, weight in self.stems if stem in other.words) / least if least else 0.0

    @property
    def _weight(self) -> float:
        return sum(weight for _, weight in self.stems)


def overall(statements: tuple[Statement, ...]) -> bool | None:
    """Whether all that is stated is affirmed (True), denied (False), or neither; fees and needs do not count."""
    found = {
        one.affirmed for one in statements if one.stems and not one.is_condition and one.free is one.needed is None
    }
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=2048)
def statements_of(clause: str, *, names: frozenset[str] = frozenset(), turned: bool = False) -> tuple[Statement, ...]:
    """The statements of a clause without its "yes" or "no", in order; ``turned`` when a "no" answers it."""
    folded = _ADDRESS.sub(" ", joined(clause))
    folded = _NEUTRAL.sub(lambda match: " " * len(match[0]), folded)
    folded = _NON.sub("not ", folded)
    return tuple(
        _statement(one.text, turned=one.is_turned != turned, is_condition=one.is_condition, names=names)
        for one in _stretches(folded)
    )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Text between borders; ``is_turned``: after "until" or "unless"."""

    text: str
    is_turned: bool
    is_condition: bool


def _stretches(folded: str) -> Iterator[_Stretch]:
    start, is_condition, is_turned = 0, False, False
    for border in (*_BORDER.finditer(folded), None):
        before, excepted, after = folded[start : border.start() if border else None].partition(" except ")
        for text in (before, f"except {after}" if excepted else ""):
            if text.strip():
                yield _Stretch(text, is_turned, is_condition)
        if border:
            start, is_condition = border.end(), border["condition"] is not None
            is_turned = is_condition and border["word"] in _HOLDS_UNTIL


def _statement(text: str, *, turned: bool, is_condition: bool, names: frozenset[str]) -> Statement:
    denied = (len(_DENIAL.findall(text)) % 2 == 1) != turned
    is_free, is_charge = _FREE.search(text) is not None, _CHARGED.search(text) is not None
    needed = None
    if _NEEDED.search(text) or _NEED_DENIED.search(text):
        needed = not denied
    rest = _DENIAL.sub(" ", _CHARGED.sub(" ", _FREE.sub(" ", _NEEDED.sub(" ", text))))
    stems = {term.stem: term.weight for term in terms(rest, names=names)}
    return Statement(
        stems=tuple(stems.items()),
        affirmed=not denied,
        free=None if is_free == is_charge else denied == is_charge,
        needed=needed,
        is_condition=is_condition,
        only=_ONLY.search(text) is not None,
        numbers=frozenset(re.sub(r"^0|[.:]00$", "", number) for number in _NUMBER.findall(text)),
        denies_a_fee=is_charge and denied and not is_free,
        excepts=text.startswith("except "),
    )
