"""What is wrong with a file of templates: every problem with its file, line and field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replyassist.core.errors import InvalidInput

MAXIMUM_PROBLEMS = 20


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a template from being read; ``rule`` names its kind."""

    detail: str
    file: str
    line: int | None = None
    field: str | None = None
    rule: str = "malformed"

    def __str__(self) -> str:
        """One line: file, line, field and what is wrong."""
        error = InvalidInput(self.detail, file=self.file, line=self.line, field=self.field)
        return " ".join(error.detail.split())


class InvalidTemplates(InvalidInput):
    """Templates that cannot be read; ``detail`` has one line for each problem, ``problems`` has them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = [str(problem) for problem in problems]
        if len(problems) >= MAXIMUM_PROBLEMS:
            lines.append(f"reading stopped after {MAXIMUM_PROBLEMS} problems")
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)
        first = problems[0]
        self.file, self.line, self.field = first.file, first.line, first.field
        self.extra = {
            "errors": [
                {"file": item.file, "line": item.line, "field": item.field, "message": item.detail} for item in problems
            ]
        }
