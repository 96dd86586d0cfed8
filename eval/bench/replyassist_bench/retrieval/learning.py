"""The learning curve: banking77 from one example an intent, as if a person decided 2,000 messages one after the other.

The messages come from the test file in a drawn order, the first examples from the train file. What a decision teaches
is as in ``replyassist.learning``: an approval makes the message an example, a correction makes it one of the picked
template and, when there was a draft, counts against the drafted one. Personal data goes and what a template knows is
left out as there. Nothing was tuned here but ``SAME_MEANING`` of ``learning.texts``, on the train file.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Flag, auto

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.core.words import Reading, read
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.learning.texts import example_text, is_known
from replyassist.retrieval.index import TemplateIndex

from .bench import WHERE, Bench, Figures
from .data import Labelled, Task, banking77, few_shot
from .scores import DRAFT_FROM

MESSAGES, WINDOW, LAST = 2000, 250, 500
QUICK_INTENTS, QUICK_MESSAGES, QUICK_WINDOW = 10, 60, 20
RENEWED_EVERY = 100
"""Messages after which all is learned from anew, in the foreground; the product does it in the background at once."""
TIMED = 20


class Lessons(Flag):
    """What a decision is allowed to teach in one run."""

    APPROVED = auto()  # a right draft, or one that a person would have picked, is an example
    PICKED = auto()  # the template that a person picks instead gets the message
    AGAINST = auto()  # a drafted wrong template gets it as a counter-example


RUNS = {
    "learning": Lessons.APPROVED | Lessons.PICKED | Lessons.AGAINST,
    "examples_alone": Lessons.APPROVED | Lessons.PICKED,
    "without_corrections": Lessons.APPROVED | Lessons.AGAINST,
    "rejections_alone": Lessons.AGAINST,
}


@dataclass
class Learner:
    """An index that learns message by message what a person decides."""

    encoder: Encoder
    index: TemplateIndex
    templates: tuple[ReplyTemplate, ...]
    lessons: Lessons
    examples: list[LearnedExample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._known: dict[tuple[str, bool], list[str]] = {
            (template.id, False): list(template.questions) for template in self.templates
        }

    def decide(self, text: str, wanted: str, *, found: str, is_drafted: bool) -> None:
        """Learn from the decision about one message whose right template is ``wanted``."""
        kept = example_text(text, name="", handle="")
        if kept is None:
            return
        is_right = found == wanted and is_drafted
        if (Lessons.APPROVED if is_right else Lessons.PICKED) in self.lessons:
            self._add(wanted, kept, counts_against=False)
        if is_drafted and not is_right and Lessons.AGAINST in self.lessons:
            self._add(found, kept, counts_against=True)
        self.index = self.index.changed(self.templates, self.examples)

    def _add(self, template_id: str, text: str, *, counts_against: bool) -> None:
        known = self._known.setdefault((template_id, counts_against), [])
        if not is_known(text, known, self.encoder):
            known.append(text)
            self.examples.append(LearnedExample(len(self.examples) + 1, template_id, text, counts_against))


def learning(bench: Bench) -> Figures:
    """Accuracy over a sliding window and over the last messages, with learning and without, as mean over the draws."""
    runs: dict[str, list[list[bool]]] = {"no_learning": [], "nearest_neighbour": [], **{name: [] for name in RUNS}}
    taught: list[Learner] = []
    for done, seed in enumerate(bench.seeds):
        task = drawn(bench, seed=seed)
        readings = read(bench.encoder, [text for text, _ in task.messages])
        start = TemplateIndex(task.templates, bench.encoder)
        runs["no_learning"].append(unchanged(start, task, readings))
        runs["nearest_neighbour"].append(nearest(bench.encoder, task, readings))
        for name, lessons in RUNS.items():
            bench.progress(f"learning: {name}", done, len(bench.seeds))
            learner = Learner(bench.encoder, start, task.templates, lessons)
            runs[name].append(curve(learner, task, readings))
            taught += [learner] if name == "learning" else []
            bench.progress(f"learning: {name}", done + 1, len(bench.seeds))
    window = QUICK_WINDOW if bench.quick else WINDOW
    figures: Figures = {name: _figures(right, window=window) for name, right in runs.items()}
    return figures | {"window": window, "learned_examples": len(taught[-1].examples)} | _speed(bench, taught[-1])


def drawn(bench: Bench, *, seed: int, part: str = "test") -> Task:
    """One example an intent, and the messages of ``part`` in the order in which they are decided; none comes twice."""
    train = banking77(bench.folder, part="train")
    task = few_shot(train, [], examples=1, seed=seed)
    templates = task.templates[:QUICK_INTENTS] if bench.quick else task.templates
    ids = {template.id for template in templates}
    used = {question for template in templates for question in template.questions}
    unseen: list[Labelled] = [
        pair for pair in banking77(bench.folder, part=part) if pair[0] not in used and pair[1] in ids
    ]
    draw = random.Random(seed)
    return Task(templates, tuple(draw.sample(unseen, QUICK_MESSAGES if bench.quick else MESSAGES)))


def curve(learner: Learner, task: Task, readings: Sequence[Reading]) -> list[bool]:
    """Whether the first template was right for each message, told before it is decided and learned."""
    right = []
    for number, ((text, wanted), reading) in enumerate(zip(task.messages, readings, strict=True), start=1):
        (match,) = learner.index.search(reading.vector, text=text, words=reading.words, limit=1, **WHERE)
        right.append(match.template_id == wanted)
        is_drafted = match.probability >= DRAFT_FROM
        learner.decide(text, wanted or "", found=match.template_id, is_drafted=is_drafted)
        if number % RENEWED_EVERY == 0:
            learner.index = learner.index.renewed()
    return right


def unchanged(index: TemplateIndex, task: Task, readings: Sequence[Reading]) -> list[bool]:
    """The same without learning: what the first examples alone give."""
    return [
        index.search(reading.vector, text=text, words=reading.words, limit=1, **WHERE)[0].template_id == wanted
        for (text, wanted), reading in zip(task.messages, readings, strict=True)
    ]


def nearest(encoder: Encoder, task: Task, readings: Sequence[Reading]) -> list[bool]:
    """The reference: the one example whose cosine is the highest."""
    examples = encoder.encode([template.questions[0] for template in task.templates])
    best = np.argmax(np.stack([reading.vector for reading in readings]) @ examples.T, axis=1)
    return [task.templates[place].id == wanted for place, (_, wanted) in zip(best, task.messages, strict=True)]


def _figures(runs: Sequence[Sequence[bool]], *, window: int) -> Figures:
    """``last_500`` and the curve: accuracy over the window that ends at each point, as mean over the draws."""
    right = np.array(runs, dtype=np.float64)
    ends = range(window, right.shape[1] + 1, window // 2)
    points = [[end, round(float(right[:, end - window : end].mean()), 4)] for end in ends]
    each = right[:, -LAST:].mean(axis=1)
    return {
        "last_500": round(float(each.mean()), 4),
        "lowest_draw": round(float(each.min()), 4),
        "curve": points,
    }


def _speed(bench: Bench, learner: Learner) -> Figures:
    """How long one more learned message takes until it is found, its encoding included, and a whole renewal."""
    took = []
    for number in range(TIMED):
        more = LearnedExample(-1 - number, learner.templates[0].id, f"a message that nobody wrote, number {number}")
        bench.encoder.encode([more.text])  # kept from here on, so that the timed part encodes once and bare
        started = time.perf_counter()
        bench.bare_encoder.encode([more.text])
        learner.index.changed(learner.templates, [*learner.examples, more])
        took.append((time.perf_counter() - started) * 1000)
    started = time.perf_counter()
    learner.index.renewed()
    return {
        "searchable_ms": round(statistics.median(took), 2),
        "renewal_seconds": round(time.perf_counter() - started, 2),
    }
