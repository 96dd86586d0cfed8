"""From the fields of one record to a checked template, with everything that has to be said of it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from replyassist.core.errors import InvalidInput

from ..problems import UNREADABLE, MendedText, Problem, SkippedRecord
from ..repair.door import admit
from ..template import ReplyTemplate
from .columns import FIELDS
from .ids import TemplateIds

MAXIMUM_TEMPLATES = 100_000
_FIELD_OF_RULE = {"bad_slot": "reply", "missing_slot": "reply", "contradicting_validity": "valid_from"}

Location = tuple[str | int, ...]
LineOf = Callable[[Location], int | None]


class ReadingStopped(Exception):
    """There are so many problems or templates that reading on is of no use."""


class Collector:
    """Gathers templates, and what has to be said of them, while files are read."""

    def __init__(self, column_map: Mapping[str, str]) -> None:
        unknown = [field for field in column_map if field not in FIELDS]
        if unknown:
            raise InvalidInput(
                f"there is no template field '{unknown[0]}'; the fields are {', '.join(FIELDS)}", field="map"
            )
        self.column_map = column_map
        self.templates: list[ReplyTemplate] = []
        self.problems: list[Problem] = []
        self.changes: list[MendedText] = []
        self.left_out: list[SkippedRecord] = []
        self.notes: list[str] = []
        self.ignored: dict[str, None] = {}
        self._ids = TemplateIds()
        self._taken: dict[str, tuple[str, str]] = {}

    def problem(
        self, detail: str, file: str, line: int | None = None, field: str | None = None, rule: str = "malformed"
    ) -> None:
        """Note a problem of one template; raise ReadingStopped when there is no end of them."""
        self.problems.append(Problem(detail, file, line, field, rule))
        if len(self.problems) >= MAXIMUM_TEMPLATES:
            raise ReadingStopped

    def unreadable(self, detail: str, file: str, line: int | None = None, field: str | None = None) -> None:
        """Note a problem of a whole file."""
        self.problem(detail, file, line, field, UNREADABLE)

    def refuse(self, error: InvalidInput, rule: str = "malformed") -> None:
        """Note what was raised as a problem."""
        self.problem(error.reason, str(error.file), error.line, error.field, rule)

    def ignore(self, columns: Iterable[str]) -> None:
        """Remember columns that were left out, once each and in their order."""
        self.ignored |= dict.fromkeys(columns)

    def leave_out(self, name: str, reason: str, file: str, line: int | None) -> None:
        """Remember a record that was left out."""
        self.left_out.append(SkippedRecord(name, reason, _place(file, line)))

    def add(
        self,
        record: Mapping[str, Any],
        *,
        file: str,
        line_of: LineOf,
        columns: Mapping[str, str] = MappingProxyType({}),
        is_yaml: bool = False,
    ) -> None:
        """Mend and check one record under our field names; keep its template, or note what is wrong with it.

        ``line_of`` gives the line of a field in the file; ``columns`` says what the file calls a field. In YAML
        an id has to be there, and texts may need quotes.
        """
        if len(self.templates) >= MAXIMUM_TEMPLATES:
            self.problem(f"more than {MAXIMUM_TEMPLATES} templates", file, line_of(()), rule=UNREADABLE)
            raise ReadingStopped
        admission = admit(record)
        fields = admission.fields if is_yaml else self._with_id(admission.fields)
        for refusal in admission.refusals:
            location = tuple(int(part) if part.isdigit() else part for part in refusal.field.split(".", 1))
            self.problem(refusal.detail, file, _line(line_of, location, columns), refusal.field, refusal.rule)
        if admission.refusals:
            return
        try:
            template = ReplyTemplate.model_validate(fields)
        except ValidationError as error:
            for rule, location, detail in _complaints(error, quoting=is_yaml):
                self.problem(detail, file, _line(line_of, location, columns), _field(location), rule)
            return
        place = _place(file, line_of(()))
        if self._is_new(template, file, _line(line_of, ("id",), columns), place, is_made="id" not in record):
            self.templates.append(template)
            self.changes += [
                MendedText(template.id, change.field, change.before, change.after, change.done, place)
                for change in admission.changes
            ]

    def _with_id(self, fields: dict[str, Any]) -> dict[str, Any]:
        """With an id made from the first question or the title, where the file has none."""
        questions, title = fields.get("questions"), fields.get("title")
        source = questions[0] if isinstance(questions, list) and questions else title
        if "id" in fields or not isinstance(source, str) or not source.strip():
            return fields
        return {"id": self._ids.made_from(source), **fields}

    def _is_new(self, template: ReplyTemplate, file: str, line: int | None, place: str, *, is_made: bool) -> bool:
        earlier = self._taken.get(template.id)
        if earlier is None:
            self._taken[template.id] = (place, template.version)
            return True
        where, version = earlier
        if version == template.version:
            self.leave_out(template.id, f"the same as in {where}", file, line)
        elif is_made:
            asked = (template.questions or [template.title])[0]
            detail = f"'{asked}' already has another reply in {where}; keep one of them"
            self.problem(detail, file, line, "questions", "duplicate_id")
        else:
            detail = f"the id '{template.id}' is already used in {where}, with other content"
            self.problem(detail, file, line, "id", "duplicate_id")
        return False


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


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


def _line(line_of: LineOf, location: Location, columns: Mapping[str, str]) -> int | None:
    if not location:
        return line_of(())
    first = str(location[0])
    return line_of((columns.get(first, first), *location[1:]))
