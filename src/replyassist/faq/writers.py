"""Writers of the three file formats; what they write reads back as the same templates."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from replyassist.core.errors import InvalidInput

from .importing.columns import FIELDS
from .importing.csv_reader import LIST_FIELDS, SEPARATOR, split_list
from .naming import YAML_SUFFIXES, file_stem
from .template import ReplyTemplate

_FIRST = ("id", "title", "questions", "reply")
COLUMNS = _FIRST + tuple(field for field in FIELDS if field not in _FIRST)


_RARE_BREAKS = re.compile("[\r\x85\u2028\u2029]")


class _ReviewableDumper(yaml.SafeDumper):
    """Shows texts of several lines as such, and writes rare line breaks so that they are read back (PyYAML folds
    them outside of double quotes)."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _RARE_BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_ReviewableDumper.add_representer(str, _represent_text)


def write_csv(templates: Sequence[ReplyTemplate], path: Path) -> None:
    """One row for each template, every field a column."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for template in templates:
        document = template.model_dump(mode="json")
        writer.writerow([_cell(field, document[field]) for field in COLUMNS])
    _replace(path, text.getvalue())


def write_jsonl(templates: Sequence[ReplyTemplate], path: Path) -> None:
    """One JSON object a line."""
    lines = (json.dumps(template.model_dump(mode="json"), ensure_ascii=False) + "\n" for template in templates)
    _replace(path, "".join(lines))


def write_yaml_folder(templates: Sequence[ReplyTemplate], folder: Path) -> None:
    """One file for each template; raise InvalidInput when YAML files of other templates are in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {f"{file_stem(template.id)}.yaml": template for template in templates}
    others = sorted(file.name for file in _yaml_files(folder) if file.name not in names)
    if others:
        raise InvalidInput(
            f"the folder holds other templates ({', '.join(others[:5])}); remove them or name another folder",
            file=str(folder),
        )
    for name, template in names.items():
        _replace(folder / name, yaml_text(template))


def yaml_text(template: ReplyTemplate) -> str:
    """The template as one YAML document, fields in their usual order and dates unquoted."""
    document: dict[str, Any] = template.model_dump(mode="json")
    document |= {"valid_from": template.valid_from, "valid_until": template.valid_until}
    return str(yaml.dump(document, Dumper=_ReviewableDumper, sort_keys=False, allow_unicode=True, width=float("inf")))


def _cell(field: str, value: Any) -> str:
    if field in LIST_FIELDS:
        joined = SEPARATOR.join(value)
        return joined if split_list(joined) == value else json.dumps(value, ensure_ascii=False)
    if field == "facts":
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else str(value)


def _yaml_files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.iterdir() if file.suffix.lower() in YAML_SUFFIXES)


def _replace(path: Path, text: str) -> None:
    """Write beside the file and swap, so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name[:40]}.tmp")
    try:
        beside.write_bytes(text.encode())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
