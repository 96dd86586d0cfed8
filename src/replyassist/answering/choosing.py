"""Which sentences of a reply a message needs, with the weights that travel with the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from replyassist.core.embedding import Encoder
from replyassist.core.words import read
from replyassist.guardrails.text import sentence_spans

from .answered import MEMORY
from .fitted import FittedModel, load_fitted
from .measures import MOST_SENTENCES, Rows
from .sentence_reading import NOTHING_READ, UNREAD, ReplyReading, shipped_sentence_weights
from .sentence_rows import sentence_rows

PATH = Path(str(files("replyassist.answering"))) / "choosing.npz"


def likely_needed(
    asked: Sequence[str], encoder: Encoder, *, title: str, reply: str, reading: ReplyReading = NOTHING_READ
) -> dict[str, Rows]:
    """How likely each of the questions needs each of the first ``MOST_SENTENCES`` sentences of the reply, 0 to 1.

    ``reading``: what was made of the reply and the whole message, where they were read together.
    Empty where that cannot be told: without a question or a sentence, and with an encoder that nothing was fitted to.
    """
    chooser = shipped_choosers().get(encoder.model_digest)
    questions = [text for text in asked if text.strip()]
    texts = tuple(reply[start:end] for start, end in sentence_spans(reply))[:MOST_SENTENCES]
    if chooser is None or not questions or not texts:
        return {}
    read_before = MEMORY.of(encoder, title=title, reply=reply)
    rows = [sentence_rows(each, read_before, texts, chooser.background) for each in read(encoder, questions)]
    join = shipped_sentence_weights().joins.get(encoder.model_digest, UNREAD)
    return {
        question: join.probabilities(chooser.probabilities(each), texts, reading.needed)
        for question, each in zip(questions, rows, strict=True)
        if each is not None
    }


@cache
def shipped_choosers() -> Mapping[str, FittedModel]:
    """Those fitted by ``scripts/fit_choosing.py`` over ``sentence_rows``, by the digest of the encoder's model."""
    return load_fitted(PATH)
