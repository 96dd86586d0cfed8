"""What only the prompt holds: its canary, its own sentences, the brand's instructions to its writers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.brands.voice import VoiceRules
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.sources import shared_runs
from replyassist.guardrails.text import compact, normalise

WORDS_OF_THE_PROMPT = 7  # in a row; the sample brands' own replies share at most four with their rules
_PROMPT_TALK = re.compile(
    r"(?<!\w)(?:a community manager will check|using only the facts in|between <?message>?|</?(?:message|post)>"
    r"|written by (?:a )?strangers?|never (?:an )?instructions? to you|the reference ref-\w*|write the reply only"
    r"|is for this house only|my (?:prompt|instructions) (?:is|are|says?|reads?)"
    r"|(?:our|the) (?:system |hidden |initial |secret )+(?:prompt|instructions)"
    r"|you (?:are|draft) (?:an? |one )?(?:reply|assistant|helpful)|system prompt)"
)


def leaks(text: str, context: CheckContext) -> Iterator[tuple[tuple[int, int], str]]:
    """Places that come from the prompt, each with the words that name it."""
    canary = compact(context.canary)
    letters = compact(text)
    if canary and (canary in letters or canary[::-1] in letters):
        yield _place_of(context.canary, text), "the secret mark of the prompt"
    plain = normalise(text)
    template = normalise(context.template_text).text
    for match in _PROMPT_TALK.finditer(plain.text):
        if match[0] not in template:
            yield plain.span(*match.span()), "the instructions for the machine"
    for span in shared_runs(
        text, _instructions(context.voice), length=WORDS_OF_THE_PROMPT, without=context.trusted_texts
    ):
        yield span, "the brand's instructions for writers"


def _place_of(canary: str, text: str) -> tuple[int, int]:
    start = text.casefold().find(canary.casefold())
    return (start, start + len(canary)) if start >= 0 else (0, len(text))


def _instructions(voice: VoiceRules) -> tuple[str, ...]:
    """What the voice tells its writers, without the examples that they may well follow."""
    rules = (guideline.rule for guideline in (*voice.do, *voice.dont))
    return (voice.persona, *voice.tone.values(), *rules)
