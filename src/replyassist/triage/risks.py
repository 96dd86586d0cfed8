"""Words that a person must see before anybody answers, in every language that there is a file of them for.

All files are looked at whatever the language of the message is: a few words of a grave risk are often too few to tell
the language by. What a topic means is in ``risk_topics.yaml``, its words are in ``risk_words/<language>.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from replyassist.core.language_files import languages_in, read_languages
from replyassist.core.plain_text import bare

from .models import Risk
from .phrases import Phrases, folded_for_phrases, phrases_of

EXCERPT_CHARACTERS = 100
_WORDS = Path(__file__).with_name("risk_words")
_TOPICS = Path(__file__).with_name("risk_topics.yaml")


class Topic(BaseModel):
    """Why a person must look, and how soon: ``urgency`` is 0 (can wait) to 100 (now).

    ``learnt_from`` are the labels whose messages show it, kinds or risks of ``eval/reading``. One that ``escalates`` is
    never drafted for; the words of a ``floor`` are believed whatever is read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    explanation: str
    urgency: int = Field(ge=0, le=100)
    learnt_from: tuple[str, ...] = Field(min_length=1)
    escalates: bool = True
    floor: bool = False

    def is_in(self, kind: str, risks: Iterable[str]) -> bool:
        """Whether a message that is labelled so shows it."""
        return not set(self.learnt_from).isdisjoint((kind, *risks))


class RiskWords(BaseModel):
    """The phrases of one language, a topic each; ``harmless`` ones are taken out of a text first,
    those of every language.

    A phrase a line, as ``phrases.py`` describes them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    self_harm: Phrases
    danger: Phrases
    health: Phrases
    legal: Phrases
    fraud: Phrases
    data_breach: Phrases
    discrimination: Phrases
    press: Phrases
    harmless: Phrases = Phrases()

    def phrases(self, kind: str) -> Phrases:
        """Those of one topic."""
        return cast("Phrases", getattr(self, kind))

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, listing: object) -> object:
        return phrases_of(listing) if isinstance(listing, str) else listing


def risk_languages() -> frozenset[str]:
    """The languages (ISO 639-1) in which triage knows the words of a risk."""
    return languages_in(_WORDS)


def risks_of(text: str) -> tuple[Risk, ...]:
    """Every kind of risk that the text shows, the gravest first, each with the words that showed it."""
    folded = bare(text)
    plain = folded_for_phrases(text)
    for words in _words():
        plain = _without(plain, words.harmless)
    return tuple(
        Risk(kind=kind, explanation=topic.explanation, excerpt=folded.excerpt(*span)[:EXCERPT_CHARACTERS])
        for kind, topic in topics().items()
        if kind in RiskWords.model_fields and (span := _first(kind, plain))
    )


@lru_cache(maxsize=1)
def topics() -> dict[str, Topic]:
    """Every topic by its kind, the gravest first."""
    document = yaml.safe_load(_TOPICS.read_text(encoding="utf-8"))
    return {kind: Topic.model_validate(fields) for kind, fields in document.items()}


def _words() -> Iterable[RiskWords]:
    return read_languages(_WORDS, RiskWords).values()


def _first(kind: str, text: str) -> tuple[int, int] | None:
    """Where a folded text first shows this kind of risk, in whatever language."""
    spans = (span for words in _words() if (span := words.phrases(kind).first(text)))
    return min(spans, default=None)


def _without(text: str, harmless: Phrases) -> str:
    """The text with what is harmless blanked out, as long as before."""
    for start, end in harmless.all(text):
        text = text[:start] + "#" * (end - start) + text[end:]
    return text
