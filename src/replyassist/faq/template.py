"""A reply template: what the brand answers to one kind of question."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from replyassist.core.digests import document_digest

_environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


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


class ReplyTemplate(BaseModel):
    """One reply template, in the format of ``faq/<brand>/<id>.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=300)] = ""
    questions: Annotated[list[Annotated[str, Field(min_length=1, max_length=1000)]], Field(max_length=1000)] = []
    reply: Annotated[str, Field(min_length=1, max_length=10_000)]
    facts: dict[str, str | int | float] = {}
    links: list[Annotated[str, Field(max_length=2000)]] = []
    channels: list[Annotated[str, Field(max_length=60)]] = []
    visibility: TemplateVisibility = TemplateVisibility.ANY
    route: TemplateRoute = TemplateRoute.DRAFT
    valid_from: date | None = None
    valid_until: date | None = None
    owner: Annotated[str, Field(max_length=200)] = ""
    tags: list[Annotated[str, Field(max_length=100)]] = []

    @field_validator("id", "title", "reply", mode="before")
    @classmethod
    def _trim(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _slots_have_facts(self) -> ReplyTemplate:
        missing = sorted(self.slots - self.facts.keys())
        if missing:
            raise ValueError(f"reply has slots without a fact: {', '.join(missing)}")
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValueError("valid_from is after valid_until")
        try:
            _environment.from_string(self.reply).render(self.facts)
        except TemplateError as error:
            raise ValueError(f"reply cannot be rendered: {error}") from error
        return self

    @cached_property
    def slots(self) -> frozenset[str]:
        """Names of the slots in the reply."""
        try:
            return frozenset(meta.find_undeclared_variables(_environment.parse(self.reply)))
        except TemplateError as error:
            raise ValueError(f"reply is not a valid template: {error}") from error

    @cached_property
    def rendered_reply(self) -> str:
        """The reply with its facts filled in."""
        return _environment.from_string(self.reply).render(self.facts)

    @cached_property
    def version(self) -> str:
        """Digest over the whole content: the same content is the same version."""
        return document_digest(self.model_dump(mode="json"))

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
