"""The table of what follows from a reading: ``routes.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field, field_validator

from replyassist.core.language_files import read_table

from .kinds import ASKED_OF_US, Kind
from .message_reading import MessageReading
from .models import Risk, Route
from .risks import EXCERPT_CHARACTERS, topics
from .risks import risks_of as words_of_risks

FITTED_TO = "en"
"""The language of nearly all messages that the reading was fitted to."""
_TABLE = Path(__file__).with_name("routes.yaml")


class Rule(BaseModel, frozen=True, extra="forbid"):
    """Holds where these kinds together are at least ``least`` and at most ``most`` likely, 0 to 1."""

    kinds: tuple[Kind, ...] = Field(min_length=1)
    least: float = Field(default=0.0, ge=0, le=1, alias="from")
    most: float = Field(default=1.0, ge=0, le=1, alias="to")

    def holds(self, reading: MessageReading) -> bool:
        """Whether it holds for a reading."""
        return self.least <= reading.of(self.kinds) <= self.most


class RouteRule(Rule):
    """Where a message goes, and how soon somebody must look: ``urgency`` is 0 (can wait) to 100 (now)."""

    route: Route
    urgency: int = Field(ge=0, le=100)

    def reason(self, reading: MessageReading) -> str:
        """A code, and words for people."""
        code = "no_answer_due" if self.route is Route.NO_REPLY else "read_first"
        return f"{code}: it reads like {reading.likeliest_of(self.kinds).words}"


class DoubtRule(Rule):
    """What a person must settle before a draft goes; ``name`` is that of the finding.

    ``settled_from``: the probability that the draft answers the message from which that settles it; None: never.
    """

    name: str
    explanation: str
    settled_from: float | None = Field(default=None, gt=0, le=1)


class RouteTable(BaseModel, frozen=True, extra="forbid"):
    """All rules, and the languages (ISO 639-1, or und) in which a reading may decide a route; see ``routes.yaml``."""

    read_in: frozenset[str]
    escalate_from: float = Field(gt=0, le=1)
    watch_from: float = Field(gt=0, le=1)
    show_from: float = Field(gt=0, le=1)
    words_count_from: float = Field(ge=0, le=1)
    routes: tuple[RouteRule, ...]
    asked_from: float = Field(gt=0, le=1)
    thanks: Rule
    thanks_sentiment: float = Field(ge=-1, le=1)
    thanks_below: float = Field(gt=0, le=1)
    doubts: tuple[DoubtRule, ...]

    @field_validator("read_in")
    @classmethod
    def _languages(cls, codes: frozenset[str]) -> frozenset[str]:
        if unknown := next((code for code in sorted(codes) if not re.fullmatch("[a-z]{2}|und", code)), None):
            raise ValueError(f"'{unknown}' is no language code of two letters, nor und")
        return codes

    def route_of(self, reading: MessageReading) -> RouteRule | None:
        """The first rule that holds; None where a draft may be made."""
        return next((rule for rule in self.routes if rule.holds(reading)), None)

    def doubts_of(self, reading: MessageReading) -> Iterator[DoubtRule]:
        """Every doubt that holds, one of each name."""
        shown = set()
        for rule in self.doubts:
            if rule.holds(reading) and rule.name not in shown:
                shown.add(rule.name)
                yield rule

    def thanks_for(self, reading: MessageReading) -> bool:
        """Whether it may be thanked for: praise that sounds like it and has no trace of what may be grave."""
        sounds_so = reading.sentiment is None or reading.sentiment >= self.thanks_sentiment
        return sounds_so and self.thanks.holds(reading) and self.gravest(reading) < self.thanks_below

    def gravest(self, reading: MessageReading) -> float:
        """How likely the likeliest topic is that escalates."""
        return max(_likely(name, reading) for name, topic in topics().items() if topic.escalates)

    def risks_of(self, text: str, reading: MessageReading | None) -> tuple[Risk, ...]:
        """The risks that words show and those that are read, the gravest first.

        Words count at once without a reading, in another language than it was fitted to, where the topic is a floor,
        where the reading has a trace of it, and where nothing is asked: there is little else that they could mean.
        """
        in_words = {risk.kind: risk for risk in words_of_risks(text)}
        if reading is not None and in_words:
            foreign = {risk.kind for risk in words_of_risks(text, but=FITTED_TO)}
            is_asked = reading.of(ASKED_OF_US) >= self.asked_from
            believed = {name for name in in_words if name in foreign or topics()[name].floor or not is_asked}
        else:
            believed = set(in_words)
        found = (self._risk(name, in_words.get(name), text, reading, is_believed=name in believed) for name in topics())
        return tuple(risk for risk in found if risk is not None)

    def _risk(
        self, name: str, in_words: Risk | None, text: str, reading: MessageReading | None, *, is_believed: bool
    ) -> Risk | None:
        topic = topics()[name]
        probability = _likely(name, reading) if reading is not None else 0.0
        if in_words is not None and (is_believed or probability >= self.words_count_from):
            return in_words
        escalates = topic.escalates and probability >= self.escalate_from
        if in_words is None and probability < (self.watch_from if topic.escalates else self.show_from):
            return None
        told = f"{topic.explanation} ({probability:.0%} sure)"
        return Risk(
            kind=name,
            explanation=told,
            excerpt=in_words.excerpt if in_words else text[:EXCERPT_CHARACTERS],
            escalates=escalates,
            is_watched=topic.escalates and not escalates,
        )


def _likely(topic: str, reading: MessageReading) -> float:
    """How likely a topic is; the kind ``crisis``, also where a person said so, is danger."""
    own = reading.of({Kind.CRISIS}) if Kind.CRISIS in topics()[topic].learnt_from else 0.0
    return max(own, reading.risks.get(topic, 0.0))


@cache
def routes() -> RouteTable:
    """The table that travels with the program."""
    return read_table(_TABLE, RouteTable)
