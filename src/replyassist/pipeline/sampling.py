"""Has the model write, within what the settings allow, and counts its time."""

from __future__ import annotations

import time

from replyassist.core.llm import ChatModel
from replyassist.drafting.candidates import generate_candidates
from replyassist.drafting.profiles import Profile
from replyassist.drafting.prompt import Prompt
from replyassist.pipeline.assignment import Assignment


def sampled(prompt: Prompt, assignment: Assignment, *, model: ChatModel, profile: Profile) -> tuple[str, ...]:
    """As many texts as the profile and the settings allow; raise LanguageModelError."""
    context, since = assignment.context, time.perf_counter()
    seconds = 0.0
    try:
        texts, seconds = generate_candidates(
            prompt,
            model,
            count=min(context.candidates, profile.candidates),
            temperature=profile.temperature,
            deadline_seconds=context.deadline_seconds,
        )
    finally:
        assignment.watch.add_model_call(since, seconds)
    return texts
