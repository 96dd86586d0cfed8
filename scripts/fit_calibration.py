"""Fit retrieval/calibration.json, how sure retrieval is, on the parts of the data that are for tuning.

Usage: REPLYASSIST_BENCH_DATA=../shared/data python scripts/fit_calibration.py [--check]
Three quarters of banking77's train file as examples and the rest as messages, clinc150 val with the 100 training
messages out of scope, every third bitext message, and eval/cases/dev.jsonl; clinc150 and our own also without
examples. Each of the seven weighs the same. With ``--check`` nothing is written, and it exits 1 when the file differs.
No test set is read. Vectors are kept below REPLYASSIST_HOME.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replyassist.benchmarks.retrieval.data import OUT_OF_SCOPE, Task, banking77, bitext_cold, clinc150, few_shot
from replyassist.benchmarks.retrieval.scores import auroc
from replyassist.cli.bench.printing import bench_data
from replyassist.cli.bench.retrieval import VECTORS
from replyassist.cli.common import settings
from replyassist.core.embedding import CachedEncoder, Encoder, SentenceTransformerEncoder
from replyassist.core.words import read
from replyassist.evaluation.case_files import load_cases
from replyassist.faq.files import read_templates
from replyassist.retrieval.confidence import (
    SIGNALS,
    Calibration,
    case_weights,
    expected_calibration_error,
    fit_calibration,
    held_out_probabilities,
)
from replyassist.retrieval.index import TemplateIndex

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/replyassist/retrieval/calibration.json"
DAY = date(2026, 11, 22)
NOTHING = (0.0,) * len(SIGNALS)
UNFITTED = Calibration(
    encoder="",
    cases=0,
    means=NOTHING,
    scales=(1.0,) * len(SIGNALS),
    weights=NOTHING,
    bias=0.0,
    cold_weights=NOTHING,
    cold_bias=0.0,
)


@dataclass(frozen=True)
class Message:
    """A text with all its right templates, none for one out of scope, and where it was written."""

    text: str
    right: tuple[str, ...]
    channel: str = "import"
    visibility: str = "public"


@dataclass(frozen=True)
class Evidence:
    """``signals`` (messages, signals) of the first template; whether it is right, and whether any would be."""

    name: str
    signals: NDArray[np.float64]
    right: NDArray[np.bool_]
    in_scope: NDArray[np.bool_]


def main() -> int:
    """Fit, say each part's figures, and write the fit or compare it."""
    encoder = CachedEncoder(SentenceTransformerEncoder(), settings().home / VECTORS)
    parts = [*public_parts(bench_data(), encoder), own_cases(encoder), own_cases(encoder, is_cold=True)]
    fitted = fit_calibration(
        np.concatenate([part.signals for part in parts]),
        np.concatenate([part.right for part in parts]),
        encoder=encoder.model_digest,
        weights=np.concatenate([case_weights(part.in_scope) for part in parts]),
    )
    for part in parts:
        sys.stdout.write(described(part, fitted) + "\n")
    made = fitted.model_dump_json(indent=1) + "\n"
    if "--check" in sys.argv:
        return int(made != TARGET.read_text(encoding="utf-8"))
    TARGET.write_text(made, encoding="utf-8")
    return 0


def public_parts(folder: Path, encoder: Encoder) -> list[Evidence]:
    """Of each public data set what is not for testing."""
    banking = banking77(folder, part="train")
    held, known = banking[::4], [row for place, row in enumerate(banking) if place % 4]
    train, val = clinc150(folder, part="train"), clinc150(folder, part="val")
    val += [row for row in train if row[1] == OUT_OF_SCOPE]
    return [
        of_task("banking77, 5", few_shot(known, held, examples=5, seed=0), encoder),
        of_task("banking77, 10", few_shot(known, held, examples=10, seed=1), encoder),
        of_task("clinc150, 10", few_shot(train, val, examples=10, seed=0), encoder),
        of_task("clinc150, cold", few_shot(train, val, examples=0, seed=0), encoder),
        of_task("bitext", bitext_cold(folder, every=3), encoder),
    ]


def of_task(name: str, task: Task, encoder: Encoder) -> Evidence:
    """The evidence of one task."""
    messages = [Message(text, () if wanted is None else (wanted,)) for text, wanted in task.messages]
    return evidence(name, TemplateIndex(task.templates, encoder, calibration=UNFITTED), messages, encoder)


def own_cases(encoder: Encoder, *, is_cold: bool = False) -> Evidence:
    """Our own labelled cases of both brands, those for tuning; ``is_cold``: as if there were no example questions."""
    cases = [case for case in load_cases(ROOT / "eval/cases").cases if case.split == "dev"]
    found = []
    for brand in sorted({case.brand for case in cases}):
        templates = read_templates(ROOT / "faq" / brand).templates
        if is_cold:
            templates = [template.model_copy(update={"questions": []}) for template in templates]
        index = TemplateIndex(templates, encoder, calibration=UNFITTED)
        messages = [
            Message(case.text, tuple(case.right_templates), case.channel, case.visibility)
            for case in cases
            if case.brand == brand
        ]
        found.append(evidence(brand, index, messages, encoder))
    return Evidence(
        "our dev, cold" if is_cold else "our dev",
        np.concatenate([part.signals for part in found]),
        np.concatenate([part.right for part in found]),
        np.concatenate([part.in_scope for part in found]),
    )


def evidence(name: str, index: TemplateIndex, messages: Sequence[Message], encoder: Encoder) -> Evidence:
    """Look each message up."""
    signals, right, in_scope = [], [], []
    for message, reading in zip(messages, read(encoder, [message.text for message in messages]), strict=True):
        first = index.first_signals(
            reading.vector,
            text=message.text,
            words=reading.words,
            channel=message.channel,
            visibility=message.visibility,
            day=DAY,
        )
        if first is not None:
            signals.append(first[1])
            right.append(first[0] in message.right)
            in_scope.append(bool(message.right))
    return Evidence(name, np.array(signals), np.array(right), np.array(in_scope))


def described(part: Evidence, fitted: Calibration) -> str:
    """One line: the first template's accuracy, and how well sureness tells messages in scope from others."""
    sure, weights = fitted.probabilities(part.signals), case_weights(part.in_scope)
    line = f"{part.name}: hit@1 {part.right[part.in_scope].mean():.3f}"
    line += f", ece {expected_calibration_error(sure, part.right):.3f}"
    if part.in_scope.all():
        return line
    own = held_out_probabilities(part.signals, part.right, weights=weights)
    alone = auroc(own[part.in_scope], own[~part.in_scope])
    return f"{line}, auroc {auroc(sure[part.in_scope], sure[~part.in_scope]):.3f}, fitted on itself {alone:.3f}"


if __name__ == "__main__":
    sys.exit(main())
