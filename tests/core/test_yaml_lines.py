from __future__ import annotations

import pytest
import yaml

from replyassist.core.yaml_lines import line_of

TEXT = "name: a\nrules:\n  - id: one\n    phrases:\n      - x\n      - y\n"


def node() -> yaml.Node:
    root = yaml.compose(TEXT, Loader=yaml.SafeLoader)
    assert root is not None
    return root


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("name",), 1),
        (("rules",), 2),
        (("rules", 0), 3),
        (("rules", 0, "phrases"), 4),
        (("rules", 0, "phrases", 1), 6),
    ],
)
def test_a_field_has_the_line_on_which_it_stands(location: tuple[str | int, ...], line: int) -> None:
    assert line_of(node(), location) == line


@pytest.mark.parametrize(("location", "line"), [(("rules", 0, "missing"), 3), (("rules", 7), 2), (("none",), 1)])
def test_what_is_not_there_has_the_line_of_what_is_around_it(location: tuple[str | int, ...], line: int) -> None:
    assert line_of(node(), location) == line
