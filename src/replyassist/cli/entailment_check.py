"""What the doctor says of the entailment model: whether it loads and answers, and what it costs on this machine."""

from __future__ import annotations

import time

from replyassist.app import entailment_of
from replyassist.core.entailment import SETTING
from replyassist.core.errors import EntailmentError
from replyassist.core.settings import Settings

PREMISE = (
    "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days, and parcels are left with a neighbour."
)
STATEMENTS = (
    "We ship to 32 countries in Europe.",
    "Delivery takes 4 to 7 working days.",
    "Parcels are never left with a neighbour.",
    "You can pick your order up at the shop.",
)
"""As long as those of a draft."""


def entailment_model(settings: Settings) -> str:
    """One line; raise ConfigurationError or EntailmentError where the model that is set is of no use."""
    model = entailment_of(settings)
    if model is None:
        return f"none: {SETTING} is not set, so drafts are checked without one"
    started = time.perf_counter()
    model.judge([(PREMISE, PREMISE)])
    loaded = time.perf_counter()
    scores = model.judge([(PREMISE, statement) for statement in STATEMENTS])
    each = 1000 * (time.perf_counter() - loaded) / len(STATEMENTS)
    if None in scores:
        raise EntailmentError(f"{SETTING}: '{model.name}' takes texts that are too short to be of use")
    reads = ", ".join(sorted(model.languages)) or "every language that it is given"
    return f"{model.name}: loaded in {loaded - started:.1f} s, {each:.0f} ms a statement now, reads {reads}"
