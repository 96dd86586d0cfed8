"""Which column of a foreign file holds which field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ..template import ReplyTemplate

FIELDS = tuple(ReplyTemplate.model_fields)
REQUIRED = ("id", "reply")
_DATE = re.compile(r"(?!0{4})\d{4}-\d\d-\d\d|(?!00)\d\d?[./]\d\d?[./]\d{2,4}")
ID_SOURCES = ("questions", "title")  # an id can be made from one of these


@dataclass(frozen=True)
class ForeignNames:
    """The table of foreign names: by field, those of the column "in use", and the values that mean "not in use";
    the same of the columns "out of use"."""

    fields: dict[str, tuple[str, ...]]
    active: tuple[str, ...]
    inactive: frozenset[str]
    ended: tuple[str, ...]
    ended_values: frozenset[str]


@dataclass(frozen=True)
class TemplateColumns:
    """The column of each field that was found; ``active`` are those that say whether a record is in use, ``ended``
    those that say whether it is out of use."""

    of_field: dict[str, str]
    active: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()

    def record(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """A raw record under our field names, without empty (None) values."""
        return {field: raw[column] for field, column in self.of_field.items() if raw.get(column) is not None}

    def foreign(self, names: Sequence[str]) -> list[str]:
        """The columns that hold no field of ours."""
        return [name for name in names if name not in self.of_field.values() and name not in self.active + self.ended]

    def why_out_of_use(self, raw: Mapping[str, Any]) -> str:
        """What says that the record is out of use, such as ``'archived' is 'Yes'``; empty where nothing does."""
        known = known_columns()
        for column in self.active + self.ended:
            value = str(raw.get(column) if raw.get(column) is not None else "").strip()
            plain = value.casefold()
            is_ended = plain in known.ended_values or _DATE.match(plain) is not None
            if is_ended if column in self.ended else plain in known.inactive:
                return f"'{column}' is '{value}'"
        return ""

    def missing(self, names: Sequence[str], column_map: Mapping[str, str]) -> list[tuple[str, str]]:
        """Field and message for each field that has to have a column and has none."""
        there = ", ".join([name for name in names if name][:30]) or "none"
        found = []
        for field in FIELDS:
            can_be_made = field == "id" and any(source in self.of_field for source in ID_SOURCES)
            is_needed = field in column_map or (field in REQUIRED and not can_be_made)
            if field in self.of_field or not is_needed:
                continue
            hint = "see --map" if field in column_map else f"--map {field}=COLUMN says which one holds it"
            found.append((field, f"there is no column '{column_map.get(field, field)}'; there are: {there}; {hint}"))
        return found


def columns_of(names: Sequence[str], column_map: Mapping[str, str]) -> TemplateColumns:
    """Find the column of each field: the one that ``column_map`` says, else one with our name, else a known one."""
    known = known_columns()
    by_name: dict[str, str] = {}
    for spelling in (_plain, _leading):
        for name in names:
            by_name.setdefault(spelling(name), name)
    by_name.pop("", None)
    found: dict[str, str] = {}
    for field, column in column_map.items():
        if column in names or _plain(column) in by_name:
            found[field] = column if column in names else by_name[_plain(column)]
    for field, aliases in known.fields.items():
        taken = set(found.values())
        for alias in (_plain(field), *aliases):
            column = by_name.get(alias, "")
            if field not in column_map and column and column not in taken:
                found[field] = column
                break
    active, ended = (
        tuple(by_name[alias] for alias in aliases if alias in by_name and by_name[alias] not in found.values())
        for aliases in (known.active, known.ended)
    )
    return TemplateColumns({field: found[field] for field in FIELDS if field in found}, active, ended)


@cache
def known_columns() -> ForeignNames:
    """The table that travels with the program."""
    table = yaml.safe_load((Path(__file__).parent / "columns.yaml").read_text(encoding="utf-8"))
    fields = {field: tuple(map(_plain, table["fields"].get(field, ()))) for field in FIELDS}
    active, ended = (tuple(map(_plain, table[name])) for name in ("active", "ended"))
    return ForeignNames(fields, active, frozenset(table["inactive"]), ended, frozenset(table["ended_values"]))


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_.\-]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).casefold().split())


def _leading(name: str) -> str:
    """The name before an explanation: "questions, as people ask" and "Reply (text)"."""
    return _plain(re.split(r"[,:;(\[/–]| - ", name, maxsplit=1)[0])
