"""Brand-voice rules: data that prompts, checks and personalisation share (``prompts/voice/<brand>.yaml``)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from replyassist.core.digests import document_digest
from replyassist.core.errors import InvalidInput
from replyassist.core.resources import resource_folder

Phrase = Annotated[str, Field(min_length=1, max_length=300)]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Guideline(_Rules):
    """One do or don't with an example."""

    rule: Phrase
    example: str = Field("", max_length=500)


class EmojiRules(_Rules):
    """How many emoji at most, and which; none listed means any."""

    max: int = Field(2, ge=0, le=20)
    allowed: list[str] = []


class SignOff(_Rules):
    """The closing line, and whether every reply needs it."""

    text: str = Field("", max_length=100)
    required: bool = False


class Length(_Rules):
    """Shortest and longest reply in characters."""

    min: int = Field(1, ge=0)
    max: int = Field(1000, ge=1, le=10_000)


class Greetings(_Rules):
    """Openings with ``{name}`` and without."""

    named: list[Phrase] = ["Hi {name},"]
    unnamed: list[Phrase] = ["Hello,"]


class Empathy(_Rules):
    """A first sentence by the kind of message."""

    complaint: list[str] = [""]
    praise: list[str] = [""]
    question: list[str] = [""]


class Closings(_Rules):
    """Short last sentences by visibility; empty strings for none."""

    public: list[str] = [""]
    private: list[str] = [""]


class WorkedExample(_Rules):
    """A message, the template that answered it, and the reply that a good community manager wrote."""

    author: str = Field("", max_length=200)
    message: Phrase
    template: Annotated[str, Field(min_length=1, max_length=2000)]
    reply: Annotated[str, Field(min_length=1, max_length=2000)]
    close_reply: str = Field(
        "", max_length=2000, description="The same reply in the template's own words: what a small model can learn."
    )


class VoiceRules(_Rules):
    """How one brand talks. Every number a prompt or a check needs is here, and only here."""

    brand: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    name: Phrase
    about: str = Field("", max_length=500)
    persona: str = Field("", max_length=2000)
    pronoun: str = Field("we", pattern="^(we|I)$")
    tone: dict[str, str] = {"default": "friendly and clear"}
    do: list[Guideline] = []
    dont: list[Guideline] = []
    banned_phrases: list[Phrase] = []
    emoji: EmojiRules = EmojiRules()
    exclamations_max: int = Field(1, ge=0, le=20)
    capitals_max_run: int = Field(1, ge=0, le=20)
    hashtags_max: int = Field(0, ge=0, le=20)
    sign_off: SignOff = SignOff()
    length: dict[str, Length] = {"default": Length(min=10, max=600)}
    allowed_link_domains: list[Phrase] = []
    never_promise: list[Phrase] = []
    greetings: Greetings = Greetings()
    empathy: Empathy = Empathy()
    closings: Closings = Closings()
    examples: list[WorkedExample] = Field([], max_length=50)

    @model_validator(mode="after")
    def _defaults_are_given(self) -> VoiceRules:
        for name, mapping in (("tone", self.tone), ("length", self.length)):
            if "default" not in mapping:
                raise ValueError(f"'{name}' needs an entry 'default'")
        return self

    def tone_for(self, channel: str) -> str:
        """The tone on this platform."""
        return self.tone.get(channel, self.tone["default"])

    def length_for(self, channel: str) -> Length:
        """Length limits on this platform, in characters."""
        return self.length.get(channel, self.length["default"])

    @property
    def version(self) -> str:
        """Digest over all the rules: it changes when any of them does."""
        return document_digest(self.model_dump(mode="json"))


def parse_voice(document: Any, *, file: str | None = None) -> VoiceRules:
    """Validate voice rules; raise InvalidInput that names the file and the field."""
    if not isinstance(document, dict):
        raise InvalidInput("expected a mapping of voice rules", file=file)
    try:
        return VoiceRules.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(
            first["msg"], file=file, field=".".join(str(part) for part in first["loc"]) or None
        ) from error


def load_voice(path: Path) -> VoiceRules:
    """Read one voice file; raise InvalidInput with file, line and field."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InvalidInput(f"not valid YAML: {error.problem}", file=str(path), line=line) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot be read: {error}", file=str(path)) from error
    return parse_voice(document, file=str(path))


def default_voice(brand_id: str) -> VoiceRules:
    """A neutral voice for a brand that has not written its own yet (``prompts/voice/default.yaml``)."""
    neutral = load_voice(resource_folder("prompts") / "voice" / "default.yaml")
    name = brand_id.replace("-", " ").replace("_", " ").title()
    return neutral.model_copy(update={"brand": brand_id, "name": name})


def sample_voice(brand_id: str) -> VoiceRules | None:
    """The voice file that travels with the program for this brand, or None."""
    path = resource_folder("prompts") / "voice" / f"{brand_id}.yaml"
    return load_voice(path) if path.is_file() else None
