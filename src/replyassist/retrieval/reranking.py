"""The first templates once more, each read together with the message: what two vectors side by side do not tell."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replyassist.core.errors import LanguageModelError
from replyassist.core.pair_reading import PairReader, TextPair

from .index import TemplateMatch
from .service import Retrieved

PATH = Path(str(files("replyassist.retrieval"))) / "reranker.npz"
MOST_READ = 3  # templates; of messages that one answers, the right one is among these in .95
LEAST_LIKELY = 0.15
"""Templates less sure than this are not read, save the first: reading one takes a second or two of two idle cores.

Of 276 answered dev messages the right template comes first in .902 from .01 on as from here on, with 2.0 read instead
of 2.8.
"""
_FARTHEST = 0.001
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RerankerWeights:
    """Two logistic regressions, fitted by ``scripts/fit_adapters.py`` and ``scripts/fit_reranker.py``.

    ``weights`` (width,) and ``constant`` make the log-odds that a template answers of the vector of a pair alone;
    ``of_search``, ``of_reading`` and ``offset`` join them with the log-odds of the search.
    """

    digest: str
    weights: NDArray[np.float64]
    constant: float
    of_search: float
    of_reading: float
    offset: float

    def readings(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds, of the reading alone: shape (pairs,)."""
        return np.asarray(vectors @ self.weights + self.constant)

    def probability(self, before: float, reading: float) -> float:
        """0 to 1, from the probability of the search and the log-odds of the reading."""
        score = self.of_search * log_odds(before) + self.of_reading * reading + self.offset
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


@dataclass(frozen=True)
class Reranker:
    """A reader of pairs with the weights that were fitted to its vectors."""

    reader: PairReader
    weights: RerankerWeights

    def warm(self) -> None:
        """Load the model where that is still to be done; raises LanguageModelError where it cannot be."""
        self.reader.read([TextPair("Hours", "We are open every day.", "When are you open?")])

    def reading(self, title: str, reply: str, question: str) -> float | None:
        """The log-odds that this text says what is asked; None where it cannot be read."""
        try:
            return float(self.weights.readings(self.reader.read([TextPair(title, reply, question)]))[0])
        except LanguageModelError as error:
            logger.warning("a question is not read: %s", error)
            return None

    def rerank(self, found: Retrieved, message: str) -> Retrieved:
        """The templates in the order of both, the likeliest first; as they were found where the reader cannot be asked.

        Only the first ``MOST_READ`` are read, and of those the first and what is at least ``LEAST_LIKELY``; the
        others stay behind. A message without a letter or a digit is not read, and stays without an answer.
        """
        read = [
            match
            for place, match in enumerate(found.matches[:MOST_READ])
            if place == 0 or match.probability >= LEAST_LIKELY
        ]
        if not read or not any(map(str.isalnum, message)):
            return found
        try:
            vectors = self.reader.read([TextPair(match.title, match.reply, message) for match in read])
        except LanguageModelError as error:
            logger.warning("templates are not reranked: %s", error)
            return found
        readings = self.weights.readings(vectors).tolist()
        said = {match.template_id: reading for match, reading in zip(read, readings, strict=True)}
        again = [self._again(match, said[match.template_id]) for match in read]
        again.sort(key=lambda match: -match.probability)
        matches = (*again, *(match for match in found.matches if match.template_id not in said))
        return replace(found, matches=matches, read=frozenset(said), abstained=matches[0].probability < found.threshold)

    def _again(self, match: TemplateMatch, reading: float) -> TemplateMatch:
        probability = self.weights.probability(match.probability, reading)
        return match.model_copy(update={"probability": round(probability, 4)})


@cache
def shipped_weights(path: Path = PATH) -> RerankerWeights:
    """Those that travel with the program."""
    with np.load(path, allow_pickle=False) as kept:
        return RerankerWeights(
            str(kept["digest"]),
            kept["weights"].astype(np.float64),
            *(float(kept[name]) for name in ("constant", "of_search", "of_reading", "offset")),
        )


def shipped_reranker(reader: PairReader) -> Reranker | None:
    """The reader with the shipped weights; None where they were fitted to the vectors of another."""
    weights = shipped_weights()
    return Reranker(reader, weights) if weights.digest == reader.digest else None


def log_odds(probability: float) -> float:
    """Within -7 and 7."""
    inside = min(1 - _FARTHEST, max(_FARTHEST, probability))
    return math.log(inside / (1 - inside))


def save_weights(weights: RerankerWeights, path: Path = PATH) -> None:
    """Write them, in half precision."""
    numbers: Sequence[str] = ("constant", "of_search", "of_reading", "offset")
    np.savez_compressed(
        path,
        allow_pickle=False,
        digest=np.array(weights.digest),
        weights=weights.weights.astype(np.float32),
        **{name: np.array(getattr(weights, name)) for name in numbers},
    )
