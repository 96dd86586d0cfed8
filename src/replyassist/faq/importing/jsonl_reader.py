"""Reader of JSON Lines, and of JSON arrays of the same objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replyassist.core.errors import InvalidInput
from replyassist.core.text_files import json_object, numbered_lines, read_text

from .collector import Collector
from .columns import REQUIRED, columns_of
from .csv_reader import DATE_FIELDS, LIST_FIELDS, iso_date, split_list

_BETWEEN = re.compile(r"[\s,]*")


def read_jsonl(path: Path, collector: Collector) -> None:
    """Read one JSON object a line, or a JSON array; empty lines are left out, and a bad line is one problem.

    Raise InvalidInput where the file is no text.
    """
    read = read_text(path)
    collector.notes.extend(read.notes)
    seen: dict[str, None] = {}
    foreign: dict[str, None] = {}
    for number, record in _objects(read.text, path, collector):
        seen |= dict.fromkeys(record)
        foreign |= dict.fromkeys(_add(record, path, number, collector))
    found = columns_of(list(seen), collector.column_map).of_field
    for field, column in collector.column_map.items():
        if seen and field not in found:
            there = ", ".join(list(seen)[:30])
            collector.unreadable(f"no object has '{column}'; there are: {there}; see --map", str(path), field=field)
    collector.ignore(foreign)


def _add(raw: dict[str, Any], path: Path, line: int, collector: Collector) -> list[str]:
    """Take one object in; the names in it that hold no field of ours."""
    names = list(raw)
    columns = columns_of(names, collector.column_map)
    record = columns.record(raw)
    if why := columns.why_out_of_use(raw):
        name = str(record.get("id") or record.get("title") or "")
        collector.leave_out(name, why, str(path), line)
        return columns.foreign(names)
    missing = [(field, detail) for field, detail in columns.missing(names, collector.column_map) if field in REQUIRED]
    for field, detail in missing:
        collector.problem(detail.replace("column", "field", 1), str(path), line, field)
    if not missing:
        try:
            fields = {field: _value(field, value, path, line) for field, value in record.items()}
        except InvalidInput as error:
            collector.refuse(error)
            return columns.foreign(names)
        collector.add(fields, file=str(path), line_of=lambda _location: line, columns=columns.of_field)
    return columns.foreign(names)


def _objects(text: str, path: Path, collector: Collector) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects, each with the line that it begins on: one a line, those of a JSON array, or over many lines."""
    if not text.lstrip().startswith("[") and not re.match(r"\s*\{[^\S\n]*\n", text):
        for number, row in numbered_lines(text):
            try:
                yield number, json_object(row, file=str(path), number=number)
            except InvalidInput as error:
                collector.refuse(error)
        return
    decoder = json.JSONDecoder()
    text = text.rstrip()
    is_array = text.lstrip().startswith("[")
    start, counted, line = text.index("[") + 1 if is_array else 0, 0, 1
    last = len(text) - 1 if is_array and text.endswith("]") else len(text)
    while (start := _next(text, start)) < last:
        line, counted = line + text.count("\n", counted, start), start
        try:
            found, start = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            detail, number = getattr(error, "msg", str(error)), getattr(error, "lineno", line)
            collector.refuse(InvalidInput(f"not valid JSON: {detail}", file=str(path), line=number))
            return
        if isinstance(found, dict):
            yield line, found
        else:
            collector.refuse(InvalidInput("expected a JSON object", file=str(path), line=line))


def _next(text: str, start: int) -> int:
    """Where the next object begins, after commas and space."""
    found = _BETWEEN.match(text, start)
    return found.end() if found else start


def _value(field: str, value: Any, path: Path, line: int) -> Any:
    """Numbers as ids are texts, and one text where a list belongs is split as in a sheet."""
    if field == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if field in DATE_FIELDS:
        return iso_date(field, value, file=str(path), line=line)
    return split_list(value) if field in LIST_FIELDS and isinstance(value, str) else value
