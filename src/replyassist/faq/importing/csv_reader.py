"""Reader of CSV: from the columns of a table to the fields of templates."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replyassist.core.errors import InvalidInput
from replyassist.core.tables import TableRow, read_table

from .collector import Collector
from .columns import TemplateColumns, columns_of

SEPARATOR = " | "
LIST_FIELDS = ("questions", "links", "channels", "tags")
_SPLIT = re.compile(r"(?:^|\s+)\|(?:\s+|$)|\r?\n|\\n")
DATE_FIELDS = ("valid_from", "valid_until")
_SIGN_BULLET = re.compile(r"[-–—*•·▪‣◦]\s+")
_BULLET = re.compile(rf"(?:{_SIGN_BULLET.pattern}|\(?\d{{1,3}}[.)]\s+)")
_GERMAN_DATE = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})")
_SLASHED_DATE = re.compile(r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})")
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
    items = [item.strip() for item in _SPLIT.split(cell) if item.strip()]
    bare = [_BULLET.sub("", item) for item in items]
    is_list = len(items) > 1 or bool(_SIGN_BULLET.match(items[0] if items else ""))
    return [item for item in bare if item] if is_list and all(map(_BULLET.match, items)) else items


def iso_date(field: str, value: Any, *, file: str, line: int) -> Any:
    """A day as German sheets write it in the form of ISO 8601; raise InvalidInput for 01/12/2026, of which nobody can
    tell the month."""
    if not isinstance(value, str):
        return value
    if found := _GERMAN_DATE.fullmatch(value.strip()):
        return f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    if _SLASHED_DATE.fullmatch(value.strip()):
        example = "write the year first, such as 2026-12-01"
        raise InvalidInput(
            f"'{value}' does not say which number is the month; {example}", file=file, line=line, field=field
        )
    return value


def _add(row: TableRow, columns: TemplateColumns, collector: Collector) -> None:
    """Take one row in; raise InvalidInput where it, or a cell of it, cannot be read."""
    raw = row.cells()
    record = columns.record(raw)
    if why := columns.why_out_of_use(raw):
        name = str(record.get("id") or record.get("title") or "")
        collector.leave_out(name, why, row.file, row.line)
        return
    fields = {field: _value(field, cell, row, columns) for field, cell in record.items()}
    known = {field: value for field, value in fields.items() if value is not None}
    collector.add(known, file=row.file, line_of=lambda _location: row.line, columns=columns.of_field)


def _value(field: str, cell: str, row: TableRow, columns: TemplateColumns) -> Any:
    if field in LIST_FIELDS:
        is_by_comma = field == "tags" and columns.of_field[field] != field and SEPARATOR not in cell
        return [item.strip() for item in cell.split(",") if item.strip()] if is_by_comma else split_list(cell)
    if field == "facts" and cell:
        try:
            return json.loads(cell)
        except (ValueError, RecursionError) as error:
            detail = 'expected a JSON object such as {"price": "€5"}'
            raise InvalidInput(detail, file=row.file, line=row.line, field=field) from error
    if field in DATE_FIELDS:
        return iso_date(field, cell, file=row.file, line=row.line) or None
    return cell if cell or field in _OWN_TEXTS else None
