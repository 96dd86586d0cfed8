"""What a model gives that plans: the questions, and the reply sentence by sentence with what each rests on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field, StrictInt, ValidationError

MOST_QUESTIONS, MOST_SENTENCES, MOST_NUMBERS = 12, 24, 48
"""More than a message or a reply has: an answer beyond these is none."""

Numbers = Annotated[tuple[StrictInt, ...], Field(max_length=MOST_NUMBERS)]


class ClaimedQuestion(BaseModel, frozen=True):
    """One thing that is asked, in the model's words, with the numbers of the source's sentences (from 1).

    ``answered_by`` is empty where the model found no answer.
    """

    asks: str
    answered_by: Numbers
    bounded_by: Numbers = ()


class ClaimedSentence(BaseModel, frozen=True):
    """One sentence of the reply, and the numbers of those that say it; none for a greeting and the like."""

    text: str
    rests_on: Numbers


class ClaimedReply(BaseModel, frozen=True):
    """A reply with its plan, as a model claims it: nothing of it is believed."""

    questions: Annotated[tuple[ClaimedQuestion, ...], Field(max_length=MOST_QUESTIONS)]
    reply: Annotated[tuple[ClaimedSentence, ...], Field(min_length=1, max_length=MOST_SENTENCES)]

    @property
    def text(self) -> str:
        """The reply."""
        return " ".join(each.text for each in self.reply if each.text)


def numbered(sentences: Sequence[str]) -> str:
    """The sentences of a source in one line, each after its number."""
    return " ".join(f"[{number}] {' '.join(text.split())}" for number, text in enumerate(sentences, start=1))


def is_json(text: str) -> bool:
    """Whether a model at least tried; without a brace it wrote the reply alone."""
    return "{" in text


def read_claimed(text: str) -> ClaimedReply | None:
    """The reply and its plan; None for what is no such object. Prose and fences around it are forgiven."""
    try:
        return ClaimedReply.model_validate(json.loads(text[text.index("{") : text.rindex("}") + 1]))
    except (ValueError, RecursionError, ValidationError):
        return None
