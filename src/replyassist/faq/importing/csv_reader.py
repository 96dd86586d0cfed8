"""Reader of comma-separated files, whichever sign separates and whatever a spreadsheet left at the edges."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .collector import Collector
from .columns import Columns, columns_of
from .decoding import MAXIMUM_BYTES, read_text

SEPARATOR = " | "
LIST_FIELDS = ("questions", "links", "channels", "tags")
DELIMITERS = ",;\t|"
_SPLIT = re.compile(r"(?:^|\s+)\|(?:\s+|$)|\r?\n|\\n")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?;*,*[ \t]*\r?\n', re.IGNORECASE)
_OWN_TEXTS = ("id", "title", "reply", "owner")  # empty text is their value; elsewhere it means nothing is said


def read_csv(path: Path, collector: Collector) -> None:
    """Read a CSV file with a header. Its delimiter is what a line ``sep=`` says, else what fits the header best."""
    text = read_text(path, collector)
    if text is None:
        return
    csv.field_size_limit(max(csv.field_size_limit(), MAXIMUM_BYTES))
    said = _SEPARATOR_LINE.match(text)
    body = text[said.end() :] if said else text
    delimiter = said[1] if said else _delimiter(body, collector.column_map)
    lines_before = 1 if said else 0
    line = 1 + lines_before
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    table: _Table | None = None
    try:
        for cells in reader:
            if table is not None:
                table.add(cells, line)
            elif any(cell.strip() for cell in cells):
                table = _Table([cell.strip() for cell in cells], path, collector)
                if not table.is_good(line):
                    return
            line = reader.line_num + 1 + lines_before
    except csv.Error as error:
        collector.unreadable(f"not valid CSV: {error}", str(path), line)


def split_list(cell: str) -> list[str]:
    """The items of a cell: a JSON list of texts, else separated by `` | `` or by lines."""
    if cell.startswith("["):
        try:
            items = json.loads(cell)
        except (ValueError, RecursionError):
            items = None
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return items
    return [item.strip() for item in _SPLIT.split(cell) if item.strip()]


class _Table:
    """The header of a file, and its rows one after the other."""

    def __init__(self, header: list[str], path: Path, collector: Collector) -> None:
        self._header, self._file, self._collector = header, str(path), collector
        self._columns: Columns = columns_of(header, collector.column_map)

    def is_good(self, line: int) -> bool:
        """Note what is wrong with the header, and the columns that are left out."""
        collector, named = self._collector, [name for name in self._header if name]
        twice = sorted({name for name in named if named.count(name) > 1})
        for name in twice:
            collector.unreadable(f"the column '{name}' is there twice", self._file, line)
        missing = self._columns.missing(named, collector.column_map)
        for field, detail in missing:
            collector.unreadable(detail, self._file, line, field)
        collector.ignore(self._columns.foreign(named))
        return not twice and not missing

    def add(self, cells: list[str], line: int) -> None:
        """Take one row in; rows without any text are the empty ones of a spreadsheet."""
        if not any(cell.strip() for cell in cells):
            return
        rest = cells[len(self._header) :]
        if len(cells) < len(self._header) or any(cell.strip() for cell in rest):
            detail = f"the row has {len(cells)} cells, the header has {len(self._header)}; is a quotation mark missing?"
            self._collector.problem(detail, self._file, line)
            return
        raw = {name: cell for name, cell in zip(self._header, cells, strict=False) if name}
        record = self._columns.record(raw)
        if not self._columns.is_in_use(raw):
            name = str(record.get("id") or record.get("title") or "")
            reason = f"'{self._columns.active}' is '{raw[str(self._columns.active)]}'"
            self._collector.leave_out(name, reason, self._file, line)
            return
        fields = {field: self._value(field, cell, line) for field, cell in record.items()}
        if _BROKEN not in fields.values():
            known = {field: value for field, value in fields.items() if value is not None}
            self._collector.add(known, file=self._file, line_of=lambda _location: line, columns=self._columns.of_field)

    def _value(self, field: str, cell: str, line: int) -> Any:
        if field in LIST_FIELDS:
            is_by_comma = field == "tags" and self._columns.of_field[field] != field and SEPARATOR not in cell
            return [item.strip() for item in cell.split(",") if item.strip()] if is_by_comma else split_list(cell)
        if field == "facts" and cell.strip():
            try:
                return json.loads(cell)
            except (ValueError, RecursionError):
                detail = 'expected a JSON object such as {"price": "€5"}'
                self._collector.problem(detail, self._file, line, field)
                return _BROKEN
        return cell if cell.strip() or field in _OWN_TEXTS else None


_BROKEN = "\x00"


def _delimiter(text: str, column_map: Mapping[str, str]) -> str:
    """The sign that gives the header the most columns that we know, then the most columns."""

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            header = next(csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=delimiter), [])
        except csv.Error:
            return (0, 0)
        names = [cell.strip() for cell in header if cell.strip()]
        return (len(columns_of(names, column_map).of_field), len(names))

    return max(DELIMITERS, key=fit)
