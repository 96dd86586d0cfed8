"""Labelled cases: a message with what a good answer to it would be, and where in a file it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from replyassist.core.digests import document_digest
from replyassist.core.errors import InvalidInput
from replyassist.triage import Route


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Identifier = Annotated[str, BeforeValidator(_number_as_text), Field(min_length=1, max_length=200)]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
MessageText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
OptionalName = Annotated[str, Field(max_length=200)] | None


class Expected(BaseModel, frozen=True, extra="forbid"):
    """What a person says that the answer should be.

    ``template_id`` None: no template answers this, and the right act is to abstain; ``also_template_ids`` are as good,
    and a list of ids as ``template_id`` is the first and the others.
    ``must_include`` and ``must_not_include`` are passages that a draft must and must not say, in any equal notation.
    """

    template_id: Identifier | None
    also_template_ids: list[Identifier] = []
    route: Route | None = None
    reply: Annotated[str, Field(max_length=10_000)] = ""
    must_include: list[Passage] = []
    must_not_include: list[Passage] = []

    @model_validator(mode="before")
    @classmethod
    def _several_right_templates(cls, values: Any) -> Any:
        named = values.get("template_id") if isinstance(values, Mapping) else None
        if not isinstance(named, list):
            return values
        if not named:
            raise ValueError("the list of right templates is empty; null says that none answers")
        others = values.get("also_template_ids", [])
        if None in named or not isinstance(others, list):
            raise ValueError("a list of right templates holds ids only")
        return {**values, "template_id": named[0], "also_template_ids": [*named[1:], *others]}

    @model_validator(mode="after")
    def _none_is_none(self) -> Expected:
        if self.template_id is None and self.also_template_ids:
            raise ValueError(f"no template is right, and '{self.also_template_ids[0]}' is")
        return self


class Case(BaseModel, frozen=True, extra="forbid"):
    """One labelled message. An empty ``brand`` means the one that the command names."""

    id: Identifier
    brand: Annotated[str, Field(max_length=60)] = ""
    channel: Annotated[str, Field(min_length=1, max_length=60)] = "instagram"
    visibility: Literal["public", "private"] = "public"
    text: MessageText
    author_name: OptionalName = None
    author_handle: OptionalName = None
    parent_text: Annotated[str, Field(max_length=10_000)] | None = None
    answered_text: Annotated[str, Field(max_length=10_000)] | None = None
    split: Annotated[str, Field(max_length=60)] = ""
    tags: list[Annotated[str, Field(max_length=100)]] = []
    expected: Expected

    @property
    def is_in_scope(self) -> bool:
        """Whether a template answers it."""
        return self.expected.template_id is not None

    @property
    def right_templates(self) -> frozenset[str]:
        """The ids of every template that would be right; empty when out of scope."""
        first = self.expected.template_id
        return frozenset() if first is None else frozenset({first, *self.expected.also_template_ids})

    @property
    def should_be_drafted(self) -> bool:
        """Whether it is in scope, and a person did not say that it needs a person or no reply at all."""
        return self.is_in_scope and self.expected.route in (None, Route.DRAFT)


@dataclass(frozen=True)
class CasePlace:
    """Where a case stands; ``prefix`` goes before the name of a field of the label there."""

    file: str
    line: int
    prefix: str = ""

    def __str__(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Dataset:
    """Labelled cases in their order; ``digest`` is the same for the same cases, however the file is laid out.

    ``places`` says by case id where each stands, where it was read from a file; ``notes`` are what a person should
    know of the files, one line each.
    """

    cases: tuple[Case, ...]
    digest: str
    places: Mapping[str, CasePlace] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.cases)

    def select(self, *, split: str = "", limit: int | None = None) -> Dataset:
        """Only this split, and at most ``limit`` cases, spread evenly; raise InvalidInput when nothing is left."""
        cases = [case for case in self.cases if not split or case.split == split]
        if not cases:
            there = ", ".join(sorted({case.split or "(none)" for case in self.cases}))
            raise InvalidInput(f"no case is of the split '{split}'; there are: {there}", field="split")
        if limit is not None and limit < len(cases):
            cases = [cases[number * len(cases) // limit] for number in range(limit)]
        return self.of(cases)

    def of(self, cases: Iterable[Case]) -> Dataset:
        """These cases instead, which stand where they stood."""
        made = dataset_of(cases)
        return replace(made, places=self.places, notes=self.notes)


def dataset_of(cases: Iterable[Case]) -> Dataset:
    """The cases with their digest."""
    kept = tuple(cases)
    return Dataset(kept, document_digest([case.model_dump(mode="json") for case in kept]))
