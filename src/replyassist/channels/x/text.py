"""Posts' text: HTML entities are escaped in it, links are t.co's, and replies begin with those who are answered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from replyassist.brands.counting import links_in

_LEADING_MENTIONS = re.compile(r"^(?:@\w{1,15}\s+)+")


def plain(text: str, links: Iterable[Mapping[str, Any]] = (), media: Iterable[Mapping[str, Any]] = ()) -> str:
    """The words as people see them; ``links`` and ``media`` are the post's entities of that kind."""
    for link in links:
        if link.get("url"):
            text = text.replace(str(link["url"]), str(link.get("expanded_url") or link["url"]))
    for medium in media:
        if medium.get("url"):
            text = text.replace(str(medium["url"]), "")
    return _LEADING_MENTIONS.sub("", unescape(text)).strip()


def comparable(text: str) -> str:
    """The same for our text and for what X made of it: normalized (NFC), without leading mentions, links all alike."""
    text = unicodedata.normalize("NFC", _LEADING_MENTIONS.sub("", text.strip()))
    parts: list[str] = []
    last = 0
    for start, end in links_in(text):
        parts, last = [*parts, text[last:start], "\0"], end
    return " ".join("".join((*parts, text[last:])).split())
