"""From the raw fields of one record to a checked template, with every problem named."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from replyassist.core.errors import InvalidInput

from .problems import MAXIMUM_PROBLEMS, Problem
from .template import ReplyTemplate

FIELDS = tuple(ReplyTemplate.model_fields)
REQUIRED = ("id", "reply")
MAXIMUM_TEMPLATES = 100_000
_FIELD_OF_RULE = {"bad_slot": "reply", "missing_slot": "reply", "contradicting_validity": "valid_from"}

Location = tuple[str | int, ...]
LineOf = Callable[[Location], int | None]


class ReadingStopped(Exception):
    """There are so many problems or templates that reading on is of no use."""


class Collector:
    """Gathers templates, problems and ignored columns while files are read."""

    def __init__(self, column_map: Mapping[str, str]) -> None:
        unknown = [field for field in column_map if field not in FIELDS]
        if unknown:
            raise InvalidInput(
                f"there is no template field '{unknown[0]}'; the fields are {', '.join(FIELDS)}", field="map"
            )
        self.column_map = column_map
        self.templates: list[ReplyTemplate] = []
        self.problems: list[Problem] = []
        self.ignored: dict[str, None] = {}
        self._places: dict[str, str] = {}

    def problem(
        self, detail: str, file: str, line: int | None = None, field: str | None = None, rule: str = "malformed"
    ) -> None:
        """Note a problem; raise ReadingStopped when there are enough of them."""
        self.problems.append(Problem(detail, file, line, field, rule))
        if len(self.problems) >= MAXIMUM_PROBLEMS:
            raise ReadingStopped

    def renamed(self, record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The record under our field names, without empty (None) fields and foreign columns; and for each field the
        name that its column has in the file."""
        columns = {field: self.column_map.get(field, field) for field in FIELDS}
        known = {field: record[column] for field, column in columns.items() if record.get(column) is not None}
        return known, {field: columns[field] for field in known}

    def foreign(self, columns: Iterable[str]) -> list[str]:
        """The columns that are neither ours nor mapped to one of ours."""
        ours = {self.column_map.get(field, field) for field in FIELDS}
        return [column for column in columns if column not in ours]

    def ignore(self, columns: Iterable[str]) -> None:
        """Remember columns that were left out, once each and in their order."""
        self.ignored |= dict.fromkeys(columns)

    def missing_columns(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        """Field and message for each required or mapped column that is not there."""
        found = []
        for field in FIELDS:
            column = self.column_map.get(field, field)
            if column in columns or (field not in REQUIRED and field not in self.column_map):
                continue
            hint = f"--map {field}=COLUMN says which one holds it" if field not in self.column_map else "see --map"
            there = ", ".join(columns[:30]) or "none"
            found.append((field, f"there is no column '{column}'; there are: {there}; {hint}"))
        return found

    def add(self, record: Mapping[str, Any], *, file: str, line_of: LineOf, quoting: bool = False) -> None:
        """Check one record and keep its template, or note what is wrong with it.

        ``line_of`` gives the line of a field; ``quoting`` adds the hint to put texts in quotes (YAML).
        """
        if len(self.templates) >= MAXIMUM_TEMPLATES:
            self.problem(f"more than {MAXIMUM_TEMPLATES} templates", file, line_of(()))
            raise ReadingStopped
        known, columns = self.renamed(record)
        try:
            template = ReplyTemplate.model_validate(known)
        except ValidationError as error:
            for rule, location, detail in _complaints(error, quoting=quoting):
                self.problem(detail, file, _line(line_of, location, columns), _field(location), rule)
            return
        place = file if line_of(()) is None else f"{file}:{line_of(())}"
        if template.id in self._places:
            detail = f"the id '{template.id}' is already used in {self._places[template.id]}"
            self.problem(detail, file, _line(line_of, ("id",), columns), "id", "duplicate_id")
            return
        self._places[template.id] = place
        self.templates.append(template)


def did_you_mean(name: str) -> str:
    """A hint at the field that was probably meant."""
    close = difflib.get_close_matches(name, FIELDS, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; the fields are {', '.join(FIELDS)}"


def _complaints(error: ValidationError, *, quoting: bool) -> list[tuple[str, Location, str]]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        rule = item["type"] if item["type"] in _FIELD_OF_RULE else "malformed"
        location = item["loc"] or ((_FIELD_OF_RULE[rule],) if rule in _FIELD_OF_RULE else ())
        detail = item["msg"].removeprefix("Value error, ")
        if quoting and item["type"] == "string_type":
            detail += "; put it in quotes"
        found.append((rule, location, detail))
    return found


def _field(location: Location) -> str | None:
    return ".".join(str(part) for part in location) or None


def _line(line_of: LineOf, location: Location, columns: Mapping[str, str]) -> int | None:
    if not location:
        return line_of(())
    first = str(location[0])
    return line_of((columns.get(first, first), *location[1:]))
