"""What past messages propose as templates, as it is kept: questions and a reply as people wrote them, and coverage."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, model_validator


class ProposalState(StrEnum):
    """What people made of a proposal."""

    OPEN = "open"  # waits for a person
    ACCEPTED = "accepted"  # became a template, or questions of one
    DISMISSED = "dismissed"  # not wanted; a later run does not bring its question back


class PastText(BaseModel, frozen=True):
    """Words of one message without personal data; ``key`` names the message: "line 7" of a file, "message 12"."""

    text: str
    key: str


class ProposedTexts(BaseModel, frozen=True):
    """Questions as they were asked, the most central first, and a human reply; None where there was none."""

    questions: tuple[PastText, ...]
    reply: PastText | None = None

    @property
    def told(self) -> tuple[PastText, ...]:
        """Questions and reply."""
        return (*self.questions, self.reply) if self.reply else self.questions

    def without(self, key: str) -> Self:
        """What is left when the words of one message go."""
        reply = None if self.reply and self.reply.key == key else self.reply
        return self.model_copy(update={"questions": tuple(q for q in self.questions if q.key != key), "reply": reply})


class ProposalCoverage(BaseModel, frozen=True):
    """How many of ``counted`` messages templates would have answered; both are numbers of messages.

    ``messages`` are all that were looked at. ``held_out``: those counted were kept apart while the groups were made;
    else there were too few for that, and they are the same messages, which flatters. ``today`` are answered by the
    templates of now, ``with_first[k]`` by these and the first k + 1 proposals.
    """

    messages: int
    counted: int
    held_out: bool
    today: int
    with_first: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _is_a_curve(self) -> Self:
        numbers = [0, self.today, *self.with_first, self.counted]
        if numbers != sorted(numbers):
            raise ValueError("coverage never falls, and is never more than was counted")
        return self

    @property
    def shares(self) -> list[float]:
        """The share (0 to 1) with no proposal, with the first, with the first two, and so on."""
        return [number / max(1, self.counted) for number in (self.today, *self.with_first)]

    @property
    def sentence(self) -> str:
        """The curve's end in one line."""
        return self.told()

    def told(self, translate: Callable[[str], str] = str, number: Callable[[float], str] = "{:,.0f}".format) -> str:
        """The same in another language, of which ``number`` writes the numbers."""
        if not self.counted:
            return translate("There were no messages to count.")
        if not self.today and not self.with_first:
            nothing = translate("Nothing was found to propose in %(messages)s messages.")
            return nothing % {"messages": number(self.messages)}
        from scipy.stats import binomtest  # takes a second to load

        answered = self.with_first[-1] if self.with_first else self.today
        low, high = binomtest(answered, self.counted).proportion_ci(0.95, "wilson")
        said = {
            "n": number(len(self.with_first)),
            "share": number(100 * answered / self.counted),
            "today": number(100 * self.today / self.counted),
            "messages": number(self.messages),
            "answered": number(answered),
            "counted": number(self.counted),
            "low": number(100 * low),
            "high": number(100 * high),
        }
        return f"{self._share(translate)} {self._basis(translate)}" % said

    def _share(self, translate: Callable[[str], str]) -> str:
        if not self.with_first:
            return translate("Today's templates would have answered %(share)s %% of %(messages)s messages")
        if self.today:
            return translate(
                "Today's templates with these %(n)s would have answered %(share)s %% of %(messages)s messages, today's "
                "alone %(today)s %%"
            )
        if len(self.with_first) > 1:
            return translate("These %(n)s would have answered %(share)s %% of %(messages)s messages")
        return translate("This one would have answered %(share)s %% of %(messages)s messages")

    def _basis(self, translate: Callable[[str], str]) -> str:
        if self.held_out:
            return translate(
                "(counted: %(answered)s of %(counted)s that were kept apart while the groups were made; 95 %% interval "
                "%(low)s %% to %(high)s %%)."
            )
        return translate(
            "(counted: %(answered)s of the same %(counted)s messages that the groups were made of, which flatters; "
            "95 %% interval %(low)s %% to %(high)s %%)."
        )
