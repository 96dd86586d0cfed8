"""CSV as spreadsheets write it: whatever they put between cells, before the header and behind the last column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from .errors import InvalidInput
from .text_files import MAXIMUM_BYTES, read_text

DELIMITERS = ",;\t|"
ROWS_TRIED = 20
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?;*,*[ \t]*\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class TableRow:
    """One row with something in it, and the line on which it begins."""

    file: str
    line: int
    columns: tuple[str, ...]
    values: list[str]

    def cells(self) -> dict[str, str]:
        """The trimmed cells by the name of their column; raise InvalidInput where they do not fit the header.

        A column without a name may only hold empty cells, but for the first, where programs number their rows.
        """
        pairs = list(zip_longest(self.columns, self.values, fillvalue=""))
        missing = any(self.columns[len(self.values) :])
        if not missing and not any(value for name, value in pairs[not pairs[0][0] :] if not name):
            return {name: value for name, value in pairs if name}
        detail = f"the row has {len(self.values)} cells, the header has {len(self.columns)}"
        if len(self.values) == len(self.columns):
            detail = "there is text in a column without a name"
        raise InvalidInput(f"{detail}; is a quotation mark missing?", file=self.file, line=self.line)


@dataclass(frozen=True)
class Table:
    """The columns in their order, the line of the header, and the rows, which are read as they are asked for.

    ``notes`` tell in which encoding the file was read, if not in UTF-8.
    """

    columns: tuple[str, ...]
    rows: Iterator[TableRow]
    line: int
    notes: tuple[str, ...]


def read_table(path: Path, *, known: Callable[[Sequence[str]], int] = lambda _names: 0) -> Table:
    """Read a CSV file with a header; raise InvalidInput with file and line, for what breaks a row when it is its turn.

    Cells are apart by what a line ``sep=`` says, else by the mark that gives the header most of the columns of which
    ``known`` tells the number, and makes most sense of the rows.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAXIMUM_BYTES))
    read, file = read_text(path), str(path)
    said = _SEPARATOR_LINE.match(read.text)
    text = read.text[said.end() :] if said else read.text
    rows = _rows(text, said[1] if said else _delimiter(text, known), file, skipped=1 if said else 0)
    line, columns = next(rows, (0, []))
    if not columns:
        raise InvalidInput("is empty", file=file)
    names = tuple(name for name in columns if name)
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidInput(f"the column '{twice[0]}' is there twice", file=file, line=line)
    return Table(names, (TableRow(file, at, tuple(columns), values) for at, values in rows), line, read.notes)


def spreadsheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV for people who open it in a spreadsheet: with a byte-order mark, and no cell that would be run as a formula
    (one that begins as a formula does gets an apostrophe before it, as OWASP advises)."""
    return "\ufeff" + "".join(map(spreadsheet_line, (columns, *rows)))


def spreadsheet_line(cells: Iterable[object]) -> str:
    """One line of such a file, with its end."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow([_inert(cell) for cell in cells])
    return line.getvalue()


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(FORMULA_MARKS) else cell


def _delimiter(text: str, known: Callable[[Sequence[str]], int]) -> str:
    """The mark that leaves no quotation mark in the header, that makes most columns that are known, that most rows are
    split by as the header is, and that makes most columns; of several the first: a comma where none makes two."""
    found: dict[str, tuple[bool, int, int, int]] = {}
    for mark in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        rows = ([cell.strip() for cell in cells] for cells in reader)
        header, *others = list(islice((cells for cells in rows if any(cells)), ROWS_TRIED)) or [[]]
        alike = sum(len(cells) == len(header) > 1 for cells in others)
        found[mark] = (not any('"' in cell for cell in header), known(header), alike, len(header))
    return max(DELIMITERS, key=lambda mark: found[mark])


def _rows(text: str, delimiter: str, file: str, *, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """The trimmed cells of each row with something in it, and the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1 + skipped
    try:
        for cells in reader:
            values = [cell.strip() for cell in cells]
            if any(values):
                yield line, values
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise InvalidInput(f"not valid CSV: {error}", file=file, line=line) from error
