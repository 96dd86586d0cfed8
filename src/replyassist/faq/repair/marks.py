"""A text whose gaps and slots are single private characters, so that patterns can speak of them by meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..template import SLOT
from .meaning import Meaning
from .placeholders import gaps_in

_ROOM = 0x1000
_FIRST = {
    Meaning.CUSTOMER: 0xF0000,
    Meaning.AGENT: 0xF1000,
    Meaning.ORDER: 0xF2000,
    Meaning.OTHER: 0xF3000,
}
_SLOTS = 0xF4000
_PRIVATE = re.compile("[\U000f0000-\U000f4fff]")


def _range(first: int) -> str:
    return f"{chr(first)}-{chr(first + _ROOM - 1)}"


CUSTOMER, AGENT, ORDER, OTHER = (_range(_FIRST[meaning]) for meaning in Meaning)
"""The insides of character classes, one for each meaning."""


@dataclass(frozen=True)
class MarkedText:
    """The marked text, and what each mark stands for."""

    text: str
    originals: dict[str, str]

    def shown(self, text: str) -> str:
        """A text made from the marked one, with its gaps and slots as they were."""
        return _PRIVATE.sub(lambda mark: self.originals.get(mark[0], mark[0]), text)


def marked(text: str, *, slots: frozenset[str]) -> MarkedText:
    """Mark the slots that have a fact, and all gaps. A text that holds such private characters stays unmarked."""
    if _PRIVATE.search(text):
        return MarkedText(text, {})
    originals: dict[str, str] = {}

    def mark(first: int, original: str) -> str:
        character = chr(first + len(originals) % _ROOM)
        originals[character] = original
        return character

    kept = SLOT.sub(lambda slot: mark(_SLOTS, slot[0]) if slot[1] in slots else slot[0], text)
    pieces: list[str] = []
    position = 0
    for gap in gaps_in(kept):
        if len(originals) < _ROOM:
            pieces += [kept[position : gap.start], mark(_FIRST[gap.meaning], kept[gap.start : gap.end])]
            position = gap.end
    return MarkedText("".join([*pieces, kept[position:]]), originals)
