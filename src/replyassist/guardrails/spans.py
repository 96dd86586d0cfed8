"""What stands behind each sentence of a draft, and what of the template it leaves out."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel


class Support(StrEnum):
    """Where a sentence of a draft comes from."""

    TEMPLATE = "template"  # the template's reply says it
    FACT = "fact"  # one of the template's facts, links or its title says it
    MESSAGE = "message"  # it takes up what the author wrote
    CONVERSATION = "conversation"  # it takes up an earlier text of the conversation
    VOICE = "voice"  # greeting, empathy, closing or sign-off: it says nothing that could be wrong
    NONE = "none"  # nothing that the check knows says it


class Span(BaseModel, frozen=True):
    """One sentence of a draft, ``text[start:end]``, with the passage that supports it best.

    ``score`` is 0 (nothing in common) to 1 (the source's own words); ``source`` is the supporting passage, or empty.
    """

    start: int
    end: int
    support: Support
    source: str = ""
    score: float = 0.0


class Relation(StrEnum):
    """What the sources of a draft make of one of its statements, as natural language inference calls it."""

    ENTAILMENT = "entailment"  # they say it
    NEUTRAL = "neutral"  # they leave it open
    CONTRADICTION = "contradiction"  # they say otherwise
    UNJUDGED = "unjudged"  # it is too long, or one of too many


class JudgedStatement(BaseModel, frozen=True):
    """A statement of a draft, ``text[start:end]``, and how probable (0 to 1) its relation is; 0 where unjudged."""

    start: int
    end: int
    relation: Relation
    probability: float = 0.0


class EntailmentJudgement(BaseModel, frozen=True):
    """What an entailment model said of a draft's statements; ``has_failed``: it said nothing, for it did not answer."""

    model: str
    statements: tuple[JudgedStatement, ...] = ()
    has_failed: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it judged every statement."""
        return not self.has_failed and all(each.relation is not Relation.UNJUDGED for each in self.statements)


class OmittedFact(BaseModel, frozen=True):
    """A fact of the template that the draft does not give; ``was_asked``: the message asks for it."""

    text: str
    was_asked: bool
