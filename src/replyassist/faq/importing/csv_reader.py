"""Reader of CSV: from the columns of a table to the fields of templates."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replyassist.core.errors import InvalidInput
from replyassist.core.tables import Row, read_table

from .collector import Collector
from .columns import Columns, columns_of

SEPARATOR = " | "
LIST_FIELDS = ("questions", "links", "channels", "tags")
_SPLIT = re.compile(r"(?:^|\s+)\|(?:\s+|$)|\r?\n|\\n")
_OWN_TEXTS = ("id", "title", "reply", "owner")  # empty text is their value; elsewhere it means nothing is said


def read_csv(path: Path, collector: Collector) -> None:
    """Read a CSV file with a header; raise InvalidInput where the whole file cannot be read."""

    def known(names: Sequence[str]) -> int:
        return len(columns_of(names, collector.column_map).of_field)

    table = read_table(path, known=known)
    collector.notes.extend(table.notes)
    columns = columns_of(table.columns, collector.column_map)
    missing = columns.missing(table.columns, collector.column_map)
    for field, detail in missing:
        collector.unreadable(detail, str(path), table.line, field)
    collector.ignore(columns.foreign(table.columns))
    if not missing:
        for row in table.rows:
            try:
                _add(row, columns, collector)
            except InvalidInput as error:
                collector.refuse(error)


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


def _add(row: Row, columns: Columns, collector: Collector) -> None:
    """Take one row in; raise InvalidInput where it, or a cell of it, cannot be read."""
    raw = row.cells()
    record = columns.record(raw)
    if not columns.is_in_use(raw):
        name = str(record.get("id") or record.get("title") or "")
        collector.leave_out(name, f"'{columns.active}' is '{raw[str(columns.active)]}'", row.file, row.line)
        return
    fields = {field: _value(field, cell, row, columns) for field, cell in record.items()}
    known = {field: value for field, value in fields.items() if value is not None}
    collector.add(known, file=row.file, line_of=lambda _location: row.line, columns=columns.of_field)


def _value(field: str, cell: str, row: Row, columns: Columns) -> Any:
    if field in LIST_FIELDS:
        is_by_comma = field == "tags" and columns.of_field[field] != field and SEPARATOR not in cell
        return [item.strip() for item in cell.split(",") if item.strip()] if is_by_comma else split_list(cell)
    if field == "facts" and cell:
        try:
            return json.loads(cell)
        except (ValueError, RecursionError) as error:
            detail = 'expected a JSON object such as {"price": "€5"}'
            raise InvalidInput(detail, file=row.file, line=row.line, field=field) from error
    return cell if cell or field in _OWN_TEXTS else None
