"""The retrieval benchmark: each part is a module with one function from the bench to its figures."""

from __future__ import annotations

from .accuracy import accuracy
from .bench import Bench, Figures
from .latency import latency


def measure(bench: Bench) -> Figures:
    """All figures of ``bench retrieval``, under the names of the contract."""
    return {**accuracy(bench), "latency": latency(bench)}


__all__ = ["Bench", "Figures", "measure"]
