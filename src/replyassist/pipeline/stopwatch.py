"""Where the milliseconds of a proposal go."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from replyassist.core.entailment import Entailment, EntailmentScores, Pair
from replyassist.core.tracing import span
from replyassist.proposal import Timings


@dataclass
class Stopwatch:
    """Collects milliseconds by stage."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of this block to a stage, which is a span of the trace too."""
        since = time.perf_counter()
        try:
            with span(name):
                yield
        finally:
            self._add(name, (time.perf_counter() - since) * 1000)

    def add_model_call(self, since: float, seconds: float) -> None:
        """The model's own seconds, and the rest as waiting; a failure (0) counts whole as the model's."""
        elapsed = (time.perf_counter() - since) * 1000
        at_model = min(elapsed, seconds * 1000) if seconds else elapsed
        self._add("llm", at_model)
        self._add("wait", elapsed - at_model)

    def timings(self) -> Timings:
        """All stages; the total leaves out the waiting for a place at the model."""
        total = (time.perf_counter() - self.started) * 1000 - self.stages.get("wait", 0.0)
        return Timings(**{name: round(value, 3) for name, value in (self.stages | {"total": total}).items()})

    def _add(self, name: str, milliseconds: float) -> None:
        self.stages[name] = self.stages.get(name, 0.0) + milliseconds


@dataclass(frozen=True)
class TimedEntailment:
    """An entailment model whose time is a stage of its own."""

    model: Entailment
    watch: Stopwatch

    @property
    def name(self) -> str:
        """The model's."""
        return self.model.name

    @property
    def languages(self) -> frozenset[str]:
        """The model's."""
        return self.model.languages

    def judge(self, pairs: Sequence[Pair]) -> list[EntailmentScores | None]:
        """As the model; raises EntailmentError."""
        with self.watch.stage("entailment"):
            return self.model.judge(pairs)
