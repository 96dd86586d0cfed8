"""Readers of the three file formats: they find records and their lines, and leave the checking to the collector."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from .records import FIELDS, Collector

MAXIMUM_BYTES = 64 * 1024 * 1024
SEPARATOR = " | "
LIST_FIELDS = ("questions", "links", "channels", "tags")
_SPLIT = re.compile(r"(?:^|\s+)\|(?:\s+|$)")


def read_text(path: Path, collector: Collector) -> str | None:
    """The file as text without a byte-order mark; None when it cannot be read, is too large, not UTF-8 or empty."""
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        collector.problem(f"cannot be read: {error.strerror or error}", str(path))
        return None
    if len(content) > MAXIMUM_BYTES:
        collector.problem(f"larger than {MAXIMUM_BYTES // 1024 // 1024} MiB", str(path))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        collector.problem("not UTF-8; save the file with the encoding UTF-8", str(path), line)
        return None
    if not text.strip():
        collector.problem("is empty", str(path))
        return None
    return text


def read_csv(path: Path, collector: Collector) -> None:
    """Read a CSV file with a header; a header without commas may be separated by semicolons or tabs."""
    text = read_text(path, collector)
    if text is None:
        return
    csv.field_size_limit(max(csv.field_size_limit(), MAXIMUM_BYTES))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if header is None:
                header = [cell.strip() for cell in cells]
                if not _header_is_good(header, path, line, collector):
                    return
            elif cells:
                _add_row(header, cells, path, line, collector)
            line = reader.line_num + 1
    except csv.Error as error:
        collector.problem(f"not valid CSV: {error}", str(path), line)


def read_jsonl(path: Path, collector: Collector) -> None:
    """Read one JSON object a line; empty lines are left out."""
    text = read_text(path, collector)
    if text is None:
        return
    seen: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            collector.problem(f"not valid JSON: {detail}", str(path), number)
            continue
        if not isinstance(record, dict):
            collector.problem("expected a JSON object", str(path), number)
            continue
        seen |= dict.fromkeys(record)
        _add_object(record, path, number, collector)
    for field, column in collector.column_map.items():
        if seen and column not in seen:
            there = ", ".join(list(seen)[:30])
            collector.problem(f"no object has '{column}'; there are: {there}; see --map", str(path), field=field)
    collector.ignore(collector.foreign(seen))


def split_list(cell: str) -> list[str]:
    """The items of a CSV cell: a JSON list of texts, else separated by `` | ``."""
    if cell.startswith("["):
        try:
            items = json.loads(cell)
        except (ValueError, RecursionError):
            items = None
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return items
    return [item.strip() for item in _SPLIT.split(cell) if item.strip()]


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    if "," in first:
        return ","
    return next((mark for mark in ";\t" if mark in first), ",")


def _header_is_good(header: list[str], path: Path, line: int, collector: Collector) -> bool:
    before = len(collector.problems)
    for name in sorted({name for name in header if header.count(name) > 1}):
        collector.problem(f"the column '{name}' is there twice", str(path), line)
    for field, detail in collector.missing_columns(header):
        collector.problem(detail, str(path), line, field)
    collector.ignore(name for name in collector.foreign(header) if name)
    return len(collector.problems) == before


def _add_row(header: list[str], cells: list[str], path: Path, line: int, collector: Collector) -> None:
    if len(cells) != len(header):
        detail = f"the row has {len(cells)} cells, the header has {len(header)}; is a quotation mark missing?"
        collector.problem(detail, str(path), line)
        return
    record: dict[str, Any] = dict(zip(header, cells, strict=True))
    for field in FIELDS:
        column = collector.column_map.get(field, field)
        cell = record.get(column)
        if cell is None:
            continue
        if field in LIST_FIELDS:
            record[column] = split_list(cell)
        elif field == "facts" and cell.strip():
            try:
                record[column] = json.loads(cell)
            except (ValueError, RecursionError):
                collector.problem('expected a JSON object such as {"price": "€5"}', str(path), line, field)
                return
        elif not cell.strip() and field not in ("id", "title", "reply", "owner"):
            record[column] = None
    collector.add(record, file=str(path), line_of=lambda _location: line)


def _add_object(record: dict[str, Any], path: Path, line: int, collector: Collector) -> None:
    column = collector.column_map.get("id", "id")
    if isinstance(record.get(column), int) and not isinstance(record[column], bool):
        record = record | {column: str(record[column])}
    missing = [(field, detail) for field, detail in collector.missing_columns(list(record)) if field in ("id", "reply")]
    for field, detail in missing:
        collector.problem(detail.replace("column", "field", 1), str(path), line, field)
    if not missing:
        collector.add(record, file=str(path), line_of=lambda _location: line)
