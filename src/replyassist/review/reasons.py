"""Reasons that people pick: why a draft is rejected, which teaches the next, and why a lead should look at an item."""

from __future__ import annotations

from .failures import FailureKind

WRONG_TEMPLATE, NO_REPLY_NEEDED, OTHER = "wrong template", "no reply needed", "other"
REJECT_REASONS = {
    WRONG_TEMPLATE: "Wrong template",
    "wrong tone": "Wrong tone",
    "wrong fact": "Wrong fact",
    NO_REPLY_NEEDED: "No reply needed",
    "already answered": "Already answered",
    OTHER: "Other",
}
"""As they are recorded, and as people read them; ``OTHER`` says nothing without words of the person's own."""
ESCALATE_REASONS = (
    "Legal or safety matter",
    "Very angry, could grow",
    "Needs facts that I do not have",
    "Not sure what we may promise",
)
"""Put to people, who may write their own."""


def failure_of(reason: str) -> tuple[FailureKind, ...]:
    """What a reason says of the draft by itself, whether or not its box was ticked too."""
    return (FailureKind.WRONG_TEMPLATE,) if reason == WRONG_TEMPLATE else ()
