"""What a message was read as: its kind, its risks and its tone, each with how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from pydantic import BaseModel, Field

from .kinds import Kind


class Example(BaseModel, frozen=True):
    """A labelled message that a message is like, ``likeness`` (cosine, -1 to 1) to it.

    ``is_own``: a person of the brand said so of one of its messages; else it travels with the program.
    """

    text: str
    kind: Kind
    likeness: float
    is_own: bool = False


class MessageReading(BaseModel, frozen=True):
    """``probabilities`` of the kinds add up to 1, ``risks`` are apart, ``sentiment`` is the writer's towards the brand,
    -1 (furious) to 1 (delighted), ``nearest`` the labelled message of the likeliest kind that it is most like.

    ``digest`` is that of the weights. What is None or empty was not told by the weights of that time.
    """

    probabilities: dict[Kind, float] = Field(min_length=2)
    digest: str
    risks: dict[str, float] = Field(default_factory=dict)
    sentiment: float | None = None
    nearest: Example | None = None

    @cached_property
    def _ranked(self) -> tuple[tuple[Kind, float], ...]:
        return tuple(sorted(self.probabilities.items(), key=lambda item: -item[1]))

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return self._ranked[0][0]

    @property
    def probability(self) -> float:
        """That of the likeliest kind."""
        return self._ranked[0][1]

    @property
    def runner_up(self) -> tuple[Kind, float]:
        """The second likeliest kind and its probability."""
        return self._ranked[1]

    def of(self, kinds: Iterable[Kind]) -> float:
        """The probability that it is one of these kinds."""
        return sum(self.probabilities.get(kind, 0.0) for kind in kinds)

    def likeliest_of(self, kinds: Iterable[Kind]) -> Kind:
        """The likeliest of these kinds."""
        return max(kinds, key=lambda kind: self.probabilities.get(kind, 0.0))
