"""The table of what follows from a reading: ``routes.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from .kinds import Kind
from .message_reading import MessageReading
from .models import Risk, Route
from .risks import EXCERPT_CHARACTERS, topics
from .risks import risks_of as words_of_risks

_TABLE = Path(__file__).with_name("routes.yaml")


class Rule(BaseModel):
    """Holds where these kinds together are at least ``least`` and at most ``most`` likely, 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    """What a person must settle before a draft goes; ``name`` is that of the finding."""

    name: str
    explanation: str


class Table(BaseModel):
    """All rules, and the languages (ISO 639-1, or und) in which a reading may decide a route."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    read_in: frozenset[str]
    escalate_from: float = Field(gt=0, le=1)
    watch_from: float = Field(gt=0, le=1)
    show_from: float = Field(gt=0, le=1)
    words_count_from: float = Field(ge=0, le=1)
    routes: tuple[RouteRule, ...]
    thanks: Rule
    doubts: tuple[DoubtRule, ...]

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

    def risks_of(self, text: str, reading: MessageReading | None) -> tuple[Risk, ...]:
        """The risks that words show and those that are read, the gravest first.

        Without a reading every word escalates.
        """
        in_words = {risk.kind: risk for risk in words_of_risks(text)}
        found = (self._risk(name, in_words.get(name), text, reading) for name in topics())
        return tuple(risk for risk in found if risk is not None)

    def _risk(self, name: str, in_words: Risk | None, text: str, reading: MessageReading | None) -> Risk | None:
        topic = topics()[name]
        probability = reading.risks.get(name, 0.0) if reading is not None else 0.0
        if in_words is not None and (reading is None or topic.floor or probability >= self.words_count_from):
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


@cache
def routes() -> Table:
    """The table that travels with the program."""
    return Table.model_validate(yaml.safe_load(_TABLE.read_text(encoding="utf-8")))
