"""Cuts a message into the parts that may each ask something."""

from __future__ import annotations

import re

PART_WORDS = 3
MOST_PARTS = 6  # each costs the encoder a text; longer messages are read as far as this
_BREAK = re.compile(  # spaces are read from their first one on alone: a message of 10,000 of them took seven seconds
    r"(?<=[.!?…])\s+|\n+|(?:(?<=\n)|(?<!\s))\s++[-–—]\s+|;\s+"
    r"|,?(?:(?<=\n)|(?<!\s))\s++(?:&|\+|and also|also|btw|by the way|and|but|plus)\s+"
    r"|,\s+(?=(?:how|what|when|where|which|who|why|is|are|do|does|did|can|could|will|would|should)\b)",
    re.IGNORECASE,
)


def parts_of(text: str) -> list[str]:
    """Sentences and clauses with at least three words each, in their order; empty when there are not at least two.

    A piece that is too short stays with the one before it.
    """
    parts: list[str] = []
    for piece in (piece.strip() for piece in _BREAK.split(text)):
        if len(piece.split()) >= PART_WORDS:
            parts.append(piece)
        elif piece and parts:
            parts[-1] = f"{parts[-1]} {piece}"
    return parts[:MOST_PARTS] if len(parts) > 1 else []
