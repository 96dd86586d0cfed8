"""The retrieval benchmark: each part is a module with one function from the bench to its figures."""

from __future__ import annotations

from collections.abc import Callable, Collection

from .accuracy import accuracy
from .bench import Bench, Figures
from .concurrency import concurrency
from .latency import latency
from .learning import learning
from .peers import peers
from .scale import scale

# What each part adds, under the names of the contract; in the order in which they run.
PARTS: dict[str, Callable[[Bench], Figures]] = {
    "accuracy": accuracy,
    "latency": lambda bench: {"latency": latency(bench) | concurrency(bench)},
    "learning": lambda bench: {"learning": learning(bench)},
    "scale": lambda bench: {"scale": scale(bench)},
    "peers": lambda bench: {"peers": peers(bench)},
}


def measure(bench: Bench, *, only: Collection[str] = ()) -> Figures:
    """Figures of ``bench retrieval``: of all ``PARTS``, or of those in ``only``."""
    figures: Figures = {}
    for name, part in PARTS.items():
        if not only or name in only:
            figures |= part(bench)
    return figures


__all__ = ["PARTS", "Bench", "Figures", "measure"]
