"""The reply that needs no model: the template's words with a greeting and a first sentence in the brand's voice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from replyassist.brands.voice import VoiceRules
from replyassist.core.digests import text_digest

from .prompt import first_name


def personalise(
    answer: str,
    *,
    voice: VoiceRules,
    mood: str,
    author_name: str | None,
    channel: str,
    visibility: str,
    seed: str,
) -> str:
    """Greeting, a sentence for the mood, the answer, a closing.

    The wording varies with ``seed`` (the message text), and the same seed gives the same words. What does not
    fit the length limit of the platform is dropped, the answer last of all: it is never cut.
    """
    name = first_name(author_name)
    greetings = voice.greetings.named if name else voice.greetings.unnamed
    greeting = _pick(greetings, seed).replace("{name}", name or "")
    empathy = _pick(getattr(voice.empathy, mood), seed)
    closing = _pick(getattr(voice.closings, visibility, voice.closings.public), seed)
    sign_off = voice.sign_off.text if voice.sign_off.required else ""
    limit = voice.length_for(channel).max
    attempts = (
        (greeting, empathy, answer, closing, sign_off),
        (greeting, empathy, answer, sign_off),
        (greeting, answer, sign_off),
        (answer, sign_off),
    )
    texts = [_join(*parts) for parts in attempts]
    return next((text for text in texts if len(text) <= limit), texts[-1])


def thank(*, voice: VoiceRules, author_name: str | None, channel: str, visibility: str, seed: str) -> str:
    """A thank-you for praise in the brand's own words, or an empty text when the voice has none."""
    words = _pick(voice.empathy.praise, seed)
    if not words:
        return ""
    return personalise(
        words,
        voice=voice.model_copy(update={"empathy": type(voice.empathy)()}),
        mood="praise",
        author_name=author_name,
        channel=channel,
        visibility=visibility,
        seed=seed,
    )


def _pick(choices: Sequence[str], seed: str) -> str:
    return choices[int(text_digest(seed)[:8], 16) % len(choices)] if choices else ""


def _join(*parts: str) -> str:
    kept = [part.strip() for part in parts if part.strip()]
    # After a greeting that ends in a comma the sentence goes on, but names and "I" keep their capital.
    return re.sub(r"\s+", " ", " ".join(kept))
