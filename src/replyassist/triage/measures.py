"""What a message is read by: the encoder's layers and the shape of the text, and its words and runs of letters.

Words and runs of letters are hashed into a fixed number of places, so that what was fitted is one small matrix.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise
from zlib import crc32

import emoji
import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.inbox.inbound import InboundMessage

READ_CHARACTERS = 800
"""The beginning of a long message that is read; the longest of the labelled messages has about as many."""
WORD_PLACES, LETTER_PLACES = 1 << 12, 1 << 14
SHORTEST, LONGEST = 2, 5  # letters in a run, the border of a word included
OF_THE_LAYERS = 3.0
"""How much each layer's mean, of unit spread, weighs beside the shape."""
_SPREAD, _STEP = np.uint32(2654435761), np.uint32(16777619)
_LETTER_BITS = LETTER_PLACES.bit_length() - 1
_WORD = re.compile(r"\w+(?:['’]\w+)?|\?|!")
_SPACE = 0x20


def _count(pattern: str, *, per: float = 1.0, flags: int = 0) -> Callable[[str], float]:
    compiled = re.compile(pattern, flags)
    return lambda text: len(compiled.findall(text)) / per


def _has(pattern: str, *, flags: int = 0) -> Callable[[str], float]:
    compiled = re.compile(pattern, flags)
    return lambda text: float(compiled.search(text) is not None)


SHAPE: dict[str, Callable[[str], float]] = {
    "words": lambda text: len(text.split()) / 20,
    "words_log": lambda text: math.log1p(len(text.split())) / 3,
    "three_words_or_fewer": lambda text: float(len(text.split()) <= 3),
    "asks": _has(r"\?"),
    "ends_asking": _has(r"\?\s*$"),
    "question_marks": _count(r"\?", per=3),
    "exclaims": _has(r"!"),
    "mentions": _has(r"@[\w.]"),
    "begins_with_a_mention": _has(r"^@"),
    "mentions_several": lambda text: float(text.count("@") > 1),
    "link": _has(r"https?://|www\.|\.\w{2,3}/"),
    "quotes": _has(r'["“”«]'),
    "begins_as_a_quote": _has(r'^(?:["“>]|RT |Liked|Loved)'),
    "emoji": lambda text: emoji.emoji_count(text) / 3,
    "long_number": _has(r"\d{3,}"),
    "hashtag": _has(r"#\w"),
    "capitals": lambda text: sum(map(str.isupper, text)) / max(1, len(text)),
    "first_person": _has(r"\b(?:my|mine|me|i|we|our)\b", flags=re.IGNORECASE),
    "lines": _has(r"\n"),
    "money": _has(r"[£$€]"),
    "code": _has(r"\b[A-Z0-9]{5,}\b"),
}
"""The shape of the text itself."""


def shape_of(message: InboundMessage) -> Vectors:
    """How the message is made and what stands around it."""
    text, parent = message.text[:READ_CHARACTERS], message.text_above or ""
    words = text.split()
    shared = len(set(words) & set(parent.split())) / max(1, len(words))
    looks = [float(look(text)) for look in SHAPE.values()]
    return np.array([*looks, float(bool(parent)), float(message.visibility == "private"), shared], dtype=np.float32)


def layers_row(depths: Vectors, mean: Vectors, spread: Vectors) -> Vectors:
    """The means of the layers, shape (layers, width), with zero mean and unit spread over the labelled messages.

    ``mean`` and ``spread`` have the shape of ``depths``; the row has (layers * width,).
    """
    return np.asarray(((depths - mean) / spread).ravel() * (OF_THE_LAYERS / math.sqrt(depths.shape[1])))


def words_row(text: str, rarity: NDArray[np.float32]) -> tuple[NDArray[np.intp], Vectors]:
    """The places of words and runs of letters that are not zero, and their values, each of both of unit length.

    ``rarity`` weighs them, shape (WORD_PLACES + LETTER_PLACES,).
    """
    places, values = [], []
    for found, counts in parts_of(text):
        weights = (1 + np.log(counts)) * rarity[found]
        length = float(np.linalg.norm(weights))
        places.append(found)
        values.append(weights / length if length else weights)
    return np.concatenate(places), np.concatenate(values).astype(np.float32)


def parts_of(text: str) -> tuple[tuple[NDArray[np.intp], NDArray[np.float32]], ...]:
    """The places of the words (and pairs of them) and of the runs of letters, each with how often it is there."""
    low = text[:READ_CHARACTERS].casefold()
    words = _WORD.findall(low)
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    hashed = [crc32(word.encode("utf-8", "replace")) % WORD_PLACES for word in (*words, *pairs)]
    runs = _runs(f" {' '.join(low.split())} ") + WORD_PLACES
    return _counted(np.array(hashed, dtype=np.intp)), _counted(runs)


def _counted(places: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    found, counts = np.unique(places, return_counts=True)
    return found, counts.astype(np.float32)


def _runs(text: str) -> NDArray[np.intp]:
    """Places of all runs of letters that lie within a word and its borders."""
    letters = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    spaces = letters == _SPACE
    hashed, within = letters.copy(), np.ones(len(letters), dtype=bool)
    found = []
    for length in range(2, LONGEST + 1):
        if len(letters) < length:
            break
        ends = len(letters) - length + 1
        hashed = hashed[:ends] * _STEP + letters[length - 1 :]
        within = within[:ends]
        if length > SHORTEST:
            within = within & ~spaces[length - 2 : length - 2 + ends]
        found.append((hashed[within] ^ np.uint32(length)) * _SPREAD >> np.uint32(32 - _LETTER_BITS))
    return np.concatenate(found).astype(np.intp) if found else np.zeros(0, dtype=np.intp)
