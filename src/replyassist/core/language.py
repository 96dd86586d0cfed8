"""Which language a text is written in, and whether that can be told.

Letter statistics (lingua in its low-accuracy mode, models inside) and function words are two kinds of evidence and are
added as log likelihoods. The languages that are known are the files of ``core/languages``.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .language_files import read_languages

UNKNOWN = "und"
"""What stands for a language that cannot be told (ISO 639-2)."""
WORDS_TO_BE_SURE = 4
"""Words below which nobody is sure of a language in Latin letters."""
SURE_FROM = 0.95
"""Likelihood from which a language is sure."""
WORD_WEIGHT, LEAST_LIKELIHOOD = 1.0, 1e-3
"""How much a function word tells beside the letters, and what the letters say of a language at least.

All four were chosen on the dev half of ``tests/messages_by_language``; docs/languages.md has what the test half gives.
"""
READ_CHARACTERS = 1000
LETTERS_OF_A_WORD = 3  # in scripts that put no space between words
LAST_LATIN = "\u0250"  # end of Latin Extended-B

_ADDRESSES = re.compile(r"https?://\S+|[^\s@]{1,64}@\S+|[@#]\w+")
_NOT_LETTERS = re.compile(r"[^\w\s'¿¡]|\d|_")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_JOINED_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_STRAIGHT = str.maketrans("’`´", "'''")
_WITHOUT_STROKE = str.maketrans("łøıđ", "loid")  # letters that Unicode does not take apart
_FOLDER = Path(__file__).with_name("languages")


class LanguageData(BaseModel, frozen=True, extra="forbid"):
    """What is known of a language: ``detector`` is lingua's name for it, ``words`` are its function words and slang.

    ``called``: what it is called by its own speakers, in one word each.

    ``prior``: how much likelier it is than others before a word is read, as a logarithm. A language in Latin letters
    that has no ``words`` yet can be suspected, never sure.
    """

    name: str
    detector: str
    words: str
    called: str = ""
    prior: float = 0.0


@dataclass(frozen=True)
class LanguageGuess:
    """The likeliest language (ISO 639-1), the likelihood of each (0 to 1), and whether it can be relied on.

    A likelihood of exactly 0 means that the language is not written in these letters.
    """

    likeliest: str = UNKNOWN
    likelihoods: tuple[tuple[str, float], ...] = ()
    is_sure: bool = False
    words: int = 0

    @property
    def code(self) -> str:
        """The language where it is sure, else ``und``."""
        return self.likeliest if self.is_sure else UNKNOWN

    def likelihood(self, code: str) -> float:
        """Likelihood of one language, 0 for one that is not known."""
        return dict(self.likelihoods).get(code, 0.0)

    def likelihood_of_any(self, codes: Collection[str]) -> float:
        """Likelihood that it is one of these; 1 for a text without letters, which any language may have."""
        return sum(self.likelihood(code) for code in set(codes)) if self.likelihoods else 1.0


def detect_language(text: str) -> str:
    """ISO 639-1 code of the text's language; ``und`` where nobody can be sure."""
    return guess_language(text).code


def other_language(text: str, *, expected: str) -> str | None:
    """The language that the text is surely in when it is not the expected one, else None."""
    code = detect_language(text)
    return None if code in (expected, UNKNOWN) else code


def language_name(code: str) -> str:
    """The English name of a language; the code itself when it is not known."""
    data = _languages().get(code)
    return data.name if data else code


def language_called(name: str) -> str:
    """The code of the language with this name, in English or its own words; empty where there is none."""
    return _codes_by_name().get(_fold(name), "")


def languages_of_words(text: str) -> frozenset[str]:
    """The languages that have one of the text's words among their function words."""
    plain = unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).translate(_STRAIGHT)
    return frozenset(_words_seen(_WORD.findall(_NOT_LETTERS.sub(" ", _ADDRESSES.sub(" ", plain)))))


def warm_up() -> None:
    """Load all that a guess needs (0.3 s, 60 MB), so that the first message does not wait for it."""
    _worth_of_words()
    with _lock:
        _detector()


