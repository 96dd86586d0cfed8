"""Characters that hide text from a reader: invisible ones, tags, changes of direction, look-alike letters."""

from __future__ import annotations

import re
import unicodedata

from replyassist.core.look_alikes import is_mixed

_TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]+")
_INVISIBLE = re.compile("(?<=[A-Za-z])[\u200b\u200c\u200d\u2060\u2061-\u2064\ufeff\u00ad\u180e]+(?=[A-Za-z])")
_TURNED = re.compile("[\u202b\u202e]|\u2067(?!@[^\u2069\n]{1,60}\u2069)")
"""Turns what follows to run from the right. Those to the left, and isolates, stand round mentions and phone numbers."""

_SELECTORS = re.compile("[\ufe00-\ufe0d\U000e0100-\U000e01ef]{3,}")
_WORD = re.compile(r"[^\W\d_]{4,}")
ALONE, FEW = 0.8, 0.4
BROKEN = 0.3  # a word broken by what nobody sees: programs do that too, so it lowers trust beside another sign only
MANY = 3
_FIRST_TAG = 0xE0000


def hidden_signs(text: str) -> tuple[tuple[str, float], ...]:
    """The places that hide something, each with its weight (0 to 1); copied text may hold a few by chance."""
    if text.isascii():
        return ()
    found: list[tuple[str, float]] = []
    if match := _TAGS.search(text) or _SELECTORS.search(text):
        found.append((match[0], ALONE))
    broken = len(_INVISIBLE.findall(text)) - text.count("\u00ad")
    if broken > 0 and (match := _INVISIBLE.search(text)):
        found.append((text[max(0, match.start() - 10) : match.end() + 10], BROKEN))
    if (match := _TURNED.search(text)) and not _is_written_from_the_right(text):
        found.append((text[max(0, match.start() - 10) : match.end() + 10], FEW))
    mixed = [word for word in _WORD.findall(text) if is_mixed(word.casefold())]
    if mixed:
        found.append((mixed[0], ALONE if len(mixed) >= MANY else FEW))
    return tuple(found)


def tagged_text(text: str) -> str:
    """What invisible tag characters spell, or an empty text."""
    return "".join(chr(ord(character) - _FIRST_TAG) for match in _TAGS.finditer(text) for character in match[0])


def _is_written_from_the_right(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)
