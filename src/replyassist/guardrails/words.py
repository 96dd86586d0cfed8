"""Content words: what a sentence is about, without the words that every sentence has."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from replyassist.core.language_files import languages_in, read_languages
from replyassist.guardrails.text import normalise

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_HYPHENATED = re.compile(r"(?<!\w)(e|wi|check)[ -](mails?|mailed|fi|in|out)(?!\w)")
_FOLDER = Path(__file__).with_name("meaning_words")


class MeaningWords(BaseModel, frozen=True, extra="forbid"):
    """What every text of a language has: words that say nothing of its matter, words of courtesy, endings of words."""

    stop_words: str
    pleasantries: str
    endings: str


def languages_read() -> frozenset[str]:
    """The languages (ISO 639-1) whose words the checks of meaning read."""
    return languages_in(_FOLDER)


def _listed(field: str) -> tuple[str, ...]:
    """The words of this field in every language that is read, in the order of their file."""
    files = read_languages(_FOLDER, MeaningWords).values()
    return tuple(word for words in files for word in str(getattr(words, field)).split())


_ENDINGS = _listed("endings")
_EMPTY = frozenset((*_listed("stop_words"), *_listed("pleasantries")))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending, so that its forms are one."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def is_stop_word(word: str) -> bool:
    """Whether every text has this folded word, or every polite one."""
    return word in _EMPTY


@lru_cache(maxsize=1024)
def content_words(text: str) -> tuple[str, ...]:
    """The stems of the content words of a text, in order."""
    return tuple(
        stem(word)
        for word in _WORD.findall(_HYPHENATED.sub(r"\1\2", normalise(text).text))
        if len(word) > 2 and not is_stop_word(word)
    )


@lru_cache(maxsize=512)
def content_vocabulary(texts: tuple[str, ...]) -> frozenset[str]:
    """The stems of the content words of some texts."""
    return frozenset(word for text in texts for word in content_words(text))
