"""Which sentences of a reply a message needs, with the weights that travel with the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from replyassist.core.embedding import Encoder
from replyassist.core.words import Reading, read
from replyassist.guardrails.text import sentence_spans

from .answered import MEMORY
from .measures import MOST_SENTENCES, Background, Rows, Said, background_arrays, load_background
from .sentence_rows import sentence_rows

PATH = Path(str(files("replyassist.answering"))) / "choosing.npz"
KEPT_FROM = 0.15
"""Probability from which a reply says a sentence.

Over brands that were left out of the fit all that answers a message is kept for 93 % of them (for 87 % with every
condition too), in .47 of the template's length; from .1 on it is 96 % in .55 (``scripts/fit_choosing.py``). Of the
facts that labels of dev cases demand .95 are kept either way.
"""
KEPT_WHEN_SHORTER_FROM = 0.4
"""The same where a person asked for a shorter reply: 80 %, in .30."""


@dataclass(frozen=True)
class Chooser:
    """Logistic regression over the rows of ``sentence_rows`` of one encoder; ``weights`` has the shape (COMPARED,)."""

    background: Background
    weights: Rows
    constant: float

    def likely(self, question: Reading, reply: Said, texts: tuple[str, ...]) -> Rows | None:
        """How likely the question needs each sentence, shape (sentences,), 0 to 1."""
        rows = sentence_rows(question, reply, texts, self.background)
        return None if rows is None else np.asarray(expit(rows @ self.weights + self.constant))


def likely_needed(asked: Sequence[str], encoder: Encoder, *, title: str, reply: str) -> Rows | None:
    """How likely any of the questions needs each of the first ``MOST_SENTENCES`` sentences of the reply, 0 to 1.

    None where that cannot be told: without a question or a sentence, and with an encoder that nothing was fitted to.
    """
    chooser = shipped_choosers().get(encoder.model_digest)
    questions = [text for text in asked if text.strip()]
    texts = tuple(reply[start:end] for start, end in sentence_spans(reply))[:MOST_SENTENCES]
    if chooser is None or not questions or not texts:
        return None
    read_before = MEMORY.of(encoder, title=title, reply=reply)
    found = [chooser.likely(reading, read_before, texts) for reading in read(encoder, questions)]
    known = [each for each in found if each is not None]
    return np.asarray(np.max(known, axis=0)) if known else None


@cache
def shipped_choosers() -> Mapping[str, Chooser]:
    """Those fitted by ``scripts/fit_choosing.py``, by the digest of the encoder's model."""
    return load_choosers(PATH)


def load_choosers(path: Path) -> Mapping[str, Chooser]:
    """What ``save_choosers`` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        return {
            str(encoder): Chooser(
                load_background(kept, place),
                kept[f"{place}_weights"].astype(np.float64),
                float(kept[f"{place}_constant"]),
            )
            for place, encoder in enumerate(kept["encoders"])
        }


def save_choosers(choosers: Mapping[str, Chooser], path: Path) -> None:
    """Write them."""
    kept: dict[str, NDArray[Any]] = {"encoders": np.array(list(choosers))}
    for place, each in enumerate(choosers.values()):
        kept |= background_arrays(each.background, place)
        kept[f"{place}_weights"] = each.weights.astype(np.float32)
        kept[f"{place}_constant"] = np.array(each.constant)
    np.savez_compressed(path, allow_pickle=False, **kept)
