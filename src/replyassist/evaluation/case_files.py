"""Labelled cases in files, one JSON object a line or one row of a table each; every wrong one is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from replyassist.core.errors import InvalidInput
from replyassist.core.tables import read_table
from replyassist.core.text_files import json_object, numbered_lines, read_text
from replyassist.evaluation.columns import Columns
from replyassist.evaluation.contradictions import contradictions, repetitions
from replyassist.evaluation.dataset import Case, Dataset, Place, dataset_of
from replyassist.faq.problems import Problem

NO_MAP: Mapping[str, str] = MappingProxyType({})
SUFFIXES = (".jsonl", ".csv")
NESTED = "expected."
MOST_NAMED = 20  # problems


def load_cases(path: Path, *, column_map: Mapping[str, str] = NO_MAP) -> Dataset:
    """Read a JSONL or CSV file, or every one of a folder by name.

    ``column_map`` says which foreign column holds a field. Raise InvalidInput with one line for each of up to 20
    problems, each with file, line and field: what is malformed, an id that is there twice (they are unique over all
    the files), and labels of one message that contradict each other.
    """
    reader = _Reader(column_map)
    for file in _files(path):
        reader.read(file)
    reader.stop_for_problems()
    if not reader.cases:
        raise InvalidInput("there is no case in it", file=str(path))
    reader.problems.extend(contradictions(reader.cases, reader.places))
    reader.stop_for_problems()
    notes = (*reader.notes, *repetitions(reader.cases, reader.places))
    return replace(dataset_of(reader.cases), places=reader.places, notes=notes)


class _Reader:
    """Gathers cases, their places and problems over several files."""

    def __init__(self, column_map: Mapping[str, str]) -> None:
        self.column_map = column_map
        self.cases: list[Case] = []
        self.places: dict[str, Place] = {}
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def read(self, file: Path) -> None:
        """Read one file; what is wrong with a case is a problem, what is wrong with the file is raised."""
        columns = Columns(self.column_map, file=str(file))
        records = self._table(file, columns) if file.suffix.lower() == ".csv" else self._lines(file, columns)
        for place, record in records:
            self._add(record, place)
        self.notes.extend(columns.notes())

    def stop_for_problems(self) -> None:
        """Raise InvalidInput with a line for each problem so far, if there are any."""
        if not self.problems:
            return
        lines = [str(problem) for problem in self.problems[:MOST_NAMED]]
        if more := len(self.problems) - len(lines):
            lines.append(f"and {more} more")
        raised, first = InvalidInput("\n".join(lines)), self.problems[0]
        raised.file, raised.line, raised.field = first.file, first.line, first.field
        raise raised

    def _table(self, file: Path, columns: Columns) -> Iterator[tuple[Place, dict[str, Any]]]:
        table = read_table(file, known=columns.known)
        columns.hold(table.columns, line=table.line)
        self.notes.extend(table.notes)
        for row in table.rows:
            try:
                yield Place(str(file), row.line), columns.nested(row.cells())
            except InvalidInput as error:
                self._refuse(error)

    def _lines(self, file: Path, columns: Columns) -> Iterator[tuple[Place, dict[str, Any]]]:
        read = read_text(file)
        self.notes.extend(read.notes)
        for number, line in numbered_lines(read.text):
            try:
                record = json_object(line, file=str(file), number=number)
            except InvalidInput as error:
                self._refuse(error)
                continue
            if columns.is_flat(record):
                yield Place(str(file), number), columns.nested(record)
            else:
                yield Place(str(file), number, NESTED), columns.renamed(record)

    def _add(self, record: dict[str, Any], place: Place) -> None:
        try:
            case = Case.model_validate(record)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                field = ".".join(str(part) for part in item["loc"]) or None
                if field and not place.prefix:
                    field = field.removeprefix(NESTED)
                self._problem(item["msg"].removeprefix("Value error, "), place, field)
            return
        if case.id in self.places:
            self._problem(f"the id '{case.id}' is there twice, first in {_named(self.places[case.id])}", place, "id")
            return
        self.places[case.id] = place
        self.cases.append(case)

    def _refuse(self, error: InvalidInput) -> None:
        self.problems.append(Problem(error.reason, str(error.file), error.line, error.field))

    def _problem(self, detail: str, place: Place, field: str | None = None) -> None:
        self.problems.append(Problem(detail, place.file, place.line, field))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if not files:
        raise InvalidInput("there is no *.jsonl or *.csv file in this folder", file=str(path))
    return files


def _named(place: Place) -> str:
    return f"{Path(place.file).name}, line {place.line}"
