"""Public data as reply templates and messages: which template answers which message is known."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.case_files import load_cases
from replyassist.faq.files import read_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.entries import readable

OUT_OF_SCOPE = "oos"
RETRIEVAL_DEV = ("hwu64-1", "hwu64-3", "vira-1", "vira-4", "covidqa-cdc", "covidqa-cdc-cold")
BRANDS = Path(__file__).resolve().parents[4] / "eval" / "brands"
Labelled = tuple[str, str]  # a text, and the intent that it has; OUT_OF_SCOPE for none


@dataclass(frozen=True)
class Task:
    """Templates, and messages with the id of the right template; None when no template answers.

    ``also``: by text, the ids of all that would be right where that is more than one.
    """

    templates: tuple[ReplyTemplate, ...]
    messages: tuple[tuple[str, str | None], ...]
    also: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def right(self, number: int) -> frozenset[str]:
        """The templates that would be right for a message; none when no template answers."""
        text, wanted = self.messages[number]
        return self.also.get(text, frozenset() if wanted is None else frozenset({wanted}))

    def rank(self, number: int, found: Sequence[str]) -> int:
        """Where the first right template of a message stands among those found, from 1; 0 when it does not."""
        right = self.right(number)
        return next((place for place, template_id in enumerate(found, start=1) if template_id in right), 0)


def banking77(folder: Path, *, part: str) -> list[Labelled]:
    """``part``: train (10,003 rows) or test (3,080), of 77 intents."""
    return [(row["text"], row["intent"]) for row in _rows(folder / f"banking77_{part}.csv")]


def clinc150(folder: Path, *, part: str) -> list[Labelled]:
    """``part``: train, val or test; 150 intents and messages out of scope."""
    return [(row["text"], row["intent"]) for row in _rows(folder / "clinc150_full.csv") if row["split"] == part]


def bitext_cold(folder: Path, *, every: int) -> Task:
    """27 templates of which only the reply is known, and every so-manieth of 6,480 messages."""
    templates = tuple(
        ReplyTemplate(id=row["intent"], reply=row["reply_template"]) for row in _rows(folder / "bitext_templates.csv")
    )
    rows = _rows(folder / "bitext_utterances.csv")[::every]
    return Task(templates, tuple((row["text"], row["intent"]) for row in rows))


def retrieval_dev(folder: Path, name: str) -> Task:
    """One of ``RETRIEVAL_DEV``, in the product's own formats; the same message may stand there with two labels."""
    templates, cases = (_objects(folder / "retrieval_dev" / f"{name}.{kind}.jsonl") for kind in ("faq", "cases"))
    return Task(
        tuple(ReplyTemplate.model_validate(each) for each in templates),
        tuple((case["text"], case["expected"]["template_id"]) for case in cases),
    )


def everyday_brands(part: str) -> Iterator[tuple[str, Task]]:
    """Brands that others wrote, by name; ``part``: dev or test. There are none outside of a checkout."""
    for faq in sorted((BRANDS / part).glob("*/faq.jsonl")):
        cases = load_cases(faq.with_name("cases.jsonl")).cases
        yield (
            faq.parent.name,
            Task(
                tuple(read_templates(faq).templates),
                tuple((case.text, case.expected.template_id) for case in cases),
                {case.text: case.right_templates for case in cases if len(case.right_templates) > 1},
            ),
        )


def few_shot(train: Sequence[Labelled], test: Sequence[Labelled], *, examples: int | None, seed: int) -> Task:
    """Templates with so many example questions drawn from ``train`` (None: all of them); the id's words are the reply.

    Nobody knows a reply for these intents; the words of the id are what the title would be anyway.
    """
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in train:
        if intent != OUT_OF_SCOPE:
            by_intent[intent].append(text)
    draw = random.Random(seed)
    templates = tuple(
        ReplyTemplate(
            id=intent,
            questions=texts if examples is None else draw.sample(texts, min(examples, len(texts))),
            reply=readable(intent) or intent,
        )
        for intent, texts in sorted(by_intent.items())
    )
    return Task(templates, tuple((text, None if intent == OUT_OF_SCOPE else intent) for text, intent in test))


def _objects(path: Path) -> list[dict[str, Any]]:
    with _there(path).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _there(path: Path) -> Path:
    if not path.is_file():
        raise InvalidInput("the benchmark's data is missing; set REPLYASSIST_BENCH_DATA", file=str(path))
    return path


def _rows(path: Path) -> list[dict[str, str]]:
    with _there(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
