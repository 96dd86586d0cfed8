"""Labelled cases: a message with what a good answer to it would be, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from replyassist.core.digests import document_digest
from replyassist.core.errors import InvalidInput
from replyassist.evaluation.lines import numbered_lines
from replyassist.triage import Route


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Identifier = Annotated[str, BeforeValidator(_number_as_text), Field(min_length=1, max_length=200)]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
MessageText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
OptionalName = Annotated[str, Field(max_length=200)] | None


class Expected(BaseModel):
    """What a person says that the answer should be.

    ``template_id`` None: no template answers this, and the right act is to abstain; ``also_template_ids`` are as good.
    ``must_include`` and ``must_not_include`` are passages that a draft must and must not say, in any equal notation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    template_id: Identifier | None
    also_template_ids: list[Identifier] = []
    route: Route | None = None
    reply: Annotated[str, Field(max_length=10_000)] = ""
    must_include: list[Passage] = []
    must_not_include: list[Passage] = []


class Case(BaseModel):
    """One labelled message. An empty ``brand`` means the one that the command names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Identifier
    brand: Annotated[str, Field(max_length=60)] = ""
    channel: Annotated[str, Field(min_length=1, max_length=60)] = "instagram"
    visibility: Literal["public", "private"] = "public"
    text: MessageText
    author_name: OptionalName = None
    author_handle: OptionalName = None
    parent_text: Annotated[str, Field(max_length=10_000)] | None = None
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
class Dataset:
    """Labelled cases in their order; ``digest`` is the same for the same cases, however the file is laid out."""

    cases: tuple[Case, ...]
    digest: str

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
        return dataset_of(cases)


def dataset_of(cases: Iterable[Case]) -> Dataset:
    """The cases with their digest."""
    kept = tuple(cases)
    return Dataset(kept, document_digest([case.model_dump(mode="json") for case in kept]))


def load_cases(path: Path) -> Dataset:
    """Read a JSONL file, or every ``*.jsonl`` of a folder by name; raise InvalidInput with file, line and field.

    Ids are unique over all the files.
    """
    cases: list[Case] = []
    places: dict[str, str] = {}
    for file in _files(path):
        for line, case in _read(file):
            if case.id in places:
                detail = f"the id '{case.id}' is there twice, first in {places[case.id]}"
                raise InvalidInput(detail, file=str(file), line=line, field="id")
            places[case.id] = f"{file.name}, line {line}"
            cases.append(case)
    if not cases:
        raise InvalidInput("there is no case in it", file=str(path))
    return dataset_of(cases)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.glob("*.jsonl") if file.is_file())
    if not files:
        raise InvalidInput("there is no *.jsonl file in this folder", file=str(path))
    return files


def _read(file: Path) -> Iterator[tuple[int, Case]]:
    for number, line in numbered_lines(file):
        yield number, _parse(line, file=str(file), number=number)


def _parse(line: str, *, file: str, number: int) -> Case:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise InvalidInput(f"not valid JSON: {detail}", file=file, line=number) from error
    if not isinstance(record, dict):
        raise InvalidInput("expected a JSON object", file=file, line=number)
    try:
        return Case.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(first["msg"], file=file, line=number, field=field) from error
