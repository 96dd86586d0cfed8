"""The words that carry a clause's meaning, written one way, so that two texts can be compared word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from replyassist.core.word_lists import words_of
from replyassist.guardrails.text import normalise
from replyassist.guardrails.words import is_stop_word, stem

COMMON_WEIGHT = 0.35
"""What a word that any offer uses counts beside one that names the matter; set by hand, no other weight was tried."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")
_JOINED = (
    (re.compile(r"\bwi[- ]fi\b"), "wifi"),
    (re.compile(r"(?<![\w'])(e|pre|re|multi|co)-(?=[a-z]{2,})"), r"\1"),
    (
        re.compile(
            r"\b(check|take|pick|drop|sign|log|opt|carry|sold|pay|top|add|follow)[- ]?(in|out|up|off|on|away)\b"
        ),
        r"\1\2",
    ),
    (re.compile(r"\b(high|wheel|arm)[- ]chair"), r"\1chair"),
    (re.compile(r"\b(?:baby|child(?:ren)?(?:'s)?|kids?|booster|toddler)[- ](?:chair|seat)(?:s|ing)?\b"), "highchair"),
    (re.compile(r"\bto[- ]go orders?\b"), "takeout"),
    (re.compile(r"\b(master|gift|debit) ?card"), r"\1card"),
    (re.compile(r"\b(web|on|off)[- ](site|line)\b"), r"\1\2"),
    (re.compile(r"\bamerican express\b"), "amex"),
    (re.compile(r"\bbyob\b"), "bring your own bottle alcohol"),
    (
        re.compile(
            r"\b(?:free of (?:charge|cost)|(?:at )?no (?:extra |additional )?(?:cost|charge|fee)s?"
            r"|without (?:an? |any |extra |additional ){0,2}(?:cost|charge|fee)s?|complimentary)\b"
        ),
        "free",
    ),
)
_CHECKED_ELSEWHERE = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july|august|september|october"
    r"|november|december)\b"
)
_KEPT = words_of("free message messages morning support chat course wish")
_COMMON = words_of(
    """
    offer offers offered offering provide provides provided providing availability available allow allows allowed
    accept accepts accepted include includes included including service services option options serve serves served
    permit permits permitted property place location site onsite facility facilities guest guests customer customers
    patron patrons people person currently current present specific certain different various type types kind kinds
    sadly unfortunately regretfully regrettably regret however actually able feature features featured here welcome
    fine sort sorts item items company moment policy work works working anyone require requires required
    """
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a text with its stem; ``weight`` is 1, or less for a word that every offer uses."""

    word: str
    stem: str
    weight: float

    @property
    def names_the_matter(self) -> bool:
        """Whether it says what the clause is about."""
        return self.weight >= 1.0


def joined(text: str) -> str:
    """The folded text with the spellings of one thing made one: wi-fi, take out, high chair, no charge."""
    folded = normalise(text).text
    for pattern, replacement in _JOINED:
        folded = pattern.sub(replacement, folded)
    return folded


@lru_cache(maxsize=2048)
def terms(text: str, *, names: frozenset[str] = frozenset(), common: frozenset[str] = frozenset()) -> tuple[Term, ...]:
    """The content words of a text in order, without numbers, days and months.

    ``names`` (the words of the brand's name) are left out; ``common`` are stems that any text of the brand has.
    """
    return tuple(
        Term(word, stem(word), COMMON_WEIGHT if word in _COMMON or stem(word) in common else 1.0)
        for word in _WORD.findall(_CHECKED_ELSEWHERE.sub(" ", joined(text)))
        if word not in names and not word[0].isdigit() and (word in _KEPT or (len(word) > 2 and not is_stop_word(word)))
    )
