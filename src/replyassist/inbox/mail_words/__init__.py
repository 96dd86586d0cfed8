"""What mail programs write into a message in each language, beside what ``mail-parser-reply`` knows."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from replyassist.core.language_files import read_languages


class MailWords(BaseModel, frozen=True, extra="forbid"):
    """The phrases of one language, in small letters.

    ``wrote`` stands in the line above quoted text, ``sent_from`` begins a line about a device. A footer begins with
    one of ``footer_begins`` and holds one of ``footer_says``. A mail program wrote what begins with one of
    ``automatic``, after ``subject_marks`` such as "re", or with one of ``away`` and holds one of ``away_says``.
    """

    wrote: tuple[str, ...]
    sent_from: tuple[str, ...]
    footer_begins: tuple[str, ...]
    footer_says: tuple[str, ...]
    automatic: tuple[str, ...]
    away: tuple[str, ...]
    away_says: tuple[str, ...]
    subject_marks: tuple[str, ...]


@lru_cache(maxsize=8)
def phrases(part: str) -> tuple[str, ...]:
    """One part of all languages' phrases together: a mail program's language need not be the writer's."""
    languages = read_languages(Path(__file__).parent, MailWords).values()
    return tuple(dict.fromkeys(phrase for words in languages for phrase in getattr(words, part)))
