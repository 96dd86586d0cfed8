"""Word lists in code, written as one text."""

from __future__ import annotations


def words_of(listing: str) -> frozenset[str]:
    """The words of a listing."""
    return frozenset(listing.split())
