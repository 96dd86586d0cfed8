"""The reply that needs no model: the template's words with a greeting and a first sentence in the brand's voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replyassist.brands.voice import Empathy, VoiceRules
from replyassist.core.digests import text_digest

from .prompt import first_name


@dataclass(frozen=True)
class Addressee:
    """Who is answered, and where. ``seed`` (the message text) picks the wording: the same seed, the same words."""

    author_name: str | None
    channel: str
    visibility: str
    seed: str


def personalise(answer: str, *, voice: VoiceRules, mood: str, to: Addressee) -> str:
    """Greeting, a sentence for the mood (``question``, ``complaint`` or ``praise``), the answer, a closing.

    What does not fit the length limit of the platform is dropped, the answer last of all: it is never cut.
    """
    name = first_name(to.author_name)
    greetings = voice.greetings.named if name else voice.greetings.unnamed
    greeting = _pick(greetings, to.seed).replace("{name}", name or "")
    empathy = _pick(getattr(voice.empathy, mood), to.seed)
    closing = _pick(getattr(voice.closings, to.visibility), to.seed)
    sign_off = voice.sign_off.text if voice.sign_off.required else ""
    attempts = (
        (greeting, empathy, answer, closing, sign_off),
        (greeting, empathy, answer, sign_off),
        (greeting, answer, sign_off),
        (answer, sign_off),
    )
    texts = [" ".join(part.strip() for part in parts if part.strip()) for parts in attempts]
    limit = voice.length_for(to.channel).max
    return next((text for text in texts if len(text) <= limit), texts[-1])


def thank(*, voice: VoiceRules, to: Addressee) -> str:
    """A thank-you for praise in the brand's own words, or an empty text when the voice has none."""
    words = _pick(voice.empathy.praise, to.seed)
    if not words:
        return ""
    return personalise(words, voice=voice.model_copy(update={"empathy": Empathy()}), mood="praise", to=to)


def _pick(choices: Sequence[str], seed: str) -> str:
    return choices[int(text_digest(seed)[:8], 16) % len(choices)] if choices else ""
