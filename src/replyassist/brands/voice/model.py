"""How one brand talks: every number that a prompt or a check of its voice needs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from replyassist.brands.room import Room, room_of
from replyassist.brands.voice.parts import (
    Closings,
    EmojiRules,
    Empathy,
    Greetings,
    Guideline,
    Handover,
    Length,
    Phrase,
    SignOff,
    VoicePart,
    WorkedExample,
)
from replyassist.brands.voice.rules import Severities, VoiceRule
from replyassist.core.digests import document_digest

Grade = Annotated[float, Field(ge=1, le=20)]
RiskTopic = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")]


class VoiceRules(VoicePart):
    """How one brand talks. Every number a prompt or a check needs is here, and only here.

    ``reading_grade_max`` is a school grade by platform (see ``guardrails.voice.reading``); an empty mapping sets none.
    ``echo_max`` is the share (0 to 1) of the first sentence that may be the message's own words; None for no limit.
    ``risk_words``: words that send a message to a person, by topic: of ``triage/risk_topics.yaml`` or the brand's own.
    ``similar_replies_max`` and ``same_openings_max``: so many alike in a row in one thread are fine, the next is not.
    """

    formerly = frozenset({"pick_ups"})

    brand: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    name: Phrase
    about: str = Field("", max_length=500)
    persona: str = Field("", max_length=2000)
    languages: list[Annotated[str, Field(pattern=r"^[a-z]{2}$")]] = Field(["en"], min_length=1)
    pronoun: str = Field("we", pattern="^(we|I)$")
    address: Literal["any", "formal", "informal"] = "any"
    contractions: Literal["any", "wanted", "avoid"] = "any"
    tone: dict[str, str] = Field({"default": "friendly and clear"})
    do: list[Guideline] = Field([])
    dont: list[Guideline] = Field([])
    banned_phrases: list[Phrase] = Field([])
    emoji: EmojiRules = EmojiRules()
    exclamations_max: int = Field(1, ge=0, le=20)
    capitals_max_run: int = Field(1, ge=0, le=20)
    hashtags_max: int = Field(0, ge=0, le=20)
    sign_off: SignOff = SignOff()
    length: dict[str, Length] = Field({"default": Length(min=10, max=600)})
    reading_grade_max: dict[str, Grade] = Field({})
    allowed_link_domains: list[Phrase] = Field([])
    never_promise: list[Phrase] = Field([])
    greetings: Greetings = Greetings()
    greet_by_name: bool = False
    echo_max: float | None = Field(None, gt=0, le=1)
    similar_replies_max: int = Field(2, ge=1, le=20)
    same_openings_max: int = Field(2, ge=1, le=20)
    empathy: Empathy = Empathy()
    handover: Handover = Handover()
    closings: Closings = Closings()
    risk_words: dict[RiskTopic, Annotated[list[Phrase], Field(max_length=200)]] = Field({}, max_length=50)
    severities: Severities = Severities()
    rules: list[VoiceRule] = Field([], max_length=200)
    examples: list[WorkedExample] = Field([], max_length=50)

    @field_validator("rules")
    @classmethod
    def _ids_are_unique(cls, rules: list[VoiceRule]) -> list[VoiceRule]:
        ids = [rule.id for rule in rules]
        if twice := [name for name in ids if ids.count(name) > 1]:
            raise ValueError(f"the id '{twice[0]}' is there twice")
        return rules

    @model_validator(mode="after")
    def _defaults_are_given(self) -> VoiceRules:
        for name, mapping in (("tone", self.tone), ("length", self.length)):
            if "default" not in mapping:
                raise ValueError(f"'{name}' needs an entry 'default'")
        return self

    def tone_for(self, channel: str) -> str:
        """The tone on this platform."""
        return self.tone.get(channel, self.tone["default"])

    def room_for(self, channel: str, visibility: str = "public", mention: str = "") -> Room:
        """How long a reply may be on this platform, as the platform counts it, behind ``mention``."""
        length = self.length.get(channel, self.length["default"])
        return room_of(channel, visibility, least=length.min, most=length.max, mention=mention)

    def reading_grade_max_for(self, channel: str) -> float | None:
        """The highest school grade that a reply on this platform may need, or None for no limit."""
        return self.reading_grade_max.get(channel, self.reading_grade_max.get("default"))

    @property
    def version(self) -> str:
        """Digest over all the rules: it changes when any of them does.

        A voice without words of risks has the version that it had before there were any.
        """
        return document_digest(self.model_dump(mode="json", exclude=None if self.risk_words else {"risk_words"}))
