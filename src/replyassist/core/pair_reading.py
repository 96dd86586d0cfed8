"""Reading two texts together: the port of a model that tells more of a pair than two vectors side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TextPair:
    """A text that a company has for its customers, by title and words, and what a customer wrote."""

    title: str
    reply: str
    message: str


class PairReader(Protocol):
    """Makes one vector of each pair, of which fitted weights can read whether the text answers the customer."""

    @property
    def digest(self) -> str:
        """Of model, layers and prompts: weights hold for the vectors of one of them only."""
        ...

    def read(self, pairs: Sequence[TextPair]) -> NDArray[np.float32]:
        """Shape (pairs, width), each of length 1. Raises LanguageModelError where it cannot."""
        ...

    def read_sentences(self, title: str, sentences: Sequence[str], message: str) -> NDArray[np.float32]:
        """The sentences of a text, each read by one who knows the message: shape (sentences + 1, width), of length 1.

        The last is of the end, where it is asked whether the answer is yes or no. A text that is too long is read so
        far. Raises LanguageModelError where it cannot.
        """
        ...
