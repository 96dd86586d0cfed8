"""Where in a YAML file a field stands."""

from __future__ import annotations

from collections.abc import Sequence

import yaml


def line_of(node: yaml.Node, location: Sequence[str | int]) -> int:
    """The line (from 1) of a field, or of the nearest thing around it that has one."""
    line = node.start_mark.line + 1
    for part in location:
        inner: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    line, inner = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            inner = node.value[part]
            line = inner.start_mark.line + 1
        if inner is None:
            break
        node = inner
    return line
