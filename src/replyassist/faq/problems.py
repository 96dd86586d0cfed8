"""What is wrong with a file of templates: every problem with its file, line and field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replyassist.core.errors import InvalidInput

SHOWN_PROBLEMS = 20
UNREADABLE = "unreadable"
"""The rule of a problem that concerns a whole file: nothing of it may be used."""


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


@dataclass(frozen=True)
class MendedText:
    """One text that was mended on its way in; ``place`` is the file and line, ``done`` says how."""

    template_id: str
    field: str
    before: str
    after: str
    done: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class SkippedRecord:
    """A record that was not taken, for a reason that is no mistake."""

    name: str
    reason: str
    place: str


class InvalidTemplates(InvalidInput):
    """Templates that cannot be read; ``detail`` has one line for each problem, ``problems`` has them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = [str(problem) for problem in problems[:SHOWN_PROBLEMS]]
        if len(problems) > SHOWN_PROBLEMS:
            lines.append(f"and {len(problems) - SHOWN_PROBLEMS} more problems")
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)
        first = problems[0]
        self.file, self.line, self.field = first.file, first.line, first.field
        self.extra = {
            "errors": [
                {"file": item.file, "line": item.line, "field": item.field, "message": item.detail} for item in problems
            ]
        }
