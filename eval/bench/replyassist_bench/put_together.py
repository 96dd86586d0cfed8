"""More messages with several questions, put together from those of labelled messages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.readable import readable
from replyassist.triage import Kind

from .kinds import Labelled

OF_EACH_WRITER = 60  # messages
FEWEST_WORDS, MOST_WORDS = 2, 18  # of a question that is put together with others
HOW_MANY = (1, 2, 2, 2, 3, 3, 4)
SHORT, TELLS_FIRST = 90, 0.35  # characters of what may be told first, and how often that is
UPON_A_CONDITION = 0.25  # how often a question is asked upon a condition
BARE = 0.6  # share of questions that lose their mark


def put_together(labelled: Sequence[Labelled]) -> list[Labelled]:
    """Messages that ask one to four questions of one writer, in the forms in which people put questions together.

    Some questions are asked upon a condition, which is something that the writer tells: it is part of the question.
    """
    chance, made = np.random.default_rng(5), list[Labelled]()
    for writer in sorted({one.writer for one in labelled}):
        own = [one for one in labelled if one.writer == writer]
        asked = [
            readable(question)
            for one in own
            for question in one.questions
            if question in one.message.text and FEWEST_WORDS <= len(question.split()) <= MOST_WORDS
        ]
        told = [one.message.text for one in own if not one.questions and len(one.message.text) < SHORT]
        for number in range(OF_EACH_WRITER if len(asked) > max(HOW_MANY) else 0):
            count = HOW_MANY[chance.integers(len(HOW_MANY))]
            chosen = [asked[place] for place in chance.choice(len(asked), count, replace=False)]
            if told:
                chosen = [_upon_a_condition(each, told, chance) for each in chosen]
            text = _in_a_form(chosen, chance)
            if told and chance.random() < TELLS_FIRST:
                text = str(chance.choice(told)) + str(chance.choice([" ", ". ", "\n", ", "])) + text
            message = InboundMessage(readable(text), "web_chat", "private")
            questions = tuple(question.rstrip(" ?.!,") for question in chosen)
            made.append(Labelled(f"{writer}+{number}", writer, message, Kind.QUESTION, questions=questions))
    return made


def _upon_a_condition(question: str, told: Sequence[str], chance: np.random.Generator) -> str:
    if chance.random() >= UPON_A_CONDITION:
        return question
    condition = str(chance.choice(told)).split("\n")[0].rstrip(" ?.!,")
    return f"{chance.choice(_words()['conditions'])} {condition[:1].lower()}{condition[1:]}, {question}"


def _in_a_form(asked: Sequence[str], chance: np.random.Generator) -> str:
    """The questions numbered, in words or figures, or joined; some without the mark at their end."""
    bare = [question.rstrip(" ?.!,") if chance.random() < BARE else question for question in asked]
    forms, ordinals = _words()["forms"], _words()["ordinals"]
    form = str(chance.choice([*forms, *ordinals]))
    if form in ordinals:
        between = [str(chance.choice([". ", ", ", " "])) for _ in bare]
        marks = ordinals[form]
    elif "1" in form or form == "- ":
        between = ["\n" if form == "- " else str(chance.choice([" ", "\n", ", "])) for _ in bare]
        marks = [form.replace("1", str(number + 1)) for number in range(len(bare))]
    else:
        last = str(chance.choice(_words()["last"])) if form == ", " else form
        return last.join([form.join(bare[:-1]), bare[-1]]) if len(bare) > 1 else bare[0]
    every = zip(between, marks, bare, strict=False)
    return "".join(f"{mark if number else ''}{sign}{each}" for number, (mark, sign, each) in enumerate(every))


@cache
def _words() -> dict[str, Any]:
    given: dict[str, Any] = yaml.safe_load(
        (files("replyassist_bench") / "put_together.yaml").read_text(encoding="utf-8")
    )
    return given
