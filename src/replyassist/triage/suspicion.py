"""Orders to the machine inside a message."""

from __future__ import annotations

import re

from .models import Risk
from .risks import EXCERPT_CHARACTERS

_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|rule|prompt|guideline|above|previous)s?\b"
    r"|\b(?:system|assistant|developer)\s*(?:prompt|message|note)?\s*:"
    r"|\b(?:reveal|print|show|repeat)\b.{0,30}\b(?:system prompt|your (?:instructions|rules|prompt))\b"
    r"|\byou are now\b|\bnote to the (?:reply |ai )?assistant\b|\bact as\b.{0,30}\b(?:ai|assistant|model)\b"
    r"|<\|?(?:im_start|system|endoftext)\|?>",
    re.IGNORECASE | re.DOTALL,
)


def injection_risks(text: str) -> tuple[Risk, ...]:
    """The order that the text gives to the machine, if it gives one."""
    match = _INJECTION.search(text)
    if match is None:
        return ()
    excerpt = match.group(0)[:EXCERPT_CHARACTERS]
    return (Risk(kind="injection", explanation="Tries to give the machine orders.", excerpt=excerpt),)
