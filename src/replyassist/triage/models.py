"""What triage says of a message."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

from .message_reading import MessageReading


class Route(StrEnum):
    """What should happen to a message."""

    DRAFT = "draft"  # a reply is drafted
    ESCALATE = "escalate"  # a person must write, or decide who does
    NO_REPLY = "no_reply"  # probably needs no answer
    REVIEW = "review"  # a person should read it; no draft is made, and it can wait


class Mood(StrEnum):
    """How the message sounds; it picks the first sentence of a reply."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    PRAISE = "praise"


class Risk(BaseModel, frozen=True):
    """One reason for care, with the words that showed it; one that ``escalates`` is never drafted for.

    ``is_watched``: it would escalate were it surer; a draft for it is never ready.
    """

    kind: str
    explanation: str
    excerpt: str
    escalates: bool = True
    is_watched: bool = False


class Triage(BaseModel, frozen=True):
    """What triage made of a message. ``urgency`` is 0 (can wait) to 100 (now).

    ``suspicion`` (0 to 1) is how much the message, or what stands around it, looks like an order to the machine.

    ``language`` is ISO 639-1, or ``und`` where it cannot be told.

    ``is_plain_praise``: it thanks or praises and asks nothing, so no template answers it.

    ``reading``: what it is for the brand, with probabilities; None where no model read it.
    """

    route: Route
    reason: str
    language: str
    mood: Mood
    risks: tuple[Risk, ...] = ()
    urgency: int
    is_plain_praise: bool = False
    suspicion: float = 0.0
    reading: MessageReading | None = None

    @property
    def needs_a_template(self) -> bool:
        """Whether it is to be answered from one."""
        return self.route is Route.DRAFT and not self.is_plain_praise

    @property
    def is_high_risk(self) -> bool:
        """Whether more than a tier-1 agent must look."""
        return bool(self.risks)
