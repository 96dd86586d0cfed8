"""A platform in memory that takes replies, refuses them, or does not answer, and remembers what reached it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from replyassist.channels import OutgoingReply, Repeat, Traits
from replyassist.channels import Platform as Port
from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain


class Killed(BaseException):
    """The process that made an attempt died in the middle of it."""


@dataclass
class Platform(Port):
    """``landed`` is what reached people, by the key of its delivery; ``calls`` are all attempts.

    ``outcome`` says how the next attempt ends. ``before`` is called with each attempt, before it has an effect, and
    ``between`` after that.
    """

    repeat: Repeat = Repeat.IDEMPOTENCY_KEY
    place: str = "https://one.example"
    outcome: str = "sent"
    landed: list[OutgoingReply] = field(default_factory=list)
    before: Callable[[OutgoingReply], None] = lambda _reply: None
    between: Callable[[], None] = lambda: None

    @property
    def traits(self) -> Traits:
        """What makes another attempt safe."""
        return Traits("fake", "Fake", self.repeat)

    @property
    def address(self) -> str:
        """Where it is."""
        return self.place

    def find(self, reply: OutgoingReply) -> str | None:
        """As the port says."""
        return f"p-{reply.key}" if any(known.key == reply.key for known in self.landed) else None

    def send(self, reply: OutgoingReply) -> str:
        """As the port says; after the outcome of one attempt the next ones succeed."""
        self.before(reply)
        outcome, self.outcome = self.outcome, "sent"
        self.between()
        self._fail(outcome, "before")
        is_known = self.repeat is Repeat.IDEMPOTENCY_KEY and self.find(reply)
        if not is_known:
            self.landed.append(reply)
        self._fail(outcome, "after")
        return f"p-{reply.key}"

    def _fail(self, outcome: str, when: str) -> None:
        if outcome == "refused" and when == "before":
            raise DeliveryRefused("the platform said no")
        if outcome == "not made" and when == "before":
            raise DeliveryNotMade("the platform could not be reached")
        if outcome == f"no answer {when}":
            raise DeliveryUncertain("the platform did not answer")
        if outcome == f"killed {when}":
            raise Killed


OUTCOMES = ("refused", "not made", "no answer before", "no answer after", "killed before", "killed after")
