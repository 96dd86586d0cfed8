"""Words before a number that say what it is."""

from __future__ import annotations

import re


def words(listing: str, *, before: str = r"(?<![^\W_])", after: str = r"(?![^\W_])") -> re.Pattern[str]:
    """A pattern that finds any of the alternatives as whole words, in any case."""
    return re.compile(f"{before}(?:{'|'.join(listing.split())}){after}", re.IGNORECASE)


def is_announced(text: str, start: int, cue: re.Pattern[str], *, reach: int) -> bool:
    """Whether the cue stands in the ``reach`` characters before ``start``."""
    return cue.search(text, max(0, start - reach), start) is not None
