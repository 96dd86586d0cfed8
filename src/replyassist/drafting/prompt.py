"""Builds the messages that a language model gets to write an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from replyassist.brands.room import Room
from replyassist.brands.voice import Length, VoiceRules, WorkedExample
from replyassist.core.digests import document_digest, text_digest
from replyassist.core.language import language_name
from replyassist.core.llm import ChatMessage
from replyassist.core.prompts import PromptLibrary
from replyassist.inbox.inbound import InboundMessage

from .names import first_name
from .profiles import Profile
from .variants import Variant

CHARACTERS_PER_TOKEN = 3.0  # low for English (about 4), so that a reply is not cut short
CANARY_LENGTH = 12
STEP = 20
"""Characters by which the limit in a prompt goes down for a mention."""
PLAN_TOKENS = 240
"""What a plan takes beside the reply: three questions of 40 tokens, six sentences of 20."""


@dataclass(frozen=True)
class DraftRequest:
    """What is to be answered and with what, personal data hidden. ``language`` (ISO 639-1) is that of the reply.

    ``answer`` is what the reply may stand on, the template's, and ``relevant`` what our plan chose of it. ``plans``:
    the sentences of ``answer`` are numbered, the worked examples are answered as in ``drafting/claimed.py``, and the
    model gives its plan with the reply.
    """

    message: InboundMessage
    answer: str
    relevant: str = ""
    instruction: str | None = None
    language: str = "en"
    variant: Variant = Variant.REPLY
    plans: bool = False


@dataclass(frozen=True)
class Prompt:
    """The messages for the model and their digest, and how long the answer may be (tokens).

    ``canary`` is a token that only this prompt holds: a reply with it gives the prompt away. ``plans``: it asks for
    JSON that holds the reply.
    """

    messages: tuple[ChatMessage, ...]
    digest: str
    max_tokens: int
    stop: tuple[str, ...]
    canary: str = ""
    plans: bool = False


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
    room = request.message.room(voice)
    canary = _canary(voice)
    system = library.render(
        "draft_system.j2",
        voice=voice,
        channel=request.message.channel,
        length=Length(min=room.least, max=_told(room)),
        language=language_name(request.language),
        variant=request.variant.value,
        canary=canary,
        plans=request.plans,
    )
    messages = [ChatMessage("system", system)]
    for example in (*voice.examples[: profile.examples], *approved[: profile.approved_examples]):
        message = InboundMessage(example.message, request.message.channel, author_name=example.author or None)
        shown = DraftRequest(message, example.template)
        messages += [
            ChatMessage("user", _user(shown, library)),
            ChatMessage("assistant", example.reply),
        ]
    messages.append(ChatMessage("user", _user(request, library)))
    return Prompt(
        messages=tuple(messages),
        digest=document_digest([*map(asdict, messages)]),
        max_tokens=int(room.most / CHARACTERS_PER_TOKEN) + 16 + (PLAN_TOKENS if request.plans else 0),
        stop=profile.stop,
        canary=canary,
        plans=request.plans,
    )


def repair_prompt(prompt: Prompt, *, draft: str, objections: Iterable[str], library: PromptLibrary) -> Prompt:
    """The same prompt with the model's own draft and what the checks have against it."""
    asked = library.render("draft_repair.j2", objections=list(dict.fromkeys(objections)), plans=prompt.plans)
    messages = (*prompt.messages, ChatMessage("assistant", draft), ChatMessage("user", asked))
    return replace(prompt, messages=messages, digest=document_digest([asdict(message) for message in messages]))


def _told(room: Room) -> int:
    """How long a reply may be, as a prompt says it: what a mention leaves in steps, so that prompts stay cacheable."""
    return room.most if room.most == room.own or not room.mention else max(room.least, room.most // STEP * STEP)


def _canary(voice: VoiceRules) -> str:
    """The same for every prompt of a voice, so that prompts stay cacheable; nobody outside can compute it."""
    return f"ref-{text_digest(f'canary of {voice.brand}: {voice.version}')[:CANARY_LENGTH]}"


def _user(request: DraftRequest, library: PromptLibrary) -> str:
    return library.render(
        "draft_user.j2",
        message=request.message.text,
        author=first_name(request.message.author_name),
        answer=request.answer,
        relevant=request.relevant if request.relevant != request.answer else "",
        parent_text=request.message.parent_text,
        answered_text=request.message.answered_text,
        instruction=request.instruction,
    )
