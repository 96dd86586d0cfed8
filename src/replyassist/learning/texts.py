"""Which messages are fit to be examples, how their personal data goes, and when a template knows them already."""

from __future__ import annotations

import re
from collections.abc import Sequence

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.learned import normalised
from replyassist.inbox.readable import readable
from replyassist.privacy.nameless import nameless

FEWEST_WORDS, MOST_WORDS = 2, 80
"""A single word asks nothing; a longer text tells a story, of which the encoder (256 tokens) reads only a part. Of
banking77's 10,003 training messages the longest has 79 words."""
SAME_MEANING = 0.95
"""Cosine by the encoder of the checks from which two texts say the same; chosen on banking77 train."""
PLACEHOLDER = re.compile(r"\[[A-Z_ ]+\]")


def example_text(message: str, *, name: str, handle: str) -> str | None:
    """What is read of the message, as it may be kept: one line without personal data.

    None when it is too short or too long to teach.
    ``name`` and ``handle`` are the author's; empty where they are not known.
    """
    text = " ".join(nameless(readable(message), name=name, handle=handle, stand_in="").split()).strip(" ,.;:-")
    words = normalised(PLACEHOLDER.sub(" ", text)).split()
    return text if len(words) >= FEWEST_WORDS and len(text.split()) <= MOST_WORDS else None


def is_known(text: str, known: Sequence[str], encoder: Encoder, *, of_templates: Encoder | None = None) -> bool:
    """Whether one of the texts that a template has says the same: in its words, or by its vector.

    ``encoder`` is that of the checks. ``of_templates``: the same one with a cache, for what templates have; a message
    that may never be kept is not to be found in one.
    """
    if not known:
        return False
    if normalised(text) in {normalised(other) for other in known}:
        return True
    (asked,) = encoder.encode([text])
    there: Vectors = (of_templates or encoder).encode(known)
    return bool((there @ asked).max() >= SAME_MEANING)
