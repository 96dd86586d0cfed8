"""Which column of a foreign table, or key of a flat object, holds which field of a labelled case."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.dataset import Case, Expected
from replyassist.faq.importing.csv_reader import split_list
from replyassist.faq.template import ReplyTemplate

EXPECTED = "expected"
LABEL_FIELDS = tuple(Expected.model_fields)
CASE_FIELDS = (*(name for name in Case.model_fields if name != EXPECTED), *LABEL_FIELDS)
REQUIRED = ("id", "text", "template_id")
LIST_FIELDS = ("tags", "template_id", "also_template_ids", "must_include", "must_not_include")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


def _typed(field: str) -> str:
    """The field as ``--map`` takes it for cases, also where templates have one of this name."""
    return f"cases.{field}" if field in ReplyTemplate.model_fields else field


class CaseColumns:
    """The columns of one file by the fields of a case; those that hold none are left out and told of.

    ``numbered``: no column need hold an id.
    """

    def __init__(self, column_map: Mapping[str, str], *, file: str, numbered: bool = False) -> None:
        unknown = [name for name in column_map if name not in CASE_FIELDS]
        if unknown:
            detail = f"there is no field '{unknown[0]}' of a case; the fields are {', '.join(CASE_FIELDS)}"
            raise InvalidInput(detail, field="map")
        self._map = dict(column_map)
        self._file = file
        self._required = tuple(name for name in REQUIRED if not (numbered and name == "id"))
        self._left_out: dict[str, None] = {}

    def hold(self, columns: Iterable[str], *, line: int) -> None:
        """Raise InvalidInput for each field that is needed, or mapped, and that none of the columns holds."""
        there = list(columns)
        held = set(self._fields(there).values())
        missing = [name for name in CASE_FIELDS if name not in held and (name in self._required or name in self._map)]
        if missing:
            wanted, first = self._map.get(missing[0], missing[0]), missing[0]
            hint = "see --map" if first in self._map else f"--map {_typed(first)}=COLUMN says which one holds it"
            detail = f"there is no column '{wanted}'; there are: {', '.join(there) or 'none'}; {hint}"
            raise InvalidInput(detail, file=self._file, line=line, field=first)

    def known(self, columns: Iterable[str]) -> int:
        """How many of the columns hold a field."""
        return len(self._fields(columns))

    def is_flat(self, record: Mapping[str, Any]) -> bool:
        """Whether an object has the fields of its label beside the others, and not within ``expected``."""
        return EXPECTED not in record and "template_id" in self._fields(record).values()

    def nested(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The case of a row or of a flat object; empty cells are left out, and texts of list fields are split."""
        found: dict[str, Any] = {EXPECTED: {}}
        fields = self._fields(record)
        self._left_out |= dict.fromkeys(column for column in record if column not in fields)
        for column, name in fields.items():
            value = _value(name, record[column])
            if value is not None or name in REQUIRED:
                (found[EXPECTED] if name in LABEL_FIELDS else found)[name] = value
        return found

    def renamed(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """An object that is nested already, under our names where a column is mapped."""
        ours = {column: name for name, column in self._map.items() if name not in LABEL_FIELDS}
        return {ours.get(column, column): value for column, value in record.items()}

    def notes(self) -> Iterator[str]:
        """What was left out, with the field that was perhaps meant."""
        if self._left_out:
            yield f"{self._file}: ignored columns: {', '.join(map(_with_hint, self._left_out))}"

    def _fields(self, columns: Iterable[str]) -> dict[str, str]:
        """Field by column: as mapped, else of the same name in any case and with any space between its words."""
        by_column = {column: name for name, column in self._map.items()}
        found: dict[str, str] = {}
        for column in columns:
            name = by_column.get(column) or _BETWEEN_WORDS.sub("_", column.strip().casefold()).removeprefix("expected.")
            if name in CASE_FIELDS and (column in by_column or name not in self._map):
                found[column] = name
        return found


def guessed_map(columns: Sequence[str]) -> dict[str, str]:
    """The column that probably holds each field: by our name, else by one that others use (``columns.yaml``)."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_plain(column), column)
    found = {name: by_name[_plain(name)] for name in CASE_FIELDS if _plain(name) in by_name}
    for name, aliases in _known_names().items():
        free = (by_name[alias] for alias in aliases if alias in by_name)
        likely = next((each for each in free if each not in found.values()), "")
        if name not in found and likely:
            found[name] = likely
    return {name: found[name] for name in CASE_FIELDS if name in found}


@cache
def _known_names() -> dict[str, tuple[str, ...]]:
    table = yaml.safe_load((Path(__file__).parent / "columns.yaml").read_text(encoding="utf-8"))
    return {name: tuple(map(_plain, aliases)) for name, aliases in table.items()}


def _plain(name: str) -> str:
    return _BETWEEN_WORDS.sub(" ", name.strip().casefold().removeprefix("expected.").replace(".", " "))


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in LIST_FIELDS:
        items = split_list(value)
        return (items[0] if len(items) == 1 else items or None) if name == "template_id" else items
    return value if value.strip() or name in REQUIRED else None


def _with_hint(column: str) -> str:
    close = difflib.get_close_matches(column.casefold(), CASE_FIELDS, n=1, cutoff=0.75)
    return f"{column} (did you mean {close[0]}?)" if close else column
