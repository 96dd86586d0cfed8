"""Whether a text says a labelled passage, in any notation of the same figures."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.guardrails.extraction import known, mentions
from replyassist.guardrails.mention import masked
from replyassist.guardrails.text import normalise, phrase_pattern, sentence_spans
from replyassist.guardrails.words import content_words

WITH_UNIT, BARE = "=", "?"  # how a mention marks the keys of a number with its unit, and without any
_NUMBER_BEFORE = re.compile(r"\d[.,:]$")
_NUMBER_AFTER = re.compile(r"^[.,:]\d")


def says(text: str, passage: str) -> bool:
    """Whether the text holds the passage's words in a row, or one sentence has its figures and all its other words.

    Case, quotes, dashes, spaces and invisible characters do not count; ``five to seven days`` is ``5-7 days``. A
    denial says the passage too: who labels picks a passage that is wrong in any sentence. ``docs/evaluation.md`` shows
    what is said and what is not by examples, and a test runs them.
    """
    return _has_words(text, passage) or any(
        _has_figures(text[start:end], passage) for start, end in sentence_spans(text)
    )


def said(text: str, passages: Iterable[str]) -> tuple[str, ...]:
    """Those of the passages that the text says."""
    return tuple(passage for passage in passages if says(text, passage))


def _has_words(text: str, passage: str) -> bool:
    pattern = phrase_pattern((passage,))
    folded = normalise(text).text
    matches = pattern.finditer(folded) if pattern else ()
    return any(not _cuts_a_number(folded, match.start(), match.end()) for match in matches)


def _cuts_a_number(folded: str, start: int, end: int) -> bool:
    """``5 days`` is not said by ``2.5 days``, nor ``32`` by ``32,000``."""
    cut_before = folded[start].isdigit() and _NUMBER_BEFORE.search(folded[:start][-2:])
    cut_after = folded[end - 1].isdigit() and _NUMBER_AFTER.search(folded[end : end + 2])
    return bool(cut_before or cut_after)


def _has_figures(sentence: str, passage: str) -> bool:
    needed = [mention for mention in mentions(passage) if mention.needs]
    if not needed:
        return False
    offers = known((sentence,)).offers
    if any(_with_unit(mention.needs).isdisjoint(offers) for mention in needed):
        return False
    rest = content_words(masked(normalise(passage).text, needed))
    return set(rest) <= set(content_words(sentence))


def _with_unit(needs: frozenset[str]) -> frozenset[str]:
    """What has a unit needs it: ``1 to 3`` does not say ``€1``, though in a source it might mean it."""
    has_unit = any(key.startswith(WITH_UNIT) for key in needs)
    return frozenset(key for key in needs if not key.startswith(BARE)) if has_unit else needs
