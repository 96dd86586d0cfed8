"""How long a text is as its platform counts it: ``counting.yaml`` has the numbers, this the ways of counting."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
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
_SCHEME = regex.compile(r"https?://", regex.IGNORECASE)
_REMOTE = regex.compile(r"(?<![\w=/])(@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@\w+(?:[.-]+\w+)*", regex.IGNORECASE)
"""A mention of an account on another server, as Mastodon takes one for such (app/models/account.rb, MENTION_RE)."""
_END_OF_LINK = ".,;:!?)]}'\""
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that count once on X; all others, and an emoji however it is put together, count twice (twitter-text
config v3)."""


class LeadingMention(BaseModel, frozen=True, extra="forbid"):
    """When a platform tells an author of a reply by nothing but a mention before it: ``always``, or where the reply is
    ``nested``: lands under the comment above the one that it answers.

    ``server``: names have a server behind them, which does not count (@tom@server counts as @tom). ``marked``: only a
    handle that is told with its @ is one that can be mentioned.
    """

    when: Literal["always", "nested"]
    server: bool = False
    marked: bool = False


class Counting(BaseModel, frozen=True, extra="forbid"):
    """How one platform counts. ``most`` is its own limit, None where none is known; ``bytes`` a second one.

    ``unproven`` is a limit that only third parties tell of. ``link`` is what a link counts, None for its length;
    ``bare_links``: also one without http:// or https:// before it. ``fold``: the characters before "see more".
    ``mention``: what stands before the text.
    """

    unit: Unit = "characters"
    most: int | None = Field(default=None, ge=1)
    bytes: int | None = Field(default=None, ge=1)
    unproven: int | None = Field(default=None, ge=1)
    link: int | None = Field(default=None, ge=1)
    bare_links: bool = True
    fold: int | None = Field(default=None, ge=1)
    mention: LeadingMention | None = None

    def count(self, text: str) -> int:
        """How long the text is in the platform's unit."""
        if self.link is None:
            return _count(text, self.unit)
        rest, last, links = "", 0, 0
        for start, end in links_in(text):
            if self.bare_links or _SCHEME.match(text, start):
                rest, last, links = rest + self._without_servers(text[last:start]), end, links + 1
        return _count(rest + self._without_servers(text[last:]), self.unit) + self.link * links

    def past_limit(self, text: str) -> str:
        """What the platform takes of a text as it will stand there, in plain words; empty where it takes all of it."""
        heavy = count_bytes(text)
        if self.bytes is not None and heavy > self.bytes:
            return f"{self.bytes} bytes, and this has {heavy}"
        length = self.count(text)
        return f"{self.most} {self.unit}, and this has {length}" if self.most is not None and length > self.most else ""

    def _without_servers(self, text: str) -> str:
        return _REMOTE.sub(r"\1", text) if self.mention and self.mention.server else text


class _Places(BaseModel, frozen=True, extra="forbid"):
    public: Counting = Counting()
    private: Counting = Counting()


def counting_for(channel: str, visibility: str) -> Counting:
    """How the channel counts; one that is not in the table counts characters and has no limit that is known.

    A second account of a platform is a channel of its own: ``instagram-shop`` counts as ``instagram`` does.
    """
    places = _table().get(channel) or _table().get(channel.partition("-")[0]) or _table()[OTHER_CHANNELS]
    return places.private if visibility == "private" else places.public


def count_bytes(text: str) -> int:
    """How many bytes a text has in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


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
    "bytes": count_bytes,
    "weighted": _weighted,
    "emoji_bytes": _with_emoji_in_bytes,
}


@cache
def _table() -> dict[str, _Places]:
    table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return {channel: _Places.model_validate(places) for channel, places in table.items()}
