"""What a message is read by: its sentence vector, its shape, its words and its runs of letters, as one row of numbers.

Words and runs of letters are hashed into a fixed number of places, so that what was fitted is one small matrix.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zlib import crc32

import emoji
import numpy as np
import yaml
from numpy.typing import NDArray

from replyassist.core.embedding import Vectors
from replyassist.inbox.inbound import Inbound
from replyassist.inbox.mail import is_automatic

from .models import Mood
from .mood import is_angry, is_asking, mood_of
from .spam import is_spam

READ_CHARACTERS = 800
"""The beginning of a long message that is read; the longest of the labelled messages has about as many."""
WORD_PLACES, LETTER_PLACES = 1 << 13, 1 << 15
SHORTEST, LONGEST = 2, 5  # letters in a run, the border of a word included
OF_THE_VECTOR, OF_WORDS = 3.0, 2.0
"""How much the sentence vector, and the words and the runs of letters, weigh beside the shape."""
_SPREAD, _STEP = np.uint32(2654435761), np.uint32(16777619)
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
LISTS: dict[str, Callable[[str], float]] = {
    "angry": is_angry,
    "sounds_like_a_complaint": lambda text: mood_of(text) is Mood.COMPLAINT,
    "sounds_like_praise": lambda text: mood_of(text) is Mood.PRAISE,
    "asking": is_asking,
    "advertises": is_spam,
    "automatic": is_automatic,
}
"""What the word lists of triage say of it."""
MOST_CUES = 3


@cache
def cues() -> dict[str, re.Pattern[str]]:
    """The words that tell kinds apart, by name."""
    given = yaml.safe_load((files("replyassist.triage") / "kind_cues.yaml").read_text(encoding="utf-8"))
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in given.items()}


def row_length(dimension: int) -> int:
    """Length of a row, for sentence vectors of this dimension."""
    return dimension + len(shape_of(Inbound())) + WORD_PLACES + LETTER_PLACES


def measure(message: Inbound, vector: Vectors, rarity: NDArray[np.float32]) -> tuple[NDArray[np.intp], Vectors]:
    """The places that are not zero, and their values, of the row of a message as triage reads it.

    The row is the sentence ``vector``, the shape, then the words and the runs of letters, weighed by ``rarity``
    (shape (WORD_PLACES + LETTER_PLACES,)).
    """
    dense = np.concatenate([vector * OF_THE_VECTOR, shape_of(message)]).astype(np.float32)
    places, values = [np.arange(len(dense))], [dense]
    for found, counts in parts_of(message.text):
        weights = (1 + np.log(counts)) * rarity[found]
        length = float(np.linalg.norm(weights))
        places.append(found + len(dense))
        values.append(weights * (OF_WORDS / length if length else 0.0))
    return np.concatenate(places), np.concatenate(values).astype(np.float32)


def shape_of(message: Inbound) -> Vectors:
    """How the message is made, what its words hint at and what stands around it."""
    text, parent = message.text[:READ_CHARACTERS], message.parent_text or ""
    words = text.split()
    shared = len(set(words) & set(parent.split())) / max(1, len(words))
    hints = [min(MOST_CUES, len(pattern.findall(text))) / 1.5 for pattern in cues().values()]
    looks = [float(look(text)) for look in (*SHAPE.values(), *LISTS.values())]
    around = (float(bool(parent)), float(message.visibility == "private"), shared)
    return np.array([*looks, *hints, *around], dtype=np.float32)


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
        found.append((hashed[within] ^ np.uint32(length)) * _SPREAD >> np.uint32(17))
    return np.concatenate(found).astype(np.intp) if found else np.zeros(0, dtype=np.intp)
