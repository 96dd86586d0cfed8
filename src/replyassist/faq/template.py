"""A reply template: what the brand answers to one kind of question."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from replyassist.core.digests import document_digest

SLOT = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
_CODE = re.compile(r"\{\{.{0,60}|\{%.{0,60}|\{#.{0,60}", re.DOTALL)
FACT_LIMIT = 1000


class TemplateRoute(StrEnum):
    """What to do with a message that this template matches."""

    DRAFT = "draft"  # draft a reply from it
    ESCALATE = "escalate"  # a lead must look
    NO_REPLY = "no_reply"  # needs no answer


class TemplateVisibility(StrEnum):
    """Where the reply may be shown."""

    PUBLIC = "public"
    PRIVATE = "private"
    ANY = "any"


def _check_fact(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("fact", "a fact is a text or a number; put yes, no and dates in quotes")
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("fact", "a fact that is a number must be finite")
    if isinstance(value, str) and len(value) > FACT_LIMIT:
        raise PydanticCustomError("fact", "a fact has at most {limit} characters", {"limit": FACT_LIMIT})
    return value


Fact = Annotated[str | int | float, BeforeValidator(_check_fact)]
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class TemplateFields(BaseModel, frozen=True, extra="forbid"):
    """The fields of a reply template."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=300)] = ""
    questions: Annotated[list[Question], Field(max_length=1000)] = []
    reply: Annotated[str, Field(min_length=1, max_length=10_000)]
    facts: dict[str, Fact] = {}
    links: list[Annotated[str, Field(max_length=2000)]] = []
    channels: list[Annotated[str, Field(max_length=60)]] = []
    visibility: TemplateVisibility = TemplateVisibility.ANY
    route: TemplateRoute = TemplateRoute.DRAFT
    valid_from: date | None = None
    valid_until: date | None = None
    owner: Annotated[str, Field(max_length=200)] = ""
    tags: list[Annotated[str, Field(max_length=100)]] = []


class ReplyTemplate(TemplateFields):
    """One reply template, in the format of ``faq/<brand>/<id>.yaml``.

    The reply holds text and slots such as ``{{ name }}``, nothing else: no expression of a foreign file is ever
    computed.
    """

    @field_validator("id", "title", "reply", "owner", mode="before")
    @classmethod
    def _trim(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_whole(self) -> ReplyTemplate:
        code = _CODE.search(SLOT.sub("", self.reply))
        if code:
            raise PydanticCustomError(
                "bad_slot",
                "reply: '{code}' is not a slot; a slot is two braces around the name of a fact, "
                "one word of letters, digits and '_'",
                {"code": code.group().split("}}")[0].strip()},
            )
        missing = sorted(self.slots - self.facts.keys())
        if missing:
            raise PydanticCustomError(
                "missing_slot", "reply has slots without a fact: {names}", {"names": ", ".join(missing)}
            )
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise PydanticCustomError("contradicting_validity", "valid_from is after valid_until")
        if any("\x00" in text for text in self._texts()):
            raise PydanticCustomError("nul", "a text holds the character NUL")
        return self

    @cached_property
    def slots(self) -> frozenset[str]:
        """Names of the slots in the reply."""
        return frozenset(SLOT.findall(self.reply))

    @cached_property
    def rendered_reply(self) -> str:
        """The reply with its facts filled in."""
        return SLOT.sub(lambda slot: str(self.facts[slot[1]]), self.reply)

    @cached_property
    def version(self) -> str:
        """Digest over the whole content: the same content is the same version."""
        return document_digest(self.model_dump(mode="json"))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, but what was computed from the old content is computed anew."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("slots", "rendered_reply", "version"):
            copied.__dict__.pop(name, None)
        return copied

    def is_valid_on(self, day: date) -> bool:
        """Whether the template may be used on this day (both ends included)."""
        return (self.valid_from is None or day >= self.valid_from) and (
            self.valid_until is None or day <= self.valid_until
        )

    def fits(self, *, channel: str, visibility: str, day: date) -> bool:
        """Whether it may be used on this channel, in public or private, on this day."""
        return (
            self.is_valid_on(day)
            and (not self.channels or channel in self.channels)
            and self.visibility in (TemplateVisibility.ANY, visibility)
        )

    def _texts(self) -> Iterator[str]:
        yield from (self.id, self.title, self.reply, self.owner)
        yield from (*self.questions, *self.links, *self.channels, *self.tags)
        yield from self.facts
        yield from (fact for fact in self.facts.values() if isinstance(fact, str))
