"""Fit whether a reply says what was asked (answering/answerability.npz) on the training brands of eval/near_misses.

Usage: python scripts/fit_answerability.py [--check]
Logistic regression over the rows of ``answering.measures``: labelled pairs on the topic, and, with less weight, each
answered question once more with the sentence of its evidence taken out (not answered) and with another sentence taken
out (answered), so that the reply counts and not the question alone. Each training brand is judged by a model of the
others; their AUROC and what each threshold does are printed. With ``--check`` nothing is written, and it exits 1 where
the shipped weights give other probabilities of the training pairs than the new ones by more than 0.02. No test brand is
looked at.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from replyassist.answering.measures import COMPARISONS, Background, Rows, measure, said, texts_of
from replyassist.answering.reader import PATH, AnswerReader, load_reader
from replyassist.benchmarks.near_misses import Label, Pair, read_pairs
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.words import Reading
from replyassist.guardrails.text import sentence_spans

SOURCE = Path(__file__).resolve().parents[1] / "eval" / "near_misses"
STRENGTH = 0.03  # inverse of the ridge; .01 and .1 are no better
OF_THE_SENTENCE, OF_THE_PIECES = 0.2, 0.5  # weights of what is asked beside the comparisons, after standardising
OF_CUT_REPLIES = 0.3  # weight of a cut reply beside a labelled pair
STEPS = 1000
DIFFERENCE = 0.02
SEED = 0
DOUBTED_SHARES = (0.04, 0.06, 0.08, 0.10, 0.12, 0.16, 0.20)


@dataclass(frozen=True)
class Example:
    """A question with the texts of a reply as they are read, and whether the reply answers it."""

    brand: str
    question: str
    reply: tuple[str, ...]
    is_answered: bool
    weight: float


def labelled_examples(pairs: Sequence[Pair]) -> list[Example]:
    """The pairs on the topic."""
    return [
        Example(pair.brand, pair.question, texts_of(pair.template.title, pair.template.reply), pair.is_answered, 1.0)
        for pair in pairs
        if pair.label is not Label.OFF_TOPIC
    ]


def cut_examples(pairs: Sequence[Pair]) -> list[Example]:
    """Each answered pair twice: without the sentences of its evidence, and without as many others."""
    chance = random.Random(SEED)  # noqa: S311
    found = []
    for pair in pairs:
        if not pair.is_answered:
            continue
        reply, spans = pair.template.reply, sentence_spans(pair.template.reply)
        start = reply.find(pair.evidence)
        telling = {span for span in spans if span[0] < start + len(pair.evidence) and span[1] > start}
        others = [span for span in spans if span not in telling]
        if len(others) <= len(telling):
            continue
        for gone in (telling, set(chance.sample(others, len(telling)))):
            kept = " ".join(reply[slice(*span)] for span in spans if span not in gone)
            texts = texts_of(pair.template.title, kept)
            found.append(Example(pair.brand, pair.question, texts, gone is not telling, OF_CUT_REPLIES))
    return found


def background_of(readings: Sequence[Reading]) -> Background:
    """The mean of all pieces, and in how few texts each is."""
    words = [reading.words for reading in readings if reading.words is not None]
    counts = Counter(int(number) for each in words for number in np.unique(each.numbers))
    rarity = np.zeros(max(counts) + 1, dtype=np.float16)
    for number, texts in counts.items():
        rarity[number] = max(1e-3, float(np.log((len(words) + 1) / (texts + 0.5))))
    centre = np.concatenate([each.vectors.astype(np.float32) for each in words]).mean(axis=0)
    return Background(centre, rarity.astype(np.float32), float(np.log((len(words) + 1) / 0.5)))


def rows_of(examples: Sequence[Example], readings: dict[str, Reading], background: Background) -> Rows:
    """One row for each."""
    rows = []
    for example in examples:
        row = measure(readings[example.question], said([readings[text] for text in example.reply]), background)
        if row is None:
            raise SystemExit(f"nothing to compare in {example.question!r}")
        rows.append(row)
    return np.array(rows)


def fit(rows: Rows, examples: Sequence[Example]) -> tuple[Rows, float]:
    """The weights of a row and the constant."""
    means, scales = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    width = (rows.shape[1] - COMPARISONS) // 2
    factors = np.repeat([OF_THE_SENTENCE, OF_THE_PIECES, 1.0], [width, width, COMPARISONS]) / scales
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS)
    truth = [example.is_answered for example in examples]
    model.fit((rows - means) * factors, truth, sample_weight=[example.weight for example in examples])
    weights = model.coef_[0] * factors
    return weights, float(model.intercept_[0] - weights @ means)


def left_out(rows: Rows, examples: Sequence[Example]) -> Rows:
    """For each example the probability by the model that was fitted without its brand."""
    brands = np.array([example.brand for example in examples])
    found = np.zeros(len(examples))
    for brand in sorted(set(brands.tolist())):
        others, own = np.flatnonzero(brands != brand), np.flatnonzero(brands == brand)
        weights, constant = fit(rows[others], [examples[place] for place in others])
        found[own] = expit(rows[own] @ weights + constant)
    return found


def report(examples: Sequence[Example], likely: Rows) -> list[str]:
    """What the readings of the models of the other brands are worth, line by line."""
    truth = np.array([example.is_answered for example in examples])
    labelled = np.array([example.weight == 1.0 for example in examples])
    brands = np.array([example.brand for example in examples])
    lines = [f"answerable_auroc {roc_auc_score(truth[labelled], likely[labelled]):.3f}"]
    for brand in sorted(set(brands.tolist())):
        own = labelled & (brands == brand)
        lines.append(f"  {brand} {roc_auc_score(truth[own], likely[own]):.3f}")
    lines.append(f"cut replies {roc_auc_score(truth[~labelled], likely[~labelled]):.3f}")
    lines.append("answered ones doubted, near misses doubted, below")
    return lines + list(_curve(truth[labelled], likely[labelled]))


def _curve(truth: NDArray[np.bool_], likely: Rows) -> list[str]:
    lines = []
    for share in DOUBTED_SHARES:
        below = float(np.quantile(likely[truth], share))
        lines.append(f"  {share:.2f} {np.mean(likely[~truth] < below):.3f} {below:.3f}")
    return lines


def save(reader: AnswerReader, path: Path) -> None:
    """Write it; rarity in half precision."""
    np.savez_compressed(
        path,
        centre=reader.background.centre,
        rarity=reader.background.rarity.astype(np.float16),
        unseen=np.float64(reader.background.unseen),
        weights=reader.weights.astype(np.float32),
        constant=np.float64(reader.constant),
        encoder=np.array(reader.encoder),
    )


def main() -> int:
    """Fit and write, or compare with what is shipped; the exit status."""
    encoder = SentenceTransformerEncoder(CHECKS.name)
    pairs = read_pairs(SOURCE, split="train")
    labelled = labelled_examples(pairs)
    examples = [*labelled, *cut_examples(pairs)]
    texts = sorted({text for example in examples for text in (example.question, *example.reply)})
    readings = dict(zip(texts, encoder.read(texts), strict=True))
    background = background_of([readings[text] for text in texts])
    rows = rows_of(examples, readings, background)
    weights, constant = fit(rows, examples)
    if "--check" in sys.argv[1:]:
        shipped = load_reader(PATH)
        count = len(labelled)
        before = expit(rows_of(labelled, readings, shipped.background) @ shipped.weights + shipped.constant)
        worst = float(np.abs(before - expit(rows[:count] @ weights + constant)).max())
        sys.stdout.write(f"the probabilities differ by at most {worst:.3f}\n")
        return 1 if worst > DIFFERENCE else 0
    sys.stdout.write("\n".join(report(examples, left_out(rows, examples))) + "\n")
    save(AnswerReader(background, weights, constant, encoder.model_digest, ""), PATH)
    sys.stdout.write(f"{PATH.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
