"""What a message is for the brand, how sure that is, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field


class Kind(StrEnum):
    """What a message is for the brand; eval/reading/README.md defines each."""

    CRISIS = "crisis"
    AUTOMATIC_MAIL = "automatic_mail"
    OUR_OWN_WORDS = "our_own_words"
    SPAM = "spam"
    ABUSE = "abuse"
    TALK_TO_OTHERS = "talk_to_others"
    CLOSING = "closing"
    OWN_CASE = "own_case"
    IRONY = "irony"
    COMPLAINT = "complaint"
    QUESTION = "question"
    REQUEST = "request"
    PRAISE = "praise"
    STATEMENT = "statement"


ASKED_OF_US = frozenset({Kind.QUESTION, Kind.REQUEST})
BLAME = frozenset({Kind.IRONY, Kind.COMPLAINT})
NEEDS_NO_REPLY = frozenset({Kind.AUTOMATIC_MAIL, Kind.OUR_OWN_WORDS, Kind.CLOSING, Kind.TALK_TO_OTHERS, Kind.SPAM})

NO_REPLY_FROM = 0.8
CAN_WAIT_FROM = 0.6
OWN_CASE_FROM = 0.37
ASKED_BELOW = 0.12
OTHERS_FROM = 0.3
"""From where a reading has consequences; each chosen on the training writers, each read by a model of the others
(docs/decisions/0022): at most 1 % of what is asked may go without a reply, 2 % to the end of the queue,
and 15 % may get a doubt."""


class KindReading(BaseModel):
    """How likely a message is of each kind, and the digest of the model that said so."""

    model_config = ConfigDict(frozen=True)

    probabilities: dict[Kind, float] = Field(min_length=2)
    digest: str

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

    @property
    def needs_no_reply(self) -> bool:
        """Whether it is very sure that nobody waits for an answer."""
        return self.of(NEEDS_NO_REPLY) >= NO_REPLY_FROM

    @property
    def can_wait(self) -> bool:
        """Whether it is likely that nobody waits for an answer: the end of the queue will do."""
        return self.of(NEEDS_NO_REPLY) >= CAN_WAIT_FROM

    @property
    def may_be_own_case(self) -> bool:
        """Whether it may be about something that only a look at their order, account or booking can answer."""
        return self.of({Kind.OWN_CASE}) >= OWN_CASE_FROM

    @property
    def may_not_be_asked_of_us(self) -> bool:
        """Whether it may be that the brand is asked nothing: a statement, talk to others, our own words, blame."""
        return self.of({*ASKED_OF_US, Kind.OWN_CASE}) < ASKED_BELOW or self.of({Kind.TALK_TO_OTHERS}) >= OTHERS_FROM

    @property
    def means_praise(self) -> bool:
        """Whether it is likelier meant as praise than as blame."""
        return self.of({Kind.PRAISE}) > self.of(BLAME)
