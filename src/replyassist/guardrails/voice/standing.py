"""How bad a broken voice rule is in a text that is being checked."""

from __future__ import annotations

from replyassist.guardrails.findings import Severity


def standing(setting: str) -> Severity:
    """The severity that the voice sets; what should have been fixed and still stands there is a warning."""
    return Severity.BLOCK if setting == "block" else Severity.WARN
