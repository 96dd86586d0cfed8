"""Names of people: those known from elsewhere, and those that the text introduces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"[^\W\d_](?:[\w'’.-]*\w)?")
_SHORTEST_PART = 2


def known_names(text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where one of these names stands: the whole of it in any case, its parts when they begin as the name does."""
    for name in names:
        whole = " ".join(name.split())
        if len(whole) < _SHORTEST_PART or not any(character.isalpha() for character in whole):
            continue
        pattern = r"\s+".join(re.escape(part) for part in whole.split())
        for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
            yield match.span()
        for part in _WORD.findall(whole):
            if len(part) >= _SHORTEST_PART and part[0].isupper() and part != whole:
                for match in re.finditer(rf"(?<!\w){re.escape(part)}(?!\w)", text):
                    yield match.span()


def person_names(text: str) -> Iterator[tuple[int, int]]:
    """Names that the text introduces."""
    for match in re.finditer(r"(?<!\w)(?:my name is|My name is) ([A-Z]\w+(?: [A-Z]\w+)?)", text):
        yield match.span(1)
