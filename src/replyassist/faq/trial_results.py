"""What a change of a template would do to messages that came in, as it is kept: ids only, and none of their words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel


class TrialState(StrEnum):
    """How far a trial is."""

    WAITING = "waiting"  # for a worker
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # the error is in the log; it may be asked for again


class TrialCases(BaseModel, frozen=True):
    """The kept set of labelled cases that a change is tried on: as it was when the trial was asked for."""

    name: str
    title: str
    size: int
    at: datetime


class TemplateMovement(BaseModel, frozen=True):
    """One message that would find another template; None: no template would be sure enough.

    ``decided`` is the template whose reply a person approved for it, None where nobody did; of a labelled case the one
    that is right, None there (``is_labelled``) where none is. ``case_id`` is that of a case, which has no message and
    no item (0). Sureness is 0 to 1.
    """

    message_id: int
    review_item_id: int
    case_id: str = ""
    before: str | None
    after: str | None
    sureness_before: float
    sureness_after: float
    decided: str | None = None
    is_labelled: bool = False

    @property
    def is_decided(self) -> bool:
        """Whether a person said what is right: also that no template is."""
        return self.is_labelled or self.decided is not None

    @property
    def is_better(self) -> bool:
        """Whether it now finds what a person decided."""
        return self.is_decided and self.after == self.decided

    @property
    def is_worse(self) -> bool:
        """Whether it no longer finds what a person decided."""
        return self.is_decided and self.before == self.decided


class TrialOutcome(BaseModel, frozen=True):
    """Counts over the messages that were tried, and those that move, the worse ones first.

    ``found_before`` and ``found_after``: messages that find the template in question; ``decided``: messages for which
    a person approved a reply from a template, and cases with a label, of which ``right_before`` and ``right_after``
    find that one. ``left_out``: cases of the set beyond those that are tried.
    """

    messages: int
    found_before: int
    found_after: int
    decided: int
    right_before: int
    right_after: int
    moved: int
    left_out: int = 0
    movements: tuple[TemplateMovement, ...]
