"""A reply as its platform shows it, as far as that is known: links, mentions and tags marked, folded where it folds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from replyassist.brands.counting import Counting, links_in

_MENTION_OR_TAG = re.compile(r"(?<![\w@#])(?:@[\w.-]*\w(?:@[\w.-]*\w)?|#\w+)")


@dataclass(frozen=True)
class PreviewPiece:
    """A piece of the text; ``kind`` is ``link``, ``mention``, ``tag``, or empty."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class PostPreview:
    """What is seen at once, and what only after "see more"; empty where nothing is folded away."""

    shown: tuple[PreviewPiece, ...]
    folded: tuple[PreviewPiece, ...] = ()


NO_PREVIEW = PostPreview(())


def preview(text: str, counting: Counting) -> PostPreview:
    """The text as it will look."""
    text = text.strip()
    if counting.fold is None or len(text) <= counting.fold:
        return PostPreview(tuple(_pieces(text)))
    at = max(text.rfind(" ", 0, counting.fold + 1), text.rfind("\n", 0, counting.fold + 1))
    at = at if at > counting.fold // 2 else counting.fold
    return PostPreview(tuple(_pieces(text[:at].rstrip())), tuple(_pieces(text[at:])))


def _pieces(text: str) -> Iterator[PreviewPiece]:
    links = [(start, end, "link") for start, end in links_in(text)]
    inside = {place for start, end, _ in links for place in range(start, end)}
    named = [
        (found.start(), found.end(), "mention" if found.group().startswith("@") else "tag")
        for found in _MENTION_OR_TAG.finditer(text)
        if found.start() not in inside
    ]
    last = 0
    for start, end, kind in sorted(links + named):
        if last < start:
            yield PreviewPiece(text[last:start])
        yield PreviewPiece(text[start:end], kind)
        last = end
    if last < len(text):
        yield PreviewPiece(text[last:])
