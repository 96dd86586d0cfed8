"""An entailment model that says what it is told to."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from replyassist.core.entailment import EntailmentScores, Pair


class FakeEntailment:
    """Takes every statement to follow from its premise, and remembers what it was asked in ``calls``.

    But for those that hold one of the given phrases: they are ``contradicted``, left ``neutral``, or ``too_long`` to be
    judged. With an ``error``, that is raised instead.
    """

    def __init__(
        self,
        *,
        contradicted: Collection[str] = (),
        neutral: Collection[str] = (),
        too_long: Collection[str] = (),
        languages: Collection[str] = (),
        name: str = "fake",
        error: Exception | None = None,
    ) -> None:
        self.contradicted, self.neutral, self.too_long, self.error = contradicted, neutral, too_long, error
        self.calls: list[tuple[Pair, ...]] = []
        self._languages, self._name = frozenset(languages), name

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def languages(self) -> frozenset[str]:
        """As given; empty: all."""
        return self._languages

    @property
    def statements(self) -> list[str]:
        """What it was asked about, in order, without the premises."""
        return [statement for call in self.calls for _, statement in call]

    def judge(self, pairs: Sequence[Pair]) -> list[EntailmentScores | None]:
        """One for each pair: .9 for its relation."""
        self.calls.append(tuple(pairs))
        if self.error is not None:
            raise self.error
        return [self._scores(statement) for _, statement in pairs]

    def _scores(self, statement: str) -> EntailmentScores | None:
        if any(phrase in statement for phrase in self.too_long):
            return None
        if any(phrase in statement for phrase in self.contradicted):
            return EntailmentScores(entailment=0.04, neutral=0.06, contradiction=0.9)
        if any(phrase in statement for phrase in self.neutral):
            return EntailmentScores(entailment=0.04, neutral=0.9, contradiction=0.06)
        return EntailmentScores(entailment=0.9, neutral=0.06, contradiction=0.04)
