"""The reply that needs no model: the template's words with a greeting and a first sentence in the brand's voice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from replyassist.brands.voice import Empathy, VoiceRules
from replyassist.core.digests import text_digest
from replyassist.inbox.inbound import InboundMessage

from .address_words import address_words, words_for
from .names import first_name

# First words that are nobody's name, so that they can follow "Hello Tom," in lower case; "I" is never in lower case.
_GOES_ON = re.compile(
    r"(?:a|all|an|any|as|at|before|both|by|each|either|every|for|from|if|in|it|it's|just|most|no|oh|on|once|one|only|our|"
    r"please|since|so|some|sorry|thanks?|that|that's|the|there|these|they|this|those|to|two|under|until|up|we|we're|what|"
    r"how|when|where|whether|while|with|after|yes|you|your)\b(?!-)",
    re.IGNORECASE,
)
_STAYS = re.compile(r"I\b|[^A-Z]")


@dataclass(frozen=True)
class Manner:
    """How a person wants it: without the sentence for the mood, without a closing, with a friendly one in any case."""

    has_sympathy: bool = True
    has_closing: bool = True
    is_warm: bool = False


AS_USUAL = Manner()


def personalise(
    answer: str,
    *,
    voice: VoiceRules,
    mood: str,
    to: InboundMessage,
    said_before: Sequence[str] = (),
    manner: Manner = AS_USUAL,
) -> str:
    """Greeting, a sentence for the mood (``question``, ``complaint`` or ``praise``), the answer, a closing.

    ``to`` is the message that is answered; its text and author pick the wording: the same message of the same person,
    the same words, and of forty people who write the same not forty times the same. A sentence for
    the mood that stands in a reply of ``said_before`` is not said again, unless there is no other.
    What does not fit the length limit of the platform is dropped, the answer last of all: it is never cut.
    """
    greeting = greeting_for(voice, to)
    empathy, closing = _around(answer, voice=voice, mood=mood, to=to, said_before=said_before, manner=manner)
    sign_off = voice.sign_off.text if voice.sign_off.required else ""
    attempts = (
        (greeting, empathy, answer, closing, sign_off),
        (greeting, empathy, answer, sign_off),
        (greeting, answer, sign_off),
        (answer, sign_off),
    )
    texts = [join(*parts) for parts in attempts]
    room = to.room(voice)
    return next((text for text in texts if room.fits(text)), texts[-1])


def _around(
    answer: str, *, voice: VoiceRules, mood: str, to: InboundMessage, said_before: Sequence[str], manner: Manner
) -> tuple[str, str]:
    """The sentence for the mood and the closing, each empty where there is to be none."""
    feelings, closings = getattr(voice.empathy, mood), getattr(voice.closings, to.visibility)
    if manner.is_warm:
        feelings, closings = ([phrase for phrase in phrases if phrase] for phrases in (feelings, closings))
    empathy = _fresh(feelings, _seed(to, "mood"), said_before) if manner.has_sympathy else ""
    closing = _pick(closings, _seed(to, "closing")) if manner.has_closing and is_closed(answer) else ""
    return empathy, closing


def greeting_in(language: str, *, voice: VoiceRules, to: InboundMessage) -> str:
    """A greeting in a language: the voice's, where it has one that is said in it, else the usual one."""
    said = words_for("greetings", (language,))
    own = [greeting for greeting in greetings_for(voice, to.author_name) if _opens_with(greeting, said)]
    if own or language not in address_words():
        return _pick(own, _seed(to, "greeting"))
    usual, name = address_words()[language].greeting, first_name(to.author_name)
    return usual.replace("{name}", name) if name else usual.replace(" {name}", "")


def _opens_with(greeting: str, said: frozenset[str]) -> bool:
    folded = greeting.casefold()
    return any(re.match(rf"\W*{re.escape(words)}(?!\w)", folded) for words in said)


def greeting_for(voice: VoiceRules, to: InboundMessage) -> str:
    """One of the brand's greetings, by first name where there is one."""
    return _pick(greetings_for(voice, to.author_name), _seed(to, "greeting"))


def greetings_for(voice: VoiceRules, author_name: str | None) -> list[str]:
    """All of the brand's greetings, by first name where there is one."""
    name = first_name(author_name)
    greetings = voice.greetings.named if name else voice.greetings.unnamed
    return [greeting.replace("{name}", name or "") for greeting in greetings]


def join(*parts: str) -> str:
    """The parts as one text; after a comma a common first word goes on in lower case, any other on its own line."""
    text = ""
    for part in parts:
        said = continued(part.strip()) if text.endswith((",", ":")) else part.strip()
        between = "\n" if text.endswith(",") and said and not _STAYS.match(said) else " "
        text = f"{text}{between}{said}".strip()
    return text


def is_closed(text: str) -> bool:
    """Whether a sentence may follow: a text that ends in a link does not, since the link would swallow the stop."""
    return text.rstrip().endswith((".", "!", "?", "…", ")"))


def continued(text: str) -> str:
    """The text as it goes on after a comma or a colon: a common first word in lower case, a name as it is."""
    return text[:1].lower() + text[1:] if _GOES_ON.match(text) else text


def thank(*, voice: VoiceRules, to: InboundMessage) -> str:
    """A thank-you for praise in the brand's own words, or an empty text when the voice has none."""
    words = _pick(voice.empathy.praise, _seed(to, "mood"))
    if not words:
        return ""
    return personalise(words, voice=voice.model_copy(update={"empathy": Empathy()}), mood="praise", to=to)


def _seed(to: InboundMessage, part: str) -> str:
    """What picks the wording of a part of a reply: where the author is known, each part by itself."""
    author = to.author_handle or to.author_name
    return f"{part}\n{author}\n{to.text}" if author else to.text


def _fresh(choices: Sequence[str], seed: str, said_before: Sequence[str]) -> str:
    unsaid = [choice for choice in choices if not any(choice in reply for reply in said_before if choice)]
    return _pick(unsaid or choices, seed)


def _pick(choices: Sequence[str], seed: str) -> str:
    return choices[int(text_digest(seed)[:8], 16) % len(choices)] if choices else ""
