"""What a sentence of a reply is told apart by as an answer to a message: one row of numbers for each."""

from __future__ import annotations

import re

import numpy as np

from replyassist.core.words import Reading, WordVectors
from replyassist.guardrails.text import normalise

from .measures import MOST_PIECES, Background, ReadReply, Rows

COMPARED = 25
"""Numbers of a row. The sentence's own vector beside them told nothing more about brands that were left out."""
_REFERS_BACK = re.compile(
    r"^\W*(?:it|they|this|that|these|those|then|otherwise|after that|both|but|however|so|also)(?!\w)"
)
_LEANS_ON = re.compile(
    r"^\W*(?:\w+ (?:of (?:them|these|those)|than (?:that|this|those))|(?:after|before|until) (?:that|these|those)|"
    r"(?:each|either|neither|all|none|some|most|others?) (?:are|has|have|may|can|is)|"
    r"(?:if|should|when|once|unless) (?:it|they|this|that|these|those|so|not)|in (?:that|this) case|"
    r"(?:a|every|any) (?:second|third|further|extra)|another|such|and|or|instead)(?!\w)|"
    r"(?<!\w)(?:further out|elsewhere|anything else|the (?:others?|rest|latter))(?!\w)"
)
"""Not among the marks below, to which the weights are fitted."""
_MARKS = (
    re.compile(r"\d"),
    re.compile(r"https?://|www\.|@"),
    re.compile(r"(?<!\w)(?:not|no|never|nothing|none|cannot|without)(?!\w)|n't(?!\w)"),
    re.compile(r"(?<!\w)(?:if|unless|only|except|until|once|when|as long as|up to|at least|at most)(?!\w)"),
    _REFERS_BACK,
    re.compile(r"^\W*(?:hi|hey|hello|thanks|thank you|sorry|so sorry|oh no|good news)(?!\w)"),
)


def sentence_rows(question: Reading, reply: ReadReply, texts: tuple[str, ...], background: Background) -> Rows | None:
    """One row for each sentence, shape (sentences, ``COMPARED``); None where there is nothing to compare.

    ``texts`` are the sentences of ``reply``, without its title. Each is compared with the question, whole and by word
    pieces, with what the other sentences come to in the same comparison, and with its neighbours.
    """
    words = question.words
    if words is None or not len(words.numbers) or not texts or any(each.words is None for each in reply.sentences):
        return None
    words = WordVectors(words.numbers[:MOST_PIECES], words.vectors[:MOST_PIECES])
    whole = np.array([each.vector @ question.vector for each in reply.sentences], dtype=np.float64)
    said, literal, back = _by_piece(words, reply, background)
    count = len(texts)
    places = np.arange(count)
    compared = [
        *(part for measure in (whole, said, literal, back) for part in (measure, *_beside_others(measure))),
        places / max(1, count - 1),
        places == 0,
        places == count - 1,
        np.full(count, np.log(count)),
        np.log([len(text) for text in texts]),
        np.full(count, np.log(len(words.numbers))),
        np.full(count, whole[0] if count else 0.0),
    ]
    marks = np.array([[mark.search(normalise(text).text) is not None for mark in _MARKS] for text in texts])
    return np.concatenate([np.array(compared, dtype=np.float64).T, marks], axis=1)


def refers_back(sentence: str) -> bool:
    """Whether a sentence means nothing without the one before it ("It takes two days.", "Each may weigh 60 kg.")."""
    text = normalise(sentence).text
    return _REFERS_BACK.search(text) is not None or _LEANS_ON.search(text) is not None


def _beside_others(measure: Rows) -> tuple[Rows, Rows]:
    """How far each is below the best, and above the mean."""
    return measure - measure.max(), measure - measure.mean()


def _by_piece(words: WordVectors, reply: ReadReply, background: Background) -> tuple[Rows, Rows, Rows]:
    """How much of the question each sentence says by meaning and by letter, and how much of it the question says."""
    asked, weights = background.directions(words), background.weights(words)
    share = weights / weights.sum()
    said, literal, back = [], [], []
    for each in reply.sentences:
        assert each.words is not None
        near = background.directions(each.words) @ asked.T
        own = background.weights(each.words)
        said.append(float(near.max(axis=0) @ share))
        literal.append(float(np.isin(words.numbers, each.words.numbers) @ share))
        back.append(float(near.max(axis=1) @ own / own.sum()))
    return np.array(said), np.array(literal), np.array(back)
