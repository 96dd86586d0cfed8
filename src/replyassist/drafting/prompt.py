"""Builds the messages that a language model gets; the profile of the model decides how they are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from replyassist.brands.voice import VoiceRules, WorkedExample
from replyassist.core.digests import document_digest, text_digest
from replyassist.core.language import language_name
from replyassist.core.llm import ChatMessage
from replyassist.core.prompts import PromptLibrary
from replyassist.inbox.inbound import Inbound

from .names import first_name
from .outline import Outline
from .profiles import Profile
from .variants import Variant

CHARACTERS_PER_TOKEN = 3.0  # low for English (about 4), so that a reply is not cut short
PERSONAL_CHARACTERS = 120  # a greeting and a sentence beside the answer
CANARY_LENGTH = 12


@dataclass(frozen=True)
class DraftRequest:
    """What is to be answered and with what, personal data hidden. ``language`` (ISO 639-1) is that of the reply."""

    message: Inbound
    answer: str
    instruction: str | None = None
    language: str = "en"
    variant: Variant = Variant.REPLY
    outline: Outline | None = None


@dataclass(frozen=True)
class Prompt:
    """The messages for the model and their digest, how long the answer may be (tokens), and what bounds it.

    ``canary`` is a token that only this prompt holds: a reply with it gives the prompt away.
    """

    messages: tuple[ChatMessage, ...]
    digest: str
    max_tokens: int
    stop: tuple[str, ...]
    outline: Outline | None = None
    canary: str = ""

    @property
    def grammar(self) -> str:
        """What bounds the answer, in GBNF; empty for nothing."""
        return self.outline.grammar if self.outline else ""


def build_prompt(
    request: DraftRequest,
    *,
    voice: VoiceRules,
    profile: Profile,
    library: PromptLibrary,
    approved: Sequence[WorkedExample] = (),
) -> Prompt:
    """Lay out rules, worked examples and the message.

    The worked examples are the same for each message of a brand, so that the model's cache of the prefix holds;
    ``approved`` (replies that people of the brand approved) stand after them, where the profile wants any.
    """
    length = voice.length_for(request.message.channel)
    canary = _canary(voice) if profile.layout == "rules" else ""
    system = library.render(
        "draft_system.j2",
        voice=voice,
        channel=request.message.channel,
        layout=profile.layout,
        length=length,
        language=language_name(request.language),
        variant=request.variant.value,
        canary=canary,
    )
    messages = [ChatMessage("system", system)]
    for example in (*_worked(voice, profile), *approved[: profile.approved_examples]):
        message = Inbound(example.message, request.message.channel, author_name=example.author or None)
        shown = DraftRequest(message, example.template)
        messages += [
            ChatMessage("user", _user(shown, profile, library)),
            ChatMessage("assistant", example.close_reply if profile.layout == "examples" else example.reply),
        ]
    messages.append(ChatMessage("user", _user(request, profile, library)))
    outline = request.outline if profile.decoding == "outline" else None
    return Prompt(
        messages=tuple(messages),
        digest=document_digest([*map(asdict, messages), outline.grammar if outline else ""]),
        max_tokens=_max_tokens(request, length.max, profile),
        stop=profile.stop,
        outline=outline,
        canary=canary,
    )


def repair_prompt(prompt: Prompt, *, draft: str, objections: Iterable[str], library: PromptLibrary) -> Prompt:
    """The same prompt with the model's own draft and what the checks have against it."""
    asked = library.render("draft_repair.j2", objections=list(dict.fromkeys(objections)))
    messages = (*prompt.messages, ChatMessage("assistant", draft), ChatMessage("user", asked))
    return replace(prompt, messages=messages, digest=document_digest([asdict(message) for message in messages]))


def _canary(voice: VoiceRules) -> str:
    """The same for every prompt of a voice, so that prompts stay cacheable; nobody outside can compute it."""
    return f"ref-{text_digest(f'canary of {voice.brand}: {voice.version}')[:CANARY_LENGTH]}"


def _max_tokens(request: DraftRequest, longest: int, profile: Profile) -> int:
    """A model that continues text goes on for longer than its answer only to repeat itself."""
    short = profile.layout == "examples"
    characters = min(longest, len(request.answer) + PERSONAL_CHARACTERS) if short else longest
    return int(characters / CHARACTERS_PER_TOKEN) + 16


def _worked(voice: VoiceRules, profile: Profile) -> list[WorkedExample]:
    usable = [example for example in voice.examples if profile.layout == "rules" or example.close_reply]
    return usable[: profile.examples]


def _user(request: DraftRequest, profile: Profile, library: PromptLibrary) -> str:
    return library.render(
        "draft_user.j2",
        layout=profile.layout,
        message=request.message.text,
        author=first_name(request.message.author_name),
        answer=request.answer,
        parent_text=request.message.parent_text,
        instruction=request.instruction,
    )
