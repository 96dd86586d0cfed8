"""Words that promise something, in languages that the checks do not read: one of them in a reply is one too many."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, field_validator

from replyassist.core.language_files import read_languages
from replyassist.triage.phrases import Phrases, folded_for_phrases, phrases_of

_FOLDER = Path(__file__).with_name("promise_words")


class PromiseWords(BaseModel, frozen=True, extra="forbid", arbitrary_types_allowed=True):
    """The promises of one language, a phrase a line, as ``triage/phrases.py`` describes them."""

    promises: Phrases

    @field_validator("promises", mode="before")
    @classmethod
    def _read(cls, listing: object) -> object:
        return phrases_of(listing) if isinstance(listing, str) else listing


def language_of_promise(text: str, *, own: str) -> str:
    """The language of the first promise that the brand's own texts do not hold, or nothing."""
    folded = folded_for_phrases(text)
    for code, words in read_languages(_FOLDER, PromiseWords).items():
        if any(folded[slice(*span)] not in _folded(own) for span in words.promises.all(folded)):
            return code
    return ""


@lru_cache(maxsize=64)
def _folded(own: str) -> str:
    return folded_for_phrases(own)
