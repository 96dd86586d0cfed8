"""Builds the messages that a language model gets; the profile of the model decides how they are laid out."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from replyassist.brands.voice import VoiceRules, WorkedExample
from replyassist.core.digests import document_digest
from replyassist.core.llm import ChatMessage
from replyassist.core.prompts import PromptLibrary

EXAMPLES_SHOWN = 4
CHARACTERS_PER_TOKEN = 3.0  # low for English (about 4), so that a reply is not cut short
BASE = "base"
PERSONAL_CHARACTERS = 120  # a greeting and a sentence beside the answer


@dataclass(frozen=True)
class DraftRequest:
    """What is to be answered, for whom, and with what."""

    message: str
    answer: str
    author_name: str | None
    channel: str
    parent_text: str | None = None
    instruction: str | None = None


@dataclass(frozen=True)
class Prompt:
    """The messages for the model, their digest, and how long the answer may be (tokens)."""

    messages: tuple[ChatMessage, ...]
    digest: str
    max_tokens: int
    stop: tuple[str, ...]


def build_prompt(request: DraftRequest, *, voice: VoiceRules, profile: str, library: PromptLibrary) -> Prompt:
    """Lay out rules, worked examples and the message.

    The examples are the same for each message of a brand, so that the model's cache of the prefix holds.
    """
    length = voice.length_for(request.channel)
    system = library.render("draft_system.j2", voice=voice, channel=request.channel, profile=profile, length=length)
    messages = [ChatMessage("system", system)]
    for example in _examples(voice, profile):
        shown = DraftRequest(example.message, example.template, example.author or None, request.channel)
        reply = example.close_reply if profile == BASE else example.reply
        messages += [ChatMessage("user", _user(shown, profile, library)), ChatMessage("assistant", reply)]
    messages.append(ChatMessage("user", _user(request, profile, library)))
    return Prompt(
        messages=tuple(messages),
        digest=document_digest([asdict(message) for message in messages]),
        max_tokens=_max_tokens(request, length.max, profile),
        stop=("\n", "Reply:", "Message") if profile == BASE else (),
    )


def _max_tokens(request: DraftRequest, longest: int, profile: str) -> int:
    """A base model that goes on for longer than its answer only repeats itself."""
    characters = min(longest, len(request.answer) + PERSONAL_CHARACTERS) if profile == BASE else longest
    return int(characters / CHARACTERS_PER_TOKEN) + 16


def _examples(voice: VoiceRules, profile: str) -> list[WorkedExample]:
    usable = [example for example in voice.examples if profile != BASE or example.close_reply]
    return usable[:EXAMPLES_SHOWN]


def _user(request: DraftRequest, profile: str, library: PromptLibrary) -> str:
    return library.render(
        "draft_user.j2",
        profile=profile,
        message=request.message,
        author=first_name(request.author_name),
        answer=request.answer,
        parent_text=request.parent_text,
        instruction=request.instruction,
    )


def first_name(name: str | None) -> str | None:
    """The first name to greet somebody by, or None when the name does not look like one.

    A display name is a stranger's text: only letters, up to 30, with hyphen or apostrophe, are taken.
    """
    parts = (name or "").split()
    if not parts:
        return None
    first = parts[0].strip(".,!")
    letters = first.replace("-", "").replace("'", "").replace("’", "")
    return first if 1 < len(first) <= 30 and letters.isalpha() else None
