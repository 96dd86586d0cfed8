"""Retrieval on data that no one here wrote, beside plain nearest neighbour over the same texts in the same run.

Everything was tuned on eval/cases/dev.jsonl, parts of banking77's train file, clinc150 val and a third of the bitext
messages; banking77 test and clinc150 test were looked at for the tables in docs/benchmarks.md alone.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confidence import Calibration, case_weights, fit_calibration
from replyassist.retrieval.entries import readable
from replyassist.retrieval.index import TemplateIndex

from .retrieval_data import Task, banking77, bitext_cold, clinc150, few_shot
from .retrieval_scores import Answer, figures, mean_of

SEEDS = range(5)
RANKED = 10
LATENCY_TEXTS, LATENCY_EXAMPLES = 200, 2000
QUICK_MESSAGES = 100
QUICK_CLASSES = 20
QUICK_EXAMPLES = 30
WHERE: dict[str, Any] = {"channel": "import", "visibility": "public", "day": date(2026, 11, 22)}
Progress = Callable[[str, int, int], None]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Where data is read and texts are encoded. ``quick``: one draw, few messages and few intents.

    ``encoder`` may keep what it has encoded; ``bare_encoder`` may not, for it is timed.
    """

    folder: Path
    encoder: Encoder
    bare_encoder: Encoder
    quick: bool
    progress: Progress

    @property
    def seeds(self) -> Sequence[int]:
        """The draws of examples."""
        return SEEDS[:1] if self.quick else SEEDS


def measure(bench: Bench) -> Figures:
    """Every data set of the contract, each with ``nearest_neighbour`` as the reference."""
    train, test = banking77(bench.folder, part="train"), banking77(bench.folder, part="test")
    result: Figures = {}
    for name, examples in (("banking77_5", 5), ("banking77_10", 10), ("banking77_all", None)):
        seeds = bench.seeds if examples else bench.seeds[:1]
        result[name] = _over_seeds(
            bench,
            name,
            [_shortened(bench, few_shot(train, test, examples=examples, seed=seed)) for seed in seeds],
        )
    result["clinc150_10"] = _clinc150(bench)
    every = 60 if bench.quick else 1
    result["bitext_cold"] = _over_seeds(bench, "bitext_cold", [bitext_cold(bench.folder, every=every)])
    result["latency"] = _latency(bench, few_shot(train, test, examples=None, seed=0))
    return result


def _over_seeds(bench: Bench, name: str, tasks: Sequence[Task]) -> Figures:
    ours, reference = [], []
    for done, task in enumerate(tasks):
        bench.progress(name, done, len(tasks))
        vectors = bench.encoder.encode([text for text, _ in task.messages])
        ours.append(figures(answers_of(TemplateIndex(task.templates, bench.encoder), task, vectors)))
        reference.append(figures(nearest_neighbour(bench.encoder, task, vectors), is_probability=False))
    bench.progress(name, len(tasks), len(tasks))
    return mean_of(ours) | {"nearest_neighbour": mean_of(reference)}


def _clinc150(bench: Bench) -> Figures:
    """Sureness is fitted on val for each draw; ``ece_default`` and ``auroc_default`` are without that."""
    parts = {part: clinc150(bench.folder, part=part) for part in ("train", "val", "test")}
    ours, reference = [], []
    for done, seed in enumerate(bench.seeds):
        bench.progress("clinc150_10", done, len(bench.seeds))
        task = _shortened(bench, few_shot(parts["train"], parts["test"], examples=10, seed=seed))
        known = _shortened(bench, few_shot(parts["train"], parts["val"], examples=10, seed=seed))
        vectors = bench.encoder.encode([text for text, _ in task.messages])
        plain = TemplateIndex(task.templates, bench.encoder)
        default = figures(answers_of(plain, task, vectors))
        fitted = TemplateIndex(task.templates, bench.encoder, calibration=calibrated(plain, known, bench.encoder))
        extra = {"ece_default": default["ece"], "auroc_default": default["auroc_abstain"]}
        ours.append(figures(answers_of(fitted, task, vectors)) | extra)
        reference.append(figures(nearest_neighbour(bench.encoder, task, vectors), is_probability=False))
    bench.progress("clinc150_10", len(bench.seeds), len(bench.seeds))
    return mean_of(ours) | {"nearest_neighbour": mean_of(reference)}


