"""Tells whether a reply says what was asked, with the weights that travel with the program."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from .fitted import FittedModel, load_fitted

PATH = Path(str(files("replyassist.answering"))) / "answerability.npz"
DOUBTED_BELOW = 0.30
"""Probability below which it is doubted that the reply says what was asked.

With mpnet 9 % of the answered pairs of the training brands are below, over whole replies and such of about 40 and 25
words together, and 48, 57 and 63 % of the near misses, each judged by a model of the other brands; with MiniLM 8 %, and
36, 44 and 52 %. ``scripts/fit_answerability.py`` prints that table.
"""


@cache
def shipped_readers() -> Mapping[str, FittedModel]:
    """Those fitted by ``scripts/fit_answerability.py`` over rows of ``measures.measure``, by the encoder's digest."""
    return load_fitted(PATH)
