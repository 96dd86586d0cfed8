"""Asks the model for several candidates in one request and cleans what comes back."""

from __future__ import annotations

import re

from opentelemetry.trace import SpanKind

from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ChatModel, Generation
from replyassist.core.telemetry import MODEL_CALLS, MODEL_SECONDS, MODEL_TOKENS
from replyassist.core.tracing import note, span

from .prompt import Prompt

LONGEST_TOKEN = 12  # characters; far more than any language's mean
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
_QUOTES = {'"': '"', "“": "”", "'": "'"}
_LABEL = re.compile(r"^(?:reply|answer|response)\s*:\s*", re.IGNORECASE)


def generate_candidates(
    prompt: Prompt, model: ChatModel, *, count: int, temperature: float, deadline_seconds: float
) -> tuple[tuple[str, ...], float]:
    """Up to ``count`` distinct texts and the seconds it took; raise LanguageModelError or LanguageModelTimeout.

    A text that was cut off at the token limit keeps its whole sentences only; one that is far longer than was asked
    for, from an endpoint that knows no limit, is dropped unread.
    """
    generation = _asked(model, prompt, count=count, temperature=temperature, deadline_seconds=deadline_seconds)
    longest = prompt.max_tokens * LONGEST_TOKEN
    texts = [
        clean_candidate(completion.text, was_cut=completion.finish_reason == "length")
        for completion in generation.completions
        if len(completion.text) <= longest
    ]
    return tuple(dict.fromkeys(text for text in texts if text)), generation.seconds


def _asked(model: ChatModel, prompt: Prompt, *, count: int, temperature: float, deadline_seconds: float) -> Generation:
    """What the model answers, counted and traced."""
    with span("chat", SpanKind.CLIENT, candidates=count):
        try:
            generation = model.generate(
                prompt.messages,
                candidates=count,
                max_tokens=prompt.max_tokens,
                temperature=temperature,
                stop=prompt.stop,
                deadline_seconds=deadline_seconds,
                as_json=prompt.plans,
            )
        except LanguageModelError:
            MODEL_CALLS.labels(outcome="failed").inc()
            raise
        read, written = generation.prompt_tokens, generation.completion_tokens
        note(model=generation.model, prompt_tokens=read, completion_tokens=written)
    MODEL_CALLS.labels(outcome="answered").inc()
    MODEL_SECONDS.observe(generation.seconds)
    MODEL_TOKENS.labels(kind="read").inc(read)
    MODEL_TOKENS.labels(kind="written").inc(written)
    return generation


def clean_candidate(text: str, *, was_cut: bool = False) -> str:
    """Strip labels, wrapping quotes and broken ends; one paragraph."""
    text = re.sub(r"\s+", " ", _UNSENDABLE.sub("", text)).strip()
    text = _LABEL.sub("", text)
    if len(text) > 2 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    if was_cut:
        whole = re.match(r".*[.!?…](?=\s|$)", text)
        text = whole.group(0) if whole else ""
    return text
