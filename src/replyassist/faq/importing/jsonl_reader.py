"""Reader of JSON Lines: one object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from replyassist.core.errors import InvalidInput
from replyassist.core.text_files import json_object, numbered_lines, read_text

from .collector import Collector
from .columns import REQUIRED, columns_of
from .csv_reader import LIST_FIELDS, split_list


def read_jsonl(path: Path, collector: Collector) -> None:
    """Read one JSON object a line; empty lines are left out, and a bad line is one problem.

    Raise InvalidInput where the file is no text.
    """
    read = read_text(path)
    collector.notes.extend(read.notes)
    seen: dict[str, None] = {}
    foreign: dict[str, None] = {}
    for number, line in numbered_lines(read.text):
        try:
            record = json_object(line, file=str(path), number=number)
        except InvalidInput as error:
            collector.refuse(error)
            continue
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
    if not columns.is_in_use(raw):
        name = str(record.get("id") or record.get("title") or "")
        collector.leave_out(name, f"'{columns.active}' is {json.dumps(raw[str(columns.active)])}", str(path), line)
        return columns.foreign(names)
    missing = [(field, detail) for field, detail in columns.missing(names, collector.column_map) if field in REQUIRED]
    for field, detail in missing:
        collector.problem(detail.replace("column", "field", 1), str(path), line, field)
    if not missing:
        fields = {field: _value(field, value) for field, value in record.items()}
        collector.add(fields, file=str(path), line_of=lambda _location: line, columns=columns.of_field)
    return columns.foreign(names)


def _value(field: str, value: Any) -> Any:
    """Numbers as ids are texts, and one text where a list belongs is split as in a sheet."""
    if field == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return split_list(value) if field in LIST_FIELDS and isinstance(value, str) else value
