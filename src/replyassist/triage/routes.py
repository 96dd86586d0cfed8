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
from .risks import topics

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
    show_risks_from: float = Field(gt=0, le=1)
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

    def risks_of(self, reading: MessageReading, text: str) -> Iterator[Risk]:
        """The risks that the reading shows, the gravest first."""
        for name, topic in topics().items():
            probability = reading.risks.get(name, 0.0)
            if probability >= (self.escalate_from if topic.escalates else self.show_risks_from):
                told = f"{topic.explanation} ({probability:.0%} sure)"
                yield Risk(kind=name, explanation=told, excerpt=text[:EXCERPT_CHARACTERS], escalates=topic.escalates)


EXCERPT_CHARACTERS = 100


@cache
def routes() -> Table:
    """The table that travels with the program."""
    return Table.model_validate(yaml.safe_load(_TABLE.read_text(encoding="utf-8")))