def _shortened(bench: Bench, task: Task) -> Task:
    if not bench.quick:
        return task
    kept = task.templates[:QUICK_CLASSES]
    kept = tuple(template.model_copy(update={"questions": template.questions[:QUICK_EXAMPLES]}) for template in kept)
    ids = {template.id for template in kept}
    inside = [message for message in task.messages if message[1] in ids][::3][:QUICK_MESSAGES]
    outside = [message for message in task.messages if message[1] is None][:QUICK_MESSAGES]
    return Task(kept, (*inside, *outside))


def calibrated(index: TemplateIndex, task: Task, encoder: Encoder) -> Calibration:
    """Sureness fitted on the messages of a task."""
    vectors = encoder.encode([text for text, _ in task.messages])
    signals, right = [], []
    for (text, wanted), vector in zip(task.messages, vectors, strict=True):
        first = index.first_signals(vector, text=text, **WHERE)
        if first is not None:
            signals.append(first[1])
            right.append(first[0] == wanted)
    in_scope = np.array([wanted is not None for _, wanted in task.messages])
    return fit_calibration(
        np.array(signals), np.array(right), encoder=encoder.model_digest, weights=case_weights(in_scope)
    )


def answers_of(index: TemplateIndex, task: Task, vectors: Vectors) -> list[Answer]:
    """What our index makes of each message."""
    answers = []
    for (text, wanted), vector in zip(task.messages, vectors, strict=True):
        matches = index.search(vector, text=text, limit=RANKED, **WHERE)
        found = [match.template_id for match in matches]
        rank = found.index(wanted) + 1 if wanted in found else 0
        answers.append(Answer(wanted is not None, rank, matches[0].probability))
    return answers


def nearest_neighbour(encoder: Encoder, task: Task, vectors: Vectors) -> list[Answer]:
    """The reference: each template by the cosine of its nearest text; questions, or title and reply without any."""
    texts = [_plain_texts(template) for template in task.templates]
    known = encoder.encode([text for several in texts for text in several])
    starts = np.cumsum([0, *[len(several) for several in texts[:-1]]])
    scores = np.maximum.reduceat(vectors @ known.T, starts, axis=1)
    order = np.argsort(-scores, axis=1)[:, :RANKED]
    answers = []
    for row, (_, wanted) in enumerate(task.messages):
        found = [task.templates[number].id for number in order[row]]
        rank = found.index(wanted) + 1 if wanted in found else 0
        answers.append(Answer(wanted is not None, rank, float(scores[row].max())))
    return answers


def _plain_texts(template: ReplyTemplate) -> list[str]:
    return template.questions or [template.title or readable(template.id) or template.id, template.reply]


def _latency(bench: Bench, task: Task) -> Figures:
    """One request at a time: what search adds to the encoder's own call, with 2,000 example questions."""
    share = LATENCY_EXAMPLES // len(task.templates)
    templates = [template.model_copy(update={"questions": template.questions[:share]}) for template in task.templates]
    started = time.perf_counter()
    index = TemplateIndex(templates, bench.encoder)
    built = time.perf_counter() - started
    bench.bare_encoder.encode(["The first call loads the model."])
    encode_ms, search_ms = [], []
    for done, (text, _) in enumerate(task.messages[: QUICK_MESSAGES if bench.quick else LATENCY_TEXTS]):
        bench.progress("latency", done, LATENCY_TEXTS)
        before = time.perf_counter()
        vector = bench.bare_encoder.encode([text])[0]
        between = time.perf_counter()
        index.search(vector, text=text, limit=3, **WHERE)
        encode_ms.append((between - before) * 1000)
        search_ms.append((time.perf_counter() - between) * 1000)
    return {
        "examples": sum(len(template.questions) for template in templates),
        "added_ms_p50": round(statistics.median(search_ms), 3),
        "added_ms_p99": round(statistics.quantiles(search_ms, n=100)[98], 3),
        "encode_ms_p50": round(statistics.median(encode_ms), 3),
        "build_seconds": round(built, 2),
    }
