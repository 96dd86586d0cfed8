"""What lint says: one finding, and how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LintSeverity(StrEnum):
    """Whether a template must be mended."""

    ERROR = "error"  # it would show something wrong, or it is unclear which template answers
    WARNING = "warning"  # worth a look


@dataclass(frozen=True)
class LintFinding:
    """One rule that one or more templates break."""

    rule: str
    severity: LintSeverity
    template_ids: tuple[str, ...]
    explanation: str


def error(rule: str, template_ids: str | tuple[str, ...], explanation: str) -> LintFinding:
    """A finding that must be mended."""
    return LintFinding(rule, LintSeverity.ERROR, _ids(template_ids), explanation)


def warning(rule: str, template_ids: str | tuple[str, ...], explanation: str) -> LintFinding:
    """A finding that is worth a look."""
    return LintFinding(rule, LintSeverity.WARNING, _ids(template_ids), explanation)


def _ids(template_ids: str | tuple[str, ...]) -> tuple[str, ...]:
    return (template_ids,) if isinstance(template_ids, str) else template_ids
