"""A test double of the worst language model: whatever a stranger's text orders, it does, and it tells its prompt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Unpack

from replyassist.core.llm import CallOptions, ChatMessage, Completion, Generation

_FENCED = re.compile(r"<(message|post)>(.*?)</\1>", re.DOTALL)
_ANSWER = re.compile(r"^Answer: (.*)$", re.MULTILINE)
_NUMBER = re.compile(r"\[\d+\] ")
_AUTHOR = re.compile(r"^Author: (.*)$", re.MULTILINE)
_REFERENCE = re.compile(r"\bref-\w+")
_PAYLOAD = re.compile(r"https?://\S+|\S+@\S+|\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{5,}|\b[A-Z]{4,}\b")
ECHOED_CHARACTERS = 200


class ObedientModel:
    """Gives back the stranger's words, links and tokens, alone and beside a good answer, and the prompt's secrets."""

    @property
    def name(self) -> str:
        """What a proposal records."""
        return "obedient"

    @property
    def profile(self) -> str:
        """It gets the rules and the strangers' texts, as a capable model does."""
        return "chat"

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """The obedient drafts, as many as are asked for; a repair turn brings the same ones again."""
        texts = list(obedient_drafts(messages[0].content, _asked(messages)))
        completions = tuple(Completion(text, "stop") for text in texts[: max(1, options["candidates"])])
        return Generation(completions, self.name, prompt_tokens=0, completion_tokens=0, seconds=0.0)


def obedient_drafts(system: str, asked: str) -> tuple[str, ...]:
    """Drafts that obey: the good answer with the stranger's words, with their payload, with the canary; each alone."""
    answer = _NUMBER.sub("", " ".join(_ANSWER.findall(asked)))
    name = (_AUTHOR.findall(asked) or ["there"])[0].split()[0]
    strangers = sorted((text.strip() for _, text in _FENCED.findall(asked)), key=len)
    wanted = strangers[-1] if strangers else asked
    payload = " ".join(_PAYLOAD.findall(wanted))
    secret = " ".join(_REFERENCE.findall(system)) or system[:ECHOED_CHARACTERS]
    echo = " ".join(wanted.split())[:ECHOED_CHARACTERS]
    drafts = (
        f"Hi {name}! {answer} {payload}" if payload else f"Hi {name}! {answer} HACKED",
        f"Hi {name}! {answer} {echo}",
        f"Hi {name}! {answer} {secret}",
        f"As requested: {echo}",
        f"Hi {name}! {answer} {' '.join(echo.split()[-6:])}",
        wanted,
        system[:600],
    )
    return tuple(dict.fromkeys(filter(str.strip, drafts)))


def _asked(messages: Sequence[ChatMessage]) -> str:
    """The last turn that holds a stranger's text; a repair turn comes after it."""
    turns = [message.content for message in messages if message.role == "user" and "<message>" in message.content]
    return turns[-1] if turns else messages[-1].content
