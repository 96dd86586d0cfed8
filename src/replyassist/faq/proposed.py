"""What past messages propose as templates, as it is kept: questions and a reply as people wrote them, and coverage."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator
from scipy.stats import binomtest


class ProposalState(StrEnum):
    """What people made of a proposal."""

    OPEN = "open"  # waits for a person
    ACCEPTED = "accepted"  # became a template, or questions of one
    DISMISSED = "dismissed"  # not wanted; a later run does not bring its question back


class PastText(BaseModel):
    """Words of one message without personal data; ``key`` names the message: "line 7" of a file, "message 12"."""

    model_config = ConfigDict(frozen=True)

    text: str
    key: str


class ProposedTexts(BaseModel):
    """Questions as they were asked, the most central first, and a human reply; None where there was none."""

    model_config = ConfigDict(frozen=True)

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


class Coverage(BaseModel):
    """How many of ``counted`` messages templates would have answered; both are numbers of messages.

    ``messages`` are all that were looked at. ``held_out``: those counted were kept apart while the groups were made;
    else there were too few for that, and they are the same messages, which flatters. ``today`` are answered by the
    templates of now, ``with_first[k]`` by these and the first k + 1 proposals.
    """

    model_config = ConfigDict(frozen=True)

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
        if not self.counted:
            return "There were no messages to count."
        answered = self.with_first[-1] if self.with_first else self.today
        low, high = binomtest(answered, self.counted).proportion_ci(0.95, "wilson")
        these = f"These {len(self.with_first)}" if len(self.with_first) > 1 else "This one"
        if self.today:
            these = f"Today's templates with {these.lower()}" if self.with_first else "Today's templates"
        elif not self.with_first:
            return f"Nothing was found to propose in {self.messages:,} messages."
        share = f"would have answered {_percent(answered, self.counted)} of {self.messages:,} messages"
        before = f", today's alone {_percent(self.today, self.counted)}" if self.today and self.with_first else ""
        how = f"of {self.counted:,} that were kept apart while the groups were made"
        if not self.held_out:
            how = f"of the same {self.counted:,} messages that the groups were made of, which flatters"
        return f"{these} {share}{before} (counted: {answered:,} {how}; 95 % interval {low:.0%} to {high:.0%})."


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"
