"""Words that a person must see before anybody answers, in every language that there is a file of them for.

All files are looked at whatever the language of the message is: a few words of a grave risk are often too few to tell
the language by. What a topic means is in ``risk_topics.yaml``, its words are in ``risk_words/<language>.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast

from pydantic import BaseModel, Field, RootModel, field_validator

from replyassist.core.language_files import languages_in, read_languages, read_table
from replyassist.core.plain_text import bare

from .kinds import ASKED_OF_US, RISK_LABELS, Kind
from .models import Risk
from .phrases import Phrases, folded_for_phrases, phrases_of

EXCERPT_CHARACTERS = 100
OWN_TOPIC = "The brand watches for this: {topic}."
_WORDS = Path(__file__).with_name("risk_words")
_TOPICS = Path(__file__).with_name("risk_topics.yaml")


class Topic(BaseModel, frozen=True, extra="forbid"):
    """Why a person must look, and how soon: ``urgency`` is 0 (can wait) to 100 (now).

    ``learnt_from`` are the labels whose messages show it, kinds or risks of ``eval/reading``. One that ``escalates`` is
    never drafted for; the words of a ``floor`` are believed whatever is read. Labels that are ``asked_in_advance``
    are no risk in a question or a request: whether there is milk in it, before anybody drinks it.
    """

    explanation: str
    urgency: int = Field(ge=0, le=100)
    learnt_from: tuple[str, ...] = Field(min_length=1)
    escalates: bool = True
    floor: bool = False
    asked_in_advance: tuple[str, ...] = ()

    @field_validator("learnt_from", "asked_in_advance")
    @classmethod
    def _known(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := next((label for label in labels if label not in {*Kind, *RISK_LABELS}), None):
            raise ValueError(f"no message is labelled '{unknown}'; the labels are those of eval/reading/README.md")
        return labels

    def is_in(self, kind: str, risks: Iterable[str]) -> bool:
        """Whether a message that is labelled so shows it."""
        is_asked = kind in ASKED_OF_US
        shown = (risk for risk in risks if not (is_asked and risk in self.asked_in_advance))
        return not set(self.learnt_from).isdisjoint((kind, *shown))


class Topics(RootModel[dict[str, Topic]]):
    """``risk_topics.yaml``."""


class RiskWords(BaseModel, frozen=True, extra="forbid", arbitrary_types_allowed=True):
    """The phrases of one language, a topic each; ``harmless`` ones are taken out of a text first,
    those of every language.

    A phrase a line, as ``phrases.py`` describes them.
    """

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


def risks_of(text: str, *, but: str = "") -> tuple[Risk, ...]:
    """Every kind of risk that the text shows, the gravest first, each with the words that showed it.

    ``but``: a language (ISO 639-1) whose words are not looked for.
    """
    folded = bare(text)
    plain = folded_for_phrases(text)
    for words in _words().values():
        plain = _without(plain, words.harmless)
    return tuple(
        Risk(kind=kind, explanation=topic.explanation, excerpt=folded.excerpt(*span)[:EXCERPT_CHARACTERS])
        for kind, topic in topics().items()
        if kind in RiskWords.model_fields and (span := _first(kind, plain, but=but))
    )


def own_risks_of(text: str, own_words: Mapping[str, Sequence[str]]) -> tuple[Risk, ...]:
    """The risks that a brand's own words show, by topic, in any case and spelling; nothing overrules them.

    A topic that is not among ``topics`` is the brand's own, and escalates.
    """
    folded, found = bare(text), []
    for kind, phrases in own_words.items():
        topic = topics().get(kind)
        if match := _own_pattern(tuple(phrases)).search(folded.text):
            explanation = topic.explanation if topic else OWN_TOPIC.format(topic=kind.replace("_", " "))
            excerpt = folded.excerpt(*match.span())[:EXCERPT_CHARACTERS]
            escalates = topic.escalates if topic else True
            found.append(Risk(kind=kind, explanation=explanation, excerpt=excerpt, escalates=escalates))
    return tuple(found)


@lru_cache(maxsize=256)
def _own_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the phrases as whole words; what never matches where there are none."""
    sources = (r"\s+".join(map(re.escape, bare(phrase).text.split())) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{'|'.join(sources) or '(?!)'})(?!\w)")


@lru_cache(maxsize=1)
def topics() -> dict[str, Topic]:
    """Every topic by its kind, the gravest first."""
    return read_table(_TOPICS, Topics).root


def _words() -> Mapping[str, RiskWords]:
    return read_languages(_WORDS, RiskWords)


def _first(kind: str, text: str, *, but: str) -> tuple[int, int] | None:
    """Where a folded text first shows this kind of risk, in whatever language but one."""
    spans = (span for code, words in _words().items() if code != but and (span := words.phrases(kind).first(text)))
    return min(spans, default=None)


def _without(text: str, harmless: Phrases) -> str:
    """The text with what is harmless blanked out, as long as before."""
    for start, end in harmless.all(text):
        text = text[:start] + "#" * (end - start) + text[end:]
    return text
