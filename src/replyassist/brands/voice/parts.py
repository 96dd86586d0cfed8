"""The smaller parts of a brand's voice."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field, model_validator

Phrase = Annotated[str, Field(min_length=1, max_length=300)]


class VoicePart(BaseModel, frozen=True, extra="forbid"):
    """What all parts share: nothing unknown is taken, and nothing changes later.

    ``formerly``: fields that earlier versions had; a voice that was written for one of those is read without them.
    """

    formerly: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _without_former_fields(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if name not in cls.formerly}


class Guideline(VoicePart):
    """One do or don't with an example."""

    rule: Phrase
    example: str = Field("", max_length=500)


class EmojiRules(VoicePart):
    """How many emoji at most, and which; none listed means any."""

    max: int = Field(2, ge=0, le=20)
    allowed: list[str] = []


class SignOff(VoicePart):
    """The closing line, and whether every reply needs it."""

    text: str = Field("", max_length=100)
    required: bool = False


class Length(VoicePart):
    """Shortest and longest reply in characters."""

    min: int = Field(1, ge=0)
    max: int = Field(1000, ge=1, le=10_000)


class Greetings(VoicePart):
    """Openings with ``{name}`` and without."""

    named: list[Phrase] = ["Hi {name},"]
    unnamed: list[Phrase] = ["Hello,"]


class Empathy(VoicePart):
    """A first sentence by the kind of message."""

    complaint: list[str] = [""]
    praise: list[str] = [""]
    question: list[str] = [""]


class Closings(VoicePart):
    """Short last sentences by visibility; empty strings for none."""

    public: list[str] = [""]
    private: list[str] = [""]


class Handover(VoicePart):
    """What leads from a public reply to a private message: the public reply's last sentence, the message's first."""

    public: list[Phrase] = Field(["We are writing to you privately about the rest."], min_length=1)
    private: list[Phrase] = Field(["This is about your comment."], min_length=1)


class WorkedExample(VoicePart):
    """A message, the template that answered it, and the reply that a good community manager wrote."""

    formerly = frozenset({"close_reply"})

    author: str = Field("", max_length=200)
    message: Phrase
    template: Annotated[str, Field(min_length=1, max_length=2000)]
    reply: Annotated[str, Field(min_length=1, max_length=2000)]
