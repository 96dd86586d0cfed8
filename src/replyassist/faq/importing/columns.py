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
ID_SOURCES = ("questions", "title")  # an id can be made from one of these


@dataclass(frozen=True)
class Known:
    """The table of foreign names: by field, those of the column "in use", and the values that mean "not in use"."""

    fields: dict[str, tuple[str, ...]]
    active: tuple[str, ...]
    inactive: frozenset[str]


@dataclass(frozen=True)
class Columns:
    """The column of each field that was found; ``active`` says whether a record is in use, where a column does."""

    of_field: dict[str, str]
    active: str | None = None

    def record(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """A raw record under our field names, without empty (None) values."""
        return {field: raw[column] for field, column in self.of_field.items() if raw.get(column) is not None}

    def foreign(self, names: Sequence[str]) -> list[str]:
        """The columns that hold no field of ours."""
        return [name for name in names if name not in self.of_field.values() and name != self.active]

    def is_in_use(self, raw: Mapping[str, Any]) -> bool:
        """Whether the record is in use; without such a column every one is."""
        value = raw.get(self.active) if self.active else None
        return value is None or str(value).strip().casefold() not in known_columns().inactive

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


def columns_of(names: Sequence[str], column_map: Mapping[str, str]) -> Columns:
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
    free = [by_name[alias] for alias in known.active if alias in by_name and by_name[alias] not in found.values()]
    return Columns({field: found[field] for field in FIELDS if field in found}, free[0] if free else None)


@cache
def known_columns() -> Known:
    """The table that travels with the program."""
    table = yaml.safe_load((Path(__file__).parent / "columns.yaml").read_text(encoding="utf-8"))
    fields = {field: tuple(map(_plain, table["fields"].get(field, ()))) for field in FIELDS}
    return Known(fields, tuple(map(_plain, table["active"])), frozenset(table["inactive"]))


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_.\-]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).casefold().split())


def _leading(name: str) -> str:
    """The name before an explanation: "questions, as people ask" and "Reply (text)"."""
    return _plain(re.split(r"[,:;(\[/–]| - ", name, maxsplit=1)[0])
