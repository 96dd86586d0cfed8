"""The first rows of a file that somebody brought, and what its columns probably are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from replyassist.core.errors import InvalidInput
from replyassist.core.tables import read_table
from replyassist.core.text_files import json_object, numbered_lines, read_text
from replyassist.evaluation.case_files import NESTED, TABLES
from replyassist.evaluation.columns import CASE_FIELDS, guessed_map
from replyassist.evaluation.upload_files import YAML, UploadKind
from replyassist.faq.importing.columns import FIELDS, columns_of

ROWS_SHOWN = 5
LONGEST_CELL = 200
FIELDS_OF = {UploadKind.CASES: CASE_FIELDS, UploadKind.TEMPLATES: FIELDS}


@dataclass(frozen=True)
class UploadPreview:
    """The first rows under their columns, and the column that each field probably has.

    ``needs_map``: there are columns that a person may want to map.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: Mapping[str, str]
    needs_map: bool


def preview_of(path: Path, kind: UploadKind, *, is_readable: Callable[[], bool]) -> UploadPreview:
    """The first rows; ``is_readable``: whether anything good is in it without a map. Raise InvalidInput where the file
    cannot be read at all."""
    if path.is_dir() or path.suffix.lower() in YAML:
        return UploadPreview((), (), {}, needs_map=False)
    is_table = path.suffix.lower() in TABLES
    columns, records = _table(path, kind) if is_table else _objects(path)
    rows = tuple(tuple(_shown(record.get(column)) for column in columns) for record in records)
    return UploadPreview(columns, rows, guess_of(kind, columns), needs_map=is_table or not is_readable())


def guess_of(kind: UploadKind, columns: Sequence[str]) -> Mapping[str, str]:
    """The column that each field probably has."""
    return guessed_map(columns) if kind is UploadKind.CASES else columns_of(columns, {}).of_field


def _table(path: Path, kind: UploadKind) -> tuple[tuple[str, ...], list[Mapping[str, Any]]]:
    table = read_table(path, known=lambda names: len(guess_of(kind, names)))
    records: list[Mapping[str, Any]] = []
    for row in islice(_readable(table.rows), ROWS_SHOWN):
        records.append(dict(zip(row.columns, row.values, strict=False)))
    return table.columns, records


def _readable(rows: Iterator[Any]) -> Iterator[Any]:
    """The rows up to the first that breaks the table; the check names it."""
    try:
        yield from rows
    except InvalidInput:
        return


def _objects(path: Path) -> tuple[tuple[str, ...], list[Mapping[str, Any]]]:
    records: list[Mapping[str, Any]] = []
    for number, line in islice(numbered_lines(read_text(path).text), ROWS_SHOWN):
        try:
            found = json_object(line, file=str(path), number=number)
        except InvalidInput:
            continue  # the check names it
        label = found.pop("expected", None)
        nested = {f"{NESTED}{name}": value for name, value in label.items()} if isinstance(label, dict) else {}
        records.append(found | nested)
    return tuple(dict.fromkeys(name for record in records for name in record)), records


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else " | ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"
