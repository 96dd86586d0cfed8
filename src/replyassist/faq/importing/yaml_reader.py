"""Reader of YAML templates: plain data only, with the line of every field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from replyassist.core.text_files import read_text
from replyassist.core.yaml_lines import line_of

from ..naming import is_named_after
from .collector import Collector, did_you_mean
from .columns import FIELDS, TemplateColumns

_INTEGER, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"


class _PlainLoader(yaml.SafeLoader):
    """The safe loader without aliases: a template needs none, and merged aliases can grow without bound."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse ``*name``; else as the safe loader."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it untyped
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed here", mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def read_yaml(path: Path, collector: Collector) -> None:
    """Read one template; its id must be its file's name. Raise InvalidInput where the file is no text."""
    read = read_text(path)
    collector.notes.extend(read.notes)
    try:
        loader = _PlainLoader(read.text)
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        collector.problem(f"not valid YAML: {error.problem}", str(path), _mark_line(error))
        return
    except yaml.reader.ReaderError as error:
        line = read.text[: error.position].count("\n") + 1
        collector.problem(f"not valid YAML: {error.reason}", str(path), line)
        return
    except RecursionError:
        collector.problem("not valid YAML: nested too deeply", str(path))
        return
    if not isinstance(root, yaml.MappingNode):
        collector.problem("expected a mapping with the fields of one template", str(path), 1)
        return
    before = len(collector.problems)
    record = _construct(loader, root, path, collector)
    _check_facts(root, record, path, collector)
    named = record.get(collector.column_map.get("id", "id"))
    if isinstance(named, str) and not is_named_after(path, named.strip()):
        detail = f"the id '{named}' is unlike the name of its file '{path.name}'"
        collector.problem(detail, str(path), line_of(root, ("id",)), "id")
    if len(collector.problems) == before:
        columns = {field: collector.column_map.get(field, field) for field in FIELDS}
        collector.add(
            TemplateColumns(columns).record(record),
            file=str(path),
            line_of=lambda location: line_of(root, location),
            columns=columns,
            is_yaml=True,
        )


def _construct(loader: _PlainLoader, root: yaml.MappingNode, path: Path, collector: Collector) -> dict[str, Any]:
    record: dict[str, Any] = {}
    ours = {collector.column_map.get(field, field) for field in FIELDS}
    for key, value in root.value:
        line = key.start_mark.line + 1
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        if name not in ours:
            collector.problem(f"unknown field '{name}'{did_you_mean(name)}", str(path), line, name)
        elif name in record:
            collector.problem("the field is there twice", str(path), line, name)
        try:
            record[name] = loader.construct_object(value, deep=True)
        except yaml.MarkedYAMLError as error:
            collector.problem(f"not valid YAML: {error.problem}", str(path), _mark_line(error) or line, name)
        except (ValueError, TypeError, RecursionError) as error:
            collector.problem(f"cannot be read: {error}", str(path), line, name)
    return record


def _check_facts(root: yaml.MappingNode, record: dict[str, Any], path: Path, collector: Collector) -> None:
    """A fact is shown as it is written: ``price: 1.50`` would become 1.5 and ``time: 11:00`` would become 660."""
    column = collector.column_map.get("facts", "facts")
    node = next((value for key, value in root.value if key.value == column), None)
    facts = record.get(column)
    if not isinstance(node, yaml.MappingNode) or not isinstance(facts, dict):
        return
    names = set()
    for key, value in node.value:
        line, field = key.start_mark.line + 1, f"facts.{key.value}"
        if key.value in names:
            collector.problem("the fact is there twice", str(path), line, field)
        names.add(key.value)
        fact = facts.get(key.value)
        if value.tag in (_INTEGER, _FLOAT) and fact is not None and value.value not in _ways_to_write(fact):
            detail = f"{value.value} would be shown as {fact}; put it in quotes"
            collector.problem(detail, str(path), line, field)


def _ways_to_write(number: float) -> tuple[str, str]:
    represented = yaml.representer.SafeRepresenter().represent_data(number)
    return str(number), str(represented.value)


def _mark_line(error: yaml.MarkedYAMLError) -> int | None:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else None
