"""What the doctor says of the reranker: whether it reads, and what it costs on this machine."""

from __future__ import annotations

import time
from contextlib import ExitStack

from replyassist.chat_models import reranker_of
from replyassist.core.pair_reading import TextPair
from replyassist.core.settings import Settings

PAIR = TextPair(
    "Shipping", "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days.", "how long does it take?"
)


def reranker(settings: Settings) -> str:
    """One line; raise ConfigurationError or LanguageModelError where it is there and does not read."""
    with ExitStack() as closing:
        found = reranker_of(settings, closing)
        if found is None:
            why = "switched off" if settings.reranker_disabled else "no model: pip install 'replyassist[local]'"
            return f"none ({why}), so templates stay in the order of the search"
        started = time.perf_counter()
        found.warm()
        loaded = time.perf_counter()
        found.reader.read([PAIR])
        return f"loaded in {loaded - started:.1f} s, {time.perf_counter() - loaded:.1f} s a template now"
