"""How a source and the worked examples are shown to a model that plans, and how its answer is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from replyassist.brands.voice import VoiceRules, WorkedExample
from replyassist.drafting.candidates import clean_candidate
from replyassist.drafting.claimed import ClaimedReply, numbered, read_claimed
from replyassist.drafting.profiles import Profile
from replyassist.guardrails.pleasantries import is_pleasantry
from replyassist.guardrails.proof import is_bounding, sentences_of, worded_places
from replyassist.pipeline.assignment import Assignment
from replyassist.pipeline.redaction import Redactor

MOST_SHOWN = 40
"""Sentences of a source that are numbered; a longer one is shown as it is, with our plan beside it."""


def may_plan(assignment: Assignment, profile: Profile) -> bool:
    """Whether the model is asked for its plan; not for a translation, whose sentences no check can hold to a source."""
    plan = assignment.plan
    return (
        profile.plans and plan is not None and 0 < len(plan.sentences) <= MOST_SHOWN and not assignment.is_translation
    )


def as_planned(voice: VoiceRules) -> VoiceRules:
    """The voice with its examples as they are answered with a plan."""
    return voice.model_copy(update={"examples": list(planned_examples(voice.examples))})


def planned_examples(examples: Sequence[WorkedExample]) -> tuple[WorkedExample, ...]:
    """The same examples with numbered sources and the JSON that a model would give for them."""
    return tuple(
        each.model_copy(
            update={
                "template": numbered(sentences_of(each.template)),
                "reply": _answer(each.message, each.template, each.reply),
            }
        )
        for each in examples
    )


def claimed_in(raw: str, redactor: Redactor, *, is_private: bool) -> ClaimedReply | None:
    """The reply with its plan, personal data put back where it belongs; None for what nobody should read."""
    claimed = read_claimed(raw)
    if claimed is None:
        return None
    reply = (
        each.model_copy(update={"text": clean_candidate(redactor.restore(each.text, is_private=is_private))})
        for each in claimed.reply
    )
    return claimed.model_copy(update={"reply": tuple(reply)})


@lru_cache(maxsize=256)
def _answer(message: str, template: str, reply: str) -> str:
    """The plan of a reply that a person wrote, read from the words that it shares with its template."""
    sources = sentences_of(template)
    said_in_turn = list[str]()
    for text in sentences_of(reply):
        if said_in_turn and not any(character.isalnum() for character in text):  # an emoji
            said_in_turn[-1] += f" {text}"
        else:
            said_in_turn.append(text)
    parts = [{"text": text, "rests_on": _numbers(text, sources)} for text in said_in_turn]
    said = sorted({number for part in parts for number in part["rests_on"] if isinstance(number, int)})
    limits = [number for number in said if is_bounding(sources[number - 1])]
    answers = [number for number in said if number not in limits] or said
    asks = next((text for text in reversed(sentences_of(message)) if "?" in text), message)
    question = {"asks": asks, "answered_by": answers, "bounded_by": limits if limits != answers else []}
    return json.dumps({"questions": [question], "reply": parts}, ensure_ascii=False)


def _numbers(text: str, sources: Sequence[str]) -> list[int]:
    return [] if is_pleasantry(text) else [place + 1 for place in worded_places(text, sources)]
