"""What a person's wish for another wording comes to, where it is one of the few that need no model to be understood."""

from __future__ import annotations

import re
from enum import StrEnum

from replyassist.guardrails.text import normalise


class Change(StrEnum):
    """A change that we make ourselves, whatever the model makes of the words."""

    SHORTER = "shorter"
    SORRIER = "sorrier"


_WORDS = {
    Change.SHORTER: re.compile(
        r"(?<!\w)(?:short|shorten|shorter|brief|briefer|concise|trim|cut (?:it|this)|less text|too long)(?!\w)"
    ),
    Change.SORRIER: re.compile(r"(?<!\w)(?:apolog\w+|sorry|sorrier|regret\w*|sympath\w+|empath\w+)(?!\w)"),
}


def wants(change: Change, instruction: str | None) -> bool:
    """Whether the person asks for this change."""
    return bool(instruction) and _WORDS[change].search(normalise(instruction or "").text) is not None
