"""The prompt for thanks for praise."""

from __future__ import annotations

from dataclasses import asdict

from replyassist.brands.voice import VoiceRules
from replyassist.core.digests import document_digest
from replyassist.core.language import language_name
from replyassist.core.llm import ChatMessage
from replyassist.core.prompts import PromptLibrary

from .profiles import Profile
from .prompt import CHARACTERS_PER_TOKEN, Prompt

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
    return Prompt(
        messages=tuple(messages),
        digest=document_digest([*map(asdict, messages)]),
        max_tokens=int(LONGEST_THANKS / CHARACTERS_PER_TOKEN) + SPARE_TOKENS,
        stop=profile.stop,
    )
