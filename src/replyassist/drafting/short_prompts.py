"""The prompts of what is written beside an answer: its translation, and thanks for praise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from replyassist.brands.voice import VoiceRules
from replyassist.core.digests import document_digest
from replyassist.core.language import language_name
from replyassist.core.llm import ChatMessage
from replyassist.core.prompts import PromptLibrary

from .profiles import Profile
from .prompt import CHARACTERS_PER_TOKEN, Prompt

LONGER_IN_TRANSLATION = 1.6
"""How much longer a translation may be than its source, in tokens: other languages than English take more of them."""
LONGEST_THANKS = 200
"""Characters of thanks for praise, without the greeting."""
SPARE_TOKENS = 16
_THANKED = (
    (
        "Finally tried the lemon cake and wow. Best bit of my week.",
        "So glad the lemon cake was the best bit of your week. Thank you!",
    ),
    (
        "shoutout to the lady at the desk yesterday, so patient with my mum",
        "Thank you for the kind words. It's lovely to hear how patient she was with your mum.",
    ),
)


def translation_prompt(
    text: str, *, language: str, voice: VoiceRules, profile: Profile, library: PromptLibrary
) -> Prompt:
    """Have a reply of ours translated, letter by letter what our plan chose; ``language`` is ISO 639-1."""
    task = library.render("translate.j2", part="task", voice=voice, language=language_name(language))
    asked = library.render("translate.j2", part="text", text=text)
    tokens = int(len(text) / CHARACTERS_PER_TOKEN * LONGER_IN_TRANSLATION) + SPARE_TOKENS
    return _prompt([ChatMessage("system", task), ChatMessage("user", asked)], profile, tokens)


def praise_prompt(
    message: str, *, language: str, channel: str, voice: VoiceRules, profile: Profile, library: PromptLibrary
) -> Prompt:
    """Have praise thanked for in a sentence or two; ``message`` with its personal data hidden."""
    task = library.render("praise.j2", part="task", voice=voice, channel=channel, language=language_name(language))
    messages = [ChatMessage("system", task)]
    for praise, thanks in _THANKED:
        shown = library.render("praise.j2", part="message", message=praise)
        messages += [ChatMessage("user", shown), ChatMessage("assistant", thanks)]
    messages.append(ChatMessage("user", library.render("praise.j2", part="message", message=message)))
    return _prompt(messages, profile, int(LONGEST_THANKS / CHARACTERS_PER_TOKEN) + SPARE_TOKENS)


def _prompt(messages: Sequence[ChatMessage], profile: Profile, tokens: int) -> Prompt:
    digest = document_digest([*map(asdict, messages)])
    return Prompt(messages=tuple(messages), digest=digest, max_tokens=tokens, stop=profile.stop)
