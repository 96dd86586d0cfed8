"""Labelled cases in files, one JSON object a line or one row of a table each; every wrong one is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from replyassist.core.errors import InvalidInput
from replyassist.core.tables import read_table
from replyassist.core.text_files import json_object, numbered_lines, read_text
from replyassist.evaluation.columns import CaseColumns
from replyassist.evaluation.contradictions import contradictions, repetitions
from replyassist.evaluation.dataset import Case, CasePlace, Dataset, dataset_of
from replyassist.faq.problems import Problem

NO_MAP: Mapping[str, str] = MappingProxyType({})
TABLES = (".csv", ".tsv")
SUFFIXES = (".jsonl", *TABLES)
NESTED = "expected."
MOST_NAMED = 20  # problems


@dataclass(frozen=True)
class ReadCases:
    """The good cases of files, and every problem of the others."""

    dataset: Dataset
    problems: tuple[Problem, ...] = ()


def load_cases(path: Path, *, column_map: Mapping[str, str] = NO_MAP) -> Dataset:
    """Read a JSONL or CSV file, or every one of a folder by name.

    ``column_map`` says which foreign column holds a field. Raise InvalidInput with one line for each of up to 20
    problems, each with file, line and field: what is malformed, an id that is there twice (they are unique over all
    the files), and labels of one message that contradict each other.
    """
    read = check_cases(path, column_map=column_map)
    _stop_for(read.problems)
    if not read.dataset.cases:
        raise InvalidInput("there is no case in it", file=str(path))
    return read.dataset


def check_cases(path: Path, *, column_map: Mapping[str, str] = NO_MAP, numbered: bool = False) -> ReadCases:
    """The same, but problems are returned beside the good cases.

    ``numbered``: a case without an id gets one from its line. Raise InvalidInput where a whole file cannot be read.
    """
    reader = _CaseFileReader(column_map, numbered=numbered)
    for file in _files(path):
        reader.read(file)
    if not reader.problems:
        reader.problems.extend(contradictions(reader.cases, reader.places))
    bad = {(problem.file, problem.line) for problem in reader.problems}
    good = [case for case in reader.cases if (reader.places[case.id].file, reader.places[case.id].line) not in bad]
    notes = (*reader.notes, *repetitions(good, reader.places))
    return ReadCases(replace(dataset_of(good), places=reader.places, notes=notes), tuple(reader.problems))


def _stop_for(problems: Sequence[Problem]) -> None:
    """Raise InvalidInput with a line for each problem, if there are any."""
    if not problems:
        return
    lines = [str(problem) for problem in problems[:MOST_NAMED]]
    if more := len(problems) - len(lines):
        lines.append(f"and {more} more")
    raised, first = InvalidInput("\n".join(lines)), problems[0]
    raised.file, raised.line, raised.field = first.file, first.line, first.field
    raise raised


class _CaseFileReader:
    """Gathers cases, their places and problems over several files."""

    def __init__(self, column_map: Mapping[str, str], *, numbered: bool = False) -> None:
        self.column_map = column_map
        self.numbered = numbered
        self.cases: list[Case] = []
        self.places: dict[str, CasePlace] = {}
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def read(self, file: Path) -> None:
        """Read one file; what is wrong with a case is a problem, what is wrong with the file is raised."""
        columns = CaseColumns(self.column_map, file=str(file), numbered=self.numbered)
        records = self._table(file, columns) if file.suffix.lower() in TABLES else self._lines(file, columns)
        for place, record in records:
            if self.numbered and not record.get("id"):
                record["id"] = f"{file.stem}-{place.line}"
            self._add(record, place)
        self.notes.extend(columns.notes())

    def _table(self, file: Path, columns: CaseColumns) -> Iterator[tuple[CasePlace, dict[str, Any]]]:
        table = read_table(file, known=columns.known)
        columns.hold(table.columns, line=table.line)
        self.notes.extend(table.notes)
        for row in table.rows:
            try:
                yield CasePlace(str(file), row.line), columns.nested(row.cells())
            except InvalidInput as error:
                self._refuse(error)

    def _lines(self, file: Path, columns: CaseColumns) -> Iterator[tuple[CasePlace, dict[str, Any]]]:
        read = read_text(file)
        self.notes.extend(read.notes)
        for number, line in numbered_lines(read.text):
            try:
                record = json_object(line, file=str(file), number=number)
            except InvalidInput as error:
                self._refuse(error)
                continue
            if columns.is_flat(record):
                yield CasePlace(str(file), number), columns.nested(record)
            else:
                yield CasePlace(str(file), number, NESTED), columns.renamed(record)

    def _add(self, record: dict[str, Any], place: CasePlace) -> None:
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

    def _problem(self, detail: str, place: CasePlace, field: str | None = None) -> None:
        self.problems.append(Problem(detail, place.file, place.line, field))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if not files:
        raise InvalidInput("there is no *.jsonl, *.csv or *.tsv file in this folder", file=str(path))
    return files


def _named(place: CasePlace) -> str:
    return f"{Path(place.file).name}, line {place.line}"
