"""Accuracy on many data sets, beside plain nearest neighbour over the same texts in the same run.

What is tuned, is tuned on the parts that ``scripts/fit_retrieval.py`` names; sets of the split "test" are looked at for
the tables in docs/benchmarks.md alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.core.words import Reading, read
from replyassist.evaluation.statistics import Interval, bootstrap_interval, paired_bootstrap
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confidence import Calibration
from replyassist.retrieval.entries import readable
from replyassist.retrieval.fitting import case_weights, fit_calibration
from replyassist.retrieval.index import TemplateIndex

from .bench import WHERE, Bench, Figures
from .data import Task
from .scores import Answer, figures, hits, mean_of
from .sets import TaskSet, task_sets

RANKED = 10
FITTED = ("auroc_abstain", "accuracy_with_abstention", "ece")


def accuracy(bench: Bench) -> Figures:
    """Every data set with ``nearest_neighbour`` as the reference; ``summary`` over all of them and over the tests."""
    found = {each.name: _measured(bench, each) for each in task_sets(bench)}
    tests = {name: each for name, each in found.items() if each["split"] == "test"}
    return found | {"summary": {"all": summary(found), "test": summary(tests)}}


def summary(sets: Mapping[str, Figures]) -> Figures:
    """The smallest and the mean gain over nearest neighbour, and the smallest gain of AUROC over its bare cosine."""
    gains = {name: each["gain"] for name, each in sets.items()}
    least = min(gains, key=gains.__getitem__)
    found: Figures = {
        "sets": len(sets),
        "smallest_gain": gains[least],
        "smallest_gain_set": least,
        "mean_gain": round(sum(gains.values()) / len(gains), 4),
    }
    known = {name: each["auroc_gain"] for name, each in sets.items() if "auroc_gain" in each}
    if known:
        least = min(known, key=known.__getitem__)
        found |= {"smallest_auroc_gain": known[least], "smallest_auroc_gain_set": least}
    return found


def _measured(bench: Bench, data: TaskSet) -> Figures:
    """Means over the draws; ``calibrated``: with sureness fitted on known messages of each draw.

    ``gain`` is that of hit@1 over nearest neighbour, ``auroc_gain`` that of telling whether any template answers over
    ``auroc_cosine``, the reference's highest cosine. Intervals are of 95 %, messages resampled.
    """
    ours, reference, fitted = [], [], []
    for done, task in enumerate(data.tasks):
        bench.progress(data.name, done, len(data.tasks))
        readings = read(bench.encoder, [text for text, _ in task.messages])
        index = TemplateIndex(task.templates, bench.encoder)
        ours.append(answers_of(index, task, readings))
        reference.append(nearest_neighbour(bench.encoder, task, readings))
        if data.known:
            own = index.as_sure_as(calibrated(index, data.known[done], bench.encoder))
            fitted.append(figures(answers_of(own, task, readings)))
    bench.progress(data.name, len(data.tasks), len(data.tasks))
    found, beside = mean_of([figures(run) for run in ours]), mean_of([figures(run) for run in reference])
    gain = paired_bootstrap(list(hits(reference)), list(hits(ours)))
    result: Figures = {"split": data.split, "messages": len(data.tasks[0].messages), **found}
    result |= {"hit_at_1_interval": _bounds(bootstrap_interval(list(hits(ours))))}
    result |= {"gain": round(gain.value, 4), "gain_interval": _bounds(gain)}
    if "auroc_abstain" in found:
        result["auroc_cosine"] = beside["auroc_abstain"]
        result["auroc_gain"] = round(found["auroc_abstain"] - beside["auroc_abstain"], 4)
    if fitted:
        result["calibrated"] = {name: value for name, value in mean_of(fitted).items() if name in FITTED}
    return result | {"nearest_neighbour": beside}


def _bounds(interval: Interval) -> list[float]:
    return [round(interval.low, 4), round(interval.high, 4)]


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
    for row, ((text, wanted), reading) in enumerate(zip(task.messages, readings, strict=True)):
        matches = index.search(reading.vector, text=text, words=reading.words, limit=RANKED, **WHERE)
        rank = task.rank(row, [match.template_id for match in matches])
        answers.append(Answer(wanted is not None, rank, matches[0].answerable, matches[0].probability))
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
        rank = task.rank(row, [task.templates[number].id for number in order[row]])
        answers.append(Answer(wanted is not None, rank, float(scores[row].max())))
    return answers


def _plain_texts(template: ReplyTemplate) -> list[str]:
    return template.questions or [template.title or readable(template.id) or template.id, template.reply]
