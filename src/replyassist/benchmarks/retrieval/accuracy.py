"""Accuracy on data that no one here wrote, beside plain nearest neighbour over the same texts in the same run.

Everything was tuned on eval/cases/dev.jsonl, parts of banking77's train file, clinc150 val and a third of the bitext
messages; banking77 test and clinc150 test were looked at for the tables in docs/benchmarks.md alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.core.words import Reading, read
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confidence import Calibration, case_weights, fit_calibration
from replyassist.retrieval.entries import readable
from replyassist.retrieval.index import TemplateIndex

from .bench import WHERE, Bench, Figures, shortened
from .data import Task, banking77, bitext_cold, clinc150, few_shot
from .scores import Answer, figures, mean_of

RANKED = 10


def accuracy(bench: Bench) -> Figures:
    """Every data set of the contract, each with ``nearest_neighbour`` as the reference."""
    train, test = banking77(bench.folder, part="train"), banking77(bench.folder, part="test")
    result: Figures = {}
    for name, examples in (("banking77_5", 5), ("banking77_10", 10), ("banking77_all", None)):
        seeds = bench.seeds if examples else bench.seeds[:1]
        tasks = [shortened(bench, few_shot(train, test, examples=examples, seed=seed)) for seed in seeds]
        result[name] = _over_seeds(bench, name, tasks)
    result["clinc150_10"] = _clinc150(bench)
    every = 60 if bench.quick else 1
    result["bitext_cold"] = _over_seeds(bench, "bitext_cold", [bitext_cold(bench.folder, every=every)])
    return result


def _over_seeds(bench: Bench, name: str, tasks: Sequence[Task]) -> Figures:
    ours, reference = [], []
    for done, task in enumerate(tasks):
        bench.progress(name, done, len(tasks))
        readings = read(bench.encoder, [text for text, _ in task.messages])
        ours.append(figures(answers_of(TemplateIndex(task.templates, bench.encoder), task, readings)))
        reference.append(figures(nearest_neighbour(bench.encoder, task, readings), is_probability=False))
    bench.progress(name, len(tasks), len(tasks))
    return mean_of(ours) | {"nearest_neighbour": mean_of(reference)}


def _clinc150(bench: Bench) -> Figures:
    """Sureness is fitted on val for each draw; ``ece_default`` and ``auroc_default`` are without that."""
    parts = {part: clinc150(bench.folder, part=part) for part in ("train", "val", "test")}
    ours, reference = [], []
    for done, seed in enumerate(bench.seeds):
        bench.progress("clinc150_10", done, len(bench.seeds))
        task = shortened(bench, few_shot(parts["train"], parts["test"], examples=10, seed=seed))
        known = shortened(bench, few_shot(parts["train"], parts["val"], examples=10, seed=seed))
        readings = read(bench.encoder, [text for text, _ in task.messages])
        plain = TemplateIndex(task.templates, bench.encoder)
        default = figures(answers_of(plain, task, readings))
        fitted = TemplateIndex(task.templates, bench.encoder, calibration=calibrated(plain, known, bench.encoder))
        extra = {"ece_default": default["ece"], "auroc_default": default["auroc_abstain"]}
        ours.append(figures(answers_of(fitted, task, readings)) | extra)
        reference.append(figures(nearest_neighbour(bench.encoder, task, readings), is_probability=False))
    bench.progress("clinc150_10", len(bench.seeds), len(bench.seeds))
    return mean_of(ours) | {"nearest_neighbour": mean_of(reference)}


def calibrated(index: TemplateIndex, task: Task, encoder: Encoder) -> Calibration:
    """Sureness fitted on the messages of a task."""
    readings = read(encoder, [text for text, _ in task.messages])
    signals, right = [], []
    for (text, wanted), reading in zip(task.messages, readings, strict=True):
        first = index.first_signals(reading.vector, text=text, words=reading.words, **WHERE)
        if first is not None:
            signals.append(first[1])
            right.append(first[0] == wanted)
    in_scope = np.array([wanted is not None for _, wanted in task.messages])
    return fit_calibration(
        signals,
        right=np.array(right),
        in_scope=in_scope,
        weights=case_weights(in_scope),
        before=index.calibration,
        encoder=encoder.model_digest,
    )


def answers_of(index: TemplateIndex, task: Task, readings: Sequence[Reading]) -> list[Answer]:
    """What our index makes of each message."""
    answers = []
    for (text, wanted), reading in zip(task.messages, readings, strict=True):
        matches = index.search(reading.vector, text=text, words=reading.words, limit=RANKED, **WHERE)
        found = [match.template_id for match in matches]
        rank = found.index(wanted) + 1 if wanted in found else 0
        answers.append(Answer(wanted is not None, rank, matches[0].probability))
    return answers


def nearest_neighbour(encoder: Encoder, task: Task, readings: Sequence[Reading]) -> list[Answer]:
    """The reference: each template by the cosine of its nearest text; questions, or title and reply without any."""
    texts = [_plain_texts(template) for template in task.templates]
    known = encoder.encode([text for several in texts for text in several])
    starts = np.cumsum([0, *[len(several) for several in texts[:-1]]])
    scores = np.maximum.reduceat(np.stack([reading.vector for reading in readings]) @ known.T, starts, axis=1)
    order = np.argsort(-scores, axis=1)[:, :RANKED]
    answers = []
    for row, (_, wanted) in enumerate(task.messages):
        found = [task.templates[number].id for number in order[row]]
        rank = found.index(wanted) + 1 if wanted in found else 0
        answers.append(Answer(wanted is not None, rank, float(scores[row].max())))
    return answers


def _plain_texts(template: ReplyTemplate) -> list[str]:
    return template.questions or [template.title or readable(template.id) or template.id, template.reply]
