"""Rules of severity "fix" mend a draft themselves, and say what they did."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.findings import Finding


@dataclass(frozen=True)
class Mended:
    """A draft after mending; ``findings`` (severity FIX) say what was replaced by what, at its place in ``text``."""

    text: str
    findings: tuple[Finding, ...] = ()


def mend(text: str, context: CheckContext) -> Mended:
    """Apply every rule of severity "fix" to the draft; mending twice changes nothing more."""
    return Mended(text=text)
