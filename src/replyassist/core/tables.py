"""CSV as spreadsheets write it: whatever they put between cells, before the header and behind the last column."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from .errors import InvalidInput

MAXIMUM_BYTES = 64 * 1024 * 1024
DELIMITERS = ",;\t|"
ROWS_TRIED = 20
SPREADSHEET = "cp1252"
"""What Western spreadsheets write where they do not write Unicode."""
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """The cells of one row by the name of their column, and the line on which it begins."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """The columns in their order, and every row with something in it.

    ``line`` is that of the header, ``encoding`` the one that the file is read in.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int
    encoding: str


def read_table(path: Path) -> Table:
    """Read a CSV file with a header; raise InvalidInput with the file and the line.

    The text is UTF-8, UTF-16 with its mark, or what ``SPREADSHEET`` says; cells are apart by what the line ``sep=``
    names, else by the mark of ``DELIMITERS`` that makes most columns of the header. Columns without a name may only
    hold empty cells.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAXIMUM_BYTES))
    text, encoding = _text(path)
    skipped, delimiter = 0, ""
    if named := _SEPARATOR_LINE.match(text):
        text, skipped, delimiter = text[named.end() :], 1, named[1]
    rows = _rows(text, delimiter or _delimiter(text), path, skipped=skipped)
    header = next(((line, cells) for line, cells in rows if any(cells)), None)
    if header is None:
        raise InvalidInput("is empty", file=str(path))
    columns = _columns(header[1], path, header[0])
    found = tuple(Row(line, _named(columns, cells, path, line)) for line, cells in rows if any(cells))
    return Table(tuple(name for name in columns if name), found, header[0], encoding)


def _text(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror or error}", file=str(path)) from error
    if len(content) > MAXIMUM_BYTES:
        raise InvalidInput(f"larger than {MAXIMUM_BYTES // 1024 // 1024} MiB", file=str(path))
    encodings = ["utf-8-sig", SPREADSHEET]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\x00" in content:
        encodings = ["utf-8-sig"]
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
    raise InvalidInput("not UTF-8; save the file with the encoding UTF-8", file=str(path), line=line)


def _delimiter(text: str) -> str:
    """The mark that leaves no quotation mark in the header, that most rows are split by as the header is, and that
    makes most columns; of several the first: a comma where none makes two columns."""
    found: dict[str, tuple[bool, int, int]] = {}
    for mark in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        header, *rows = list(islice((cells for cells in reader if any(cells)), ROWS_TRIED)) or [[]]
        alike = sum(len(cells) == len(header) > 1 for cells in rows)
        found[mark] = (not any('"' in cell for cell in header), alike, len(header))
    return max(DELIMITERS, key=lambda mark: found[mark])


def _rows(text: str, delimiter: str, path: Path, *, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """The trimmed cells of each row with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line + skipped, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput(f"not valid CSV: {error}", file=str(path), line=line + skipped) from error


def _columns(header: list[str], path: Path, line: int) -> list[str]:
    names = [name for name in header if name]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidInput(f"the column '{twice[0]}' is there twice", file=str(path), line=line)
    return header


def _named(columns: list[str], cells: list[str], path: Path, line: int) -> dict[str, str]:
    named = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    surplus = [cell for name, cell in zip_longest(columns, cells, fillvalue="") if not name]
    if any(surplus) or len(named) < sum(map(bool, columns)):
        detail = f"the row has {len(cells)} cells, the header has {len(columns)}; is a quotation mark missing?"
        raise InvalidInput(detail, file=str(path), line=line)
    return named
