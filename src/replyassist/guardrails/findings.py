"""A finding is what one rule has against a text; the verdict follows from the findings alone."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """How bad a finding is."""

    BLOCK = "block"  # must not leave as it is
    WARN = "warn"  # a person should look at this place
    INFO = "info"  # worth knowing, harmless
    FIX = "fix"  # was mended by itself; nothing is left to do


class Verdict(StrEnum):
    """What the checks say of a whole draft."""

    READY = "ready"  # nothing found that a person must mend
    NEEDS_EDIT = "needs_edit"  # warnings: a person should mend it
    BLOCKED = "blocked"  # at least one blocking finding


class Finding(BaseModel):
    """One rule's objection; ``start`` and ``end`` are character offsets into the checked text."""

    model_config = ConfigDict(frozen=True)

    rule: str
    severity: Severity
    explanation: str
    start: int = 0
    end: int = 0
    excerpt: str = ""


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The worst severity decides: block -> blocked, warn -> needs_edit, else ready (info and fix ask nothing)."""
    severities = {finding.severity for finding in findings}
    if Severity.BLOCK in severities:
        return Verdict.BLOCKED
    return Verdict.NEEDS_EDIT if Severity.WARN in severities else Verdict.READY