@lru_cache(maxsize=2048)
def guess_language(text: str) -> LanguageGuess:
    """The likeliest language with the likelihood of each; addresses, handles and hashtags do not count."""
    plain = unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).translate(_STRAIGHT)
    without_addresses = _ADDRESSES.sub(" ", plain)
    readable = _NOT_LETTERS.sub(" ", without_addresses)
    letters = [character for character in readable if character.isalpha()]
    if not letters:
        return LanguageGuess()
    by_letters = _by_letters(readable)
    if not any(by_letters.values()):
        return LanguageGuess()
    if sum(character < LAST_LATIN for character in letters) * 2 < len(letters):
        return _guess(by_letters, words=len(letters) // LETTERS_OF_A_WORD, may_be_sure=frozenset(by_letters))
    seen = _words_seen(_WORD.findall(readable))
    likelihoods = _with_words(by_letters, seen)
    return _guess(likelihoods, words=len(_JOINED_WORD.findall(without_addresses)), may_be_sure=frozenset(seen))


def _with_words(by_letters: dict[str, float], seen: dict[str, float]) -> dict[str, float]:
    """The likelihoods of a text in Latin letters; a strange letter, as in a name, excludes no language with words."""
    scores = {
        code: math.log(max(likelihood, LEAST_LIKELIHOOD)) + WORD_WEIGHT * seen.get(code, 0.0) + _languages()[code].prior
        for code, likelihood in by_letters.items()
        if likelihood > 0 or _languages()[code].words
    }
    highest = max(scores.values())
    weights = {code: math.exp(score - highest) for code, score in scores.items()}
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()}


def _guess(likelihoods: dict[str, float], *, words: int, may_be_sure: frozenset[str]) -> LanguageGuess:
    likeliest = max(likelihoods, key=lambda code: likelihoods[code])
    is_sure = words >= WORDS_TO_BE_SURE and likelihoods[likeliest] >= SURE_FROM and likeliest in may_be_sure
    return LanguageGuess(likeliest, tuple(likelihoods.items()), is_sure, words)


def _by_letters(text: str) -> dict[str, float]:
    """What the letters say: the likelihood of each language."""
    with _lock:
        values = _detector().compute_language_confidence_values(text)
    codes = _codes_of_detector()
    return {codes[item.language.name]: float(item.value) for item in values}


def _words_seen(words: list[str]) -> dict[str, float]:
    """What the function words say: for each language that has some of them the sum of what they are worth."""
    seen: dict[str, float] = {}
    for part in {part for word in words for part in _parts(word)}:
        for code, worth in _worth_of_words().get(part, ()):
            seen[code] = seen.get(code, 0.0) + worth
    return seen


def _parts(word: str) -> tuple[str, ...]:
    """The word as the lists have it; an elided article ("l'ordre", "dov'è") counts apart too."""
    folded = _fold(word)
    article, mark, rest = folded.partition("'")
    return (folded, f"{article}'", rest) if mark else (folded,)


def _fold(word: str) -> str:
    """Small letters without marks: people leave them out."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().translate(_WITHOUT_STROKE))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=1)
def _worth_of_words() -> dict[str, tuple[tuple[str, float], ...]]:
    """For each function word the languages that have it, and what it is worth: the logarithm of its rarity."""
    listed = {code: frozenset(map(_fold, data.words.split())) for code, data in _languages().items() if data.words}
    holders: dict[str, list[str]] = {}
    for code, words in listed.items():
        for word in words:
            holders.setdefault(word, []).append(code)
    return {
        word: tuple((code, math.log(len(listed) / len(codes))) for code in codes) for word, codes in holders.items()
    }


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    named = ((code, (data.name, *data.called.split())) for code, data in _languages().items())
    return {_fold(name): code for code, names in named for name in names}


def _languages() -> dict[str, LanguageData]:
    return read_languages(_FOLDER, LanguageData)


_lock = threading.Lock()


@lru_cache(maxsize=1)
def _codes_of_detector() -> dict[str, str]:
    return {data.detector: code for code, data in _languages().items()}


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder

    languages = (getattr(Language, name) for name in _codes_of_detector())
    builder = LanguageDetectorBuilder.from_languages(*languages)
    return builder.with_low_accuracy_mode().with_preloaded_language_models().build()
