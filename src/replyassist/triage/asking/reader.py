"""Finds where each question of a message begins, with the weights that travel with the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replyassist.core.words import Reading

from .beginnings import MOST_QUESTIONS, beginnings
from .tokens import Token, places_of, tokens_of

PATH = Path(str(files("replyassist.triage.asking"))) / "asking.npz"
LONGEST_LIST_MARK = 3  # tokens
OF_THE_MESSAGE, OF_FEATURES = 3.0, 0.3
"""How much the vector of the whole message and each hashed feature weigh beside the vectors of the words."""


@dataclass(frozen=True)
class Question:
    """Something that a message asks, in its own words; ``is_sure``: whether it is hardly ever a part of another."""

    text: str
    is_sure: bool = True


@dataclass(frozen=True)
class QuestionReader:
    """For each token how likely a question begins there, from one hidden layer over vectors and hashed features.

    A token is seen by its vector, those of the tokens before and after it, and the message's, of one ``encoder``:
    ``hidden`` has shape (4 * dimension, units), ``hidden_constant`` and ``out`` (units,); ``features`` has one weight
    for each hashed place. ``scale`` divides the vectors of words. A question begins where the likelihoods of
    neighbouring tokens together reach ``asks_from``, and surely one from ``sure_from`` on.
    """

    hidden: NDArray[np.float32]
    hidden_constant: NDArray[np.float32]
    out: NDArray[np.float32]
    features: NDArray[np.float32]
    constant: float
    scale: float
    asks_from: float
    sure_from: float
    encoder: str

    def likelihoods(self, tokens: list[Token], reading: Reading) -> NDArray[np.float64]:
        """How likely a question begins at each token, shape (tokens,), 0 to 1."""
        if not tokens:
            return np.zeros(0)
        units = np.maximum(vectors_of(tokens, reading, scale=self.scale) @ self.hidden + self.hidden_constant, 0)
        hashed = np.array([self.features[places].sum() for places in places_of(tokens)])
        scores = units @ self.out + self.constant + OF_FEATURES * hashed
        return np.asarray(1 / (1 + np.exp(-scores.astype(np.float64))))

    def questions(self, text: str, reading: Reading) -> tuple[Question, ...]:
        """What the text asks, in its order."""
        tokens = tokens_of(text)
        found = beginnings(tokens, self.likelihoods(tokens, reading), asks_from=self.asks_from)
        return tuple(
            Question(_said(text, tokens, begin, end), found[begin] >= self.sure_from)
            for begin, end in pairwise([*found, len(tokens)])
        )


def questions_in(text: str, reading: Reading, *, encoder: str) -> tuple[Question, ...]:
    """What a message asks, each in its own words and in its order, as the shipped reader finds it.

    ``reading`` is the text's, by the encoder with this digest. Where that is not the one that the reader was fitted
    with, or tells no words, sentences that end in a question mark are what is asked.
    """
    reader = shipped_reader()
    if reading.words is None or encoder != reader.encoder:
        return _marked(text)
    return reader.questions(text, reading)


@cache
def shipped_reader() -> QuestionReader:
    """The one fitted by ``scripts/fit_asking.py``."""
    return load_reader(PATH)


def load_reader(path: Path) -> QuestionReader:
    """What ``save_reader`` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        return QuestionReader(
            hidden=kept["hidden"].astype(np.float32),
            hidden_constant=kept["hidden_constant"].astype(np.float32),
            out=kept["out"].astype(np.float32),
            features=kept["features"].astype(np.float32),
            constant=float(kept["constant"]),
            scale=float(kept["scale"]),
            asks_from=float(kept["asks_from"]),
            sure_from=float(kept["sure_from"]),
            encoder=str(kept["encoder"]),
        )


def save_reader(reader: QuestionReader, path: Path) -> None:
    """Write it in half precision."""
    np.savez_compressed(
        path,
        hidden=reader.hidden.astype(np.float16),
        hidden_constant=reader.hidden_constant,
        out=reader.out,
        features=reader.features.astype(np.float16),
        constant=np.float64(reader.constant),
        scale=np.float64(reader.scale),
        asks_from=np.float64(reader.asks_from),
        sure_from=np.float64(reader.sure_from),
        encoder=np.array(reader.encoder),
    )


def vectors_of(tokens: Sequence[Token], reading: Reading, *, scale: float) -> NDArray[np.float32]:
    """What each token is seen by, shape (tokens, 4 * dimension): itself, the one before, the one after, the message.

    The vector of a token is the mean of its pieces', divided by ``scale``; zeros where the encoder read none.
    """
    own = np.zeros((len(tokens), len(reading.vector)), dtype=np.float32)
    counts = np.zeros(len(tokens), dtype=np.float32)
    starts, ends = np.array([token.start for token in tokens]), np.array([token.end for token in tokens])
    if reading.words is not None and reading.words.places is not None:
        begins = reading.words.places[:, 0]
        at = np.searchsorted(starts, begins, side="right") - 1
        inside = (at >= 0) & (begins < ends[at])
        np.add.at(own, at[inside], reading.words.vectors[inside].astype(np.float32))
        np.add.at(counts, at[inside], 1)
    own /= np.maximum(counts, 1)[:, None] * scale
    none = np.zeros_like(own[:1])
    whole = np.repeat(reading.vector[None] * OF_THE_MESSAGE, len(tokens), axis=0)
    return np.concatenate([own, np.concatenate([none, own[:-1]]), np.concatenate([own[1:], none]), whole], axis=1)


def _marked(text: str) -> tuple[Question, ...]:
    tokens = tokens_of(text)
    ends = [at for at, token in enumerate(tokens) if token.ends_a_sentence]
    begins = [0, *(end + 1 for end in ends)]
    asked = [(begin, end) for begin, end in zip(begins, ends, strict=False) if tokens[end].word == "?" and begin < end]
    return tuple(Question(_said(text, tokens, begin, end + 1)) for begin, end in asked[:MOST_QUESTIONS])


def _said(text: str, tokens: Sequence[Token], begin: int, end: int) -> str:
    """The words from one beginning to the end of its sentence, or to the next, without what joins the two."""
    last = next((at for at in range(begin + 1, end) if tokens[at].ends_a_sentence), end)
    if last < end and tokens[last].word == "?":
        return text[tokens[begin].start : tokens[last].end]
    while last > begin + 1 and (tokens[last - 1].is_between or _is_list_mark(tokens, last - 1, end)):
        last -= 1
    return text[tokens[begin].start : tokens[last - 1].end]


def _is_list_mark(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether it is the number of the next question: "2" of "2)", or of the sign of a key, which is three tokens."""
    return at < end < len(tokens) and tokens[at].shape == "digit" and end - at <= LONGEST_LIST_MARK
