"""How long a reply is as its platform counts it: ``counting.yaml`` has the numbers, this the ways of counting."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import emoji
import regex
import yaml
from pydantic import BaseModel, Field

Unit = Literal["characters", "utf16", "graphemes", "bytes", "weighted", "emoji_bytes"]
OTHER_CHANNELS = "default"
_TABLE = Path(__file__).with_name("counting.yaml")
_LINK = regex.compile(r"https?://[^\s<>\"]+|(?<![\w@.])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s<>\"]*)?", regex.IGNORECASE)
_END_OF_LINK = ".,;:!?)]}'\""
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that count once on X; all others, and an emoji however it is put together, count twice (twitter-text
config v3)."""


class Counting(BaseModel, frozen=True, extra="forbid"):
    """How one platform counts. ``most`` is its own limit, None where none is known; ``bytes`` a second one.

    ``unproven`` is a limit that only third parties tell of. ``link`` is what a link counts, None for its length;
    ``fold`` the characters before "see more".
    """

    unit: Unit = "characters"
    most: int | None = Field(default=None, ge=1)
    bytes: int | None = Field(default=None, ge=1)
    unproven: int | None = Field(default=None, ge=1)
    link: int | None = Field(default=None, ge=1)
    fold: int | None = Field(default=None, ge=1)

    def count(self, text: str) -> int:
        """How long the text is in the platform's unit."""
        if self.link is None:
            return _count(text, self.unit)
        links = list(links_in(text))
        rest, last = "", 0
        for start, end in links:
            rest, last = rest + text[last:start], end
        return _count(rest + text[last:], self.unit) + self.link * len(links)


class _Places(BaseModel, frozen=True, extra="forbid"):
    public: Counting = Counting()
    private: Counting = Counting()


@dataclass(frozen=True)
class Room:
    """How long a reply may be in one place: at least ``least``, at most ``most``, as ``counting`` counts.

    ``bytes`` is a second limit of the platform, in UTF-8 bytes.
    """

    counting: Counting
    least: int
    most: int
    bytes: int | None = None

    def count(self, text: str) -> int:
        """How long the text is, without white space around it."""
        return self.counting.count(text.strip())

    def fits(self, text: str) -> bool:
        """Whether the text is not too long."""
        return self._holds(text.strip())

    def beginning(self, text: str) -> int:
        """How many characters of the text fit, the white space at its beginning counted in."""
        if self.fits(text):
            return len(text)
        low, high = 0, len(text)
        while low < high:  # a longer beginning never counts less, but for a link that is cut through
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._holds(text[:middle].lstrip()) else (low, middle - 1)
        return low

    def _holds(self, text: str) -> bool:
        too_heavy = self.bytes is not None and _count(text, "bytes") > self.bytes
        return not too_heavy and self.counting.count(text) <= self.most


def counting_for(channel: str, visibility: str) -> Counting:
    """How the channel counts; one that is not in the table counts characters and has no limit that is known.

    A second account of a platform is a channel of its own: ``instagram-shop`` counts as ``instagram`` does.
    """
    places = _table().get(channel) or _table().get(channel.partition("-")[0]) or _table()[OTHER_CHANNELS]
    return places.private if visibility == "private" else places.public


def room_of(channel: str, visibility: str, *, least: int, most: int) -> Room:
    """The room that the brand gives (``least`` and ``most``), as far as the platform lets it.

    The brand counts as the platform does; where that counts bytes, the brand means characters as people see them.
    """
    platform = counting_for(channel, visibility)
    if platform.unit == "bytes":
        own = Counting(unit="graphemes", link=platform.link, fold=platform.fold)
        return Room(own, least, most, bytes=platform.most)
    return Room(platform, least, most if platform.most is None else min(most, platform.most), platform.bytes)


def links_in(text: str) -> list[tuple[int, int]]:
    """Where links begin and end: web addresses, and what looks like a domain."""
    found = []
    for match in _LINK.finditer(text):
        link = match.group().rstrip(_END_OF_LINK)
        found.append((match.start(), match.start() + len(link)))
    return found


def _count(text: str, unit: Unit) -> int:
    return len(text) if text.isascii() else _COUNTS[unit](text)


def _weighted(text: str) -> int:
    text = unicodedata.normalize("NFC", text)
    pictures = emoji.emoji_list(text)
    plain, last = "", 0
    for picture in pictures:
        plain, last = plain + text[last : picture["match_start"]], picture["match_end"]
    plain += text[last:]
    light = sum(any(first <= ord(each) <= final for first, final in _LIGHT) for each in plain)
    return 2 * (len(plain) + len(pictures)) - light


def _with_emoji_in_bytes(text: str) -> int:
    found = (each["emoji"] for each in emoji.emoji_list(text))
    return len(text) + sum(len(each.encode()) - len(each) for each in found)


_COUNTS: dict[Unit, Callable[[str], int]] = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "graphemes": lambda text: len(regex.findall(r"\X", text)),
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "weighted": _weighted,
    "emoji_bytes": _with_emoji_in_bytes,
}


@cache
def _table() -> dict[str, _Places]:
    table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return {channel: _Places.model_validate(places) for channel, places in table.items()}
