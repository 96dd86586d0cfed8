"""Templates in files: a folder of YAML, one YAML file, CSV or JSONL, read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from replyassist.core.errors import InvalidInput

from .importing.collector import Collector, ReadingStopped
from .importing.csv_reader import read_csv
from .importing.jsonl_reader import read_jsonl
from .importing.yaml_reader import read_yaml
from .naming import YAML_SUFFIXES
from .problems import UNREADABLE, InvalidTemplates, MendedText, Problem, SkippedRecord
from .template import ReplyTemplate
from .writers import write_csv, write_jsonl, write_yaml_folder

NO_MAP: Mapping[str, str] = MappingProxyType({})


class FileFormat(StrEnum):
    """How templates are kept in files."""

    YAML = "yaml"  # a folder with one file for each template
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True)
class LoadedTemplates:
    """What was read: the good templates, and everything that has to be said of the rest.

    ``changes`` were mended, ``left_out`` records are no mistake (not in use, or there twice), ``problems`` keep a
    template out, and ``notes`` tell how a file was read where that was a guess.
    """

    templates: list[ReplyTemplate]
    ignored_columns: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    changes: tuple[MendedText, ...] = ()
    left_out: tuple[SkippedRecord, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether there are templates, and no file as a whole was unreadable."""
        return bool(self.templates) and all(problem.rule != UNREADABLE for problem in self.problems)


def read_templates(path: Path, *, column_map: Mapping[str, str] = NO_MAP) -> LoadedTemplates:
    """Read templates from a YAML folder, a YAML file, CSV or JSONL.

    ``column_map`` says which foreign column holds a field (``{"reply": "answer"}``). Raise InvalidTemplates, an
    InvalidInput with one line for each of up to 20 problems, unless every template is good.
    """
    loaded = load_templates(path, column_map=column_map)
    if loaded.problems:
        raise InvalidTemplates(loaded.problems)
    return loaded


def load_templates(path: Path, *, column_map: Mapping[str, str] = NO_MAP) -> LoadedTemplates:
    """The same, but problems are returned beside the good templates. Raise InvalidInput for a wrong column map."""
    collector = Collector(column_map)
    try:
        _read(path, collector)
        if not collector.templates and not collector.problems:
            why = "every template in it is left out" if collector.left_out else "there is no template in it"
            collector.unreadable(why, str(path))
    except ReadingStopped:
        pass
    return LoadedTemplates(
        collector.templates,
        ignored_columns=tuple(collector.ignored),
        problems=tuple(collector.problems),
        changes=tuple(collector.changes),
        left_out=tuple(collector.left_out),
        notes=tuple(collector.notes),
    )


def write_templates(
    templates: Sequence[ReplyTemplate], path: Path, *, file_format: FileFormat | None = None
) -> FileFormat:
    """Write templates so that reading gives them back; the format is that of the suffix, else a YAML folder.

    Raise InvalidInput when the path cannot be written, or when a folder holds YAML files of other templates.
    """
    chosen = file_format or _format_of(path)
    try:
        match chosen:
            case FileFormat.CSV:
                write_csv(templates, path)
            case FileFormat.JSONL:
                write_jsonl(templates, path)
            case FileFormat.YAML:
                write_yaml_folder(templates, path)
    except OSError as error:
        raise InvalidInput(f"cannot be written: {error.strerror or error}", file=str(path)) from error
    return chosen


def _read(path: Path, collector: Collector) -> None:
    suffix = path.suffix.lower()
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in YAML_SUFFIXES and file.is_file())
        if not files:
            collector.unreadable("there is no *.yaml file in this folder", str(path))
        for file in files:
            _read_file(read_yaml, file, collector)
    elif not path.exists():
        collector.unreadable("there is no such file or folder", str(path))
    elif suffix in YAML_SUFFIXES:
        _read_file(read_yaml, path, collector)
    elif suffix in (".csv", ".tsv"):
        _read_file(read_csv, path, collector)
    elif suffix in (".jsonl", ".json"):
        _read_file(read_jsonl, path, collector)
    else:
        collector.unreadable("expected a folder of YAML files, or a .yaml, .csv, .tsv, .jsonl or .json file", str(path))


def _read_file(reader: Callable[[Path, Collector], None], path: Path, collector: Collector) -> None:
    try:
        reader(path, collector)
    except InvalidInput as error:
        collector.refuse(error, UNREADABLE)


def _format_of(path: Path) -> FileFormat:
    suffix = path.suffix.lower()
    if suffix in (".csv", ".jsonl"):
        return FileFormat(suffix[1:])
    if suffix in YAML_SUFFIXES:
        raise InvalidInput("YAML is written to a folder, one file for each template; name a folder", file=str(path))
    return FileFormat.YAML
