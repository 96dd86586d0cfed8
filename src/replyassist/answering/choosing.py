"""Which sentences of a reply a message needs, with the weights that travel with the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.core.words import read
from replyassist.guardrails.text import sentence_spans

from .answered import MEMORY
from .fitted import FittedModel, load_fitted
from .measures import MOST_SENTENCES, Rows
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
    rows = [sentence_rows(each, read_before, texts, chooser.background) for each in read(encoder, questions)]
    known = [chooser.probabilities(each) for each in rows if each is not None]
    return np.asarray(np.max(known, axis=0)) if known else None


@cache
def shipped_choosers() -> Mapping[str, FittedModel]:
    """Those fitted by ``scripts/fit_choosing.py`` over ``sentence_rows``, by the digest of the encoder's model."""
    return load_fitted(PATH)
