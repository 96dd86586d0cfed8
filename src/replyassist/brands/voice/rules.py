"""Rules that a brand adds by writing data, and how bad it is to break a rule."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, Field, model_validator

from replyassist.brands.voice.parts import Phrase, VoicePart

BlockOrWarn = Literal["block", "warn"]
AnySeverity = Literal["block", "warn", "fix"]
Phrases = Annotated[list[Phrase], Field(min_length=1, max_length=200)]

NOT_FOR_OWN_RULES = frozenset(
    {"address", "capitals", "contractions", "echo", "exclamations", "greeting", "hashtags", "pronoun", "spacing"}
)
"""Names of built-in findings that an id could be mistaken for."""


def compile_pattern(pattern: str) -> Any:
    """A pattern that matches in time linear in the text, whatever it is; raise ValueError when it is malformed.

    RE2 (Cox 2010, "Regular Expression Matching in the Wild") has no backtracking, so no pattern can hang a check.
    """
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown reason"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"not a pattern that RE2 understands: {text}") from error


def _is_safe(pattern: str) -> str:
    if compile_pattern(pattern).search("") is not None:
        raise ValueError("the pattern matches an empty text, so it would match everywhere")
    return pattern


SafePattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_is_safe)]


class When(VoicePart):
    """Where a rule holds; an empty list means everywhere. A rule for a mood needs a mood that is known."""

    channel: list[Phrase] = Field([])
    mood: list[Literal["question", "complaint", "praise"]] = Field([])
    visibility: list[Literal["public", "private"]] = Field([])
    language: list[Annotated[str, Field(pattern=r"^[a-z]{2}$")]] = Field([])


class _OwnRule(VoicePart):
    """What every rule of a brand has; a finding is named ``voice.<id>``."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    message: str = Field("", max_length=300)
    when: When = When()

    @model_validator(mode="after")
    def _id_is_free(self) -> _OwnRule:
        if self.id in NOT_FOR_OWN_RULES:
            raise ValueError(f"'{self.id}' is the name of a built-in rule; please choose another id")
        return self


class PhraseRule(_OwnRule):
    """Phrases that may not be there, of which one must be, or that may not begin or end a reply.

    ``*`` between two words stands for up to three words. An opening is looked for after the greeting too.
    """

    kind: Literal["banned_phrase", "required_phrase", "opening", "ending"]
    phrases: Phrases
    severity: BlockOrWarn = "warn"


class ReplaceRule(_OwnRule):
    """Phrases that give way to another wording; an empty ``replacement`` drops them."""

    kind: Literal["replace"]
    phrases: Phrases
    replacement: str = Field(max_length=300)
    severity: AnySeverity = "fix"


class PatternRule(_OwnRule):
    """A regular expression (RE2) that may not, or must, match the folded text: lower case, straight quotes."""

    kind: Literal["pattern", "required_pattern"]
    pattern: SafePattern
    severity: BlockOrWarn = "warn"


class CountRule(_OwnRule):
    """Phrases that may be there ``max`` times in all."""

    kind: Literal["max_count"]
    phrases: Phrases
    max: int = Field(ge=0, le=100)
    severity: BlockOrWarn = "warn"


VoiceRule = Annotated[PhraseRule | ReplaceRule | PatternRule | CountRule, Field(discriminator="kind")]


class Severities(VoicePart):
    """How bad it is to break a built-in rule: ``block``, ``warn``, or ``fix`` where a draft can be mended by itself.

    What asks for a fix and is still there when a text is checked counts as a warning.
    """

    banned_phrases: BlockOrWarn = "block"
    never_promise: BlockOrWarn = "block"
    too_long: BlockOrWarn = "block"
    too_short: BlockOrWarn = "warn"
    pronoun: BlockOrWarn = "warn"
    address: BlockOrWarn = "warn"
    reading_level: BlockOrWarn = "warn"
    echo: BlockOrWarn = "warn"
    repetition: BlockOrWarn = "warn"
    emoji: AnySeverity = "warn"
    exclamations: AnySeverity = "warn"
    capitals: AnySeverity = "warn"
    hashtags: AnySeverity = "warn"
    sign_off: AnySeverity = "warn"
    greeting: AnySeverity = "warn"
    contractions: AnySeverity = "warn"
