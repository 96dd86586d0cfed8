"""Fit which sentences of a reply a message needs (answering/choosing.npz).

Usage: python scripts/fit_choosing.py [--check]
Logistic regression over the rows of ``answering.sentence_rows``, for both named encoders, on eval/answers/train.jsonl:
a sentence that a reader found to answer the message, or to bound the answer, is needed. Each brand is judged by a model
of the others; printed is what the plans of a reply come to, of them and of each brand of the test file, which is only
measured. With ``--check`` nothing is written, and it exits 1 where the shipped weights give other probabilities than
the new ones by more than 0.02.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from replyassist.answering.choosing import PATH
from replyassist.answering.fitted import FittedModel, background_of, load_fitted, save_fitted
from replyassist.answering.keeping import KEPT_FROM, kept_places
from replyassist.answering.measures import Background, Rows, said, texts_of
from replyassist.answering.sentence_rows import sentence_rows
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import KNOWN
from replyassist.core.words import Reading
from replyassist.pipeline.planning import PlannedSentence, answer_first

SOURCE = Path(__file__).resolve().parents[1] / "eval" / "answers"
STRENGTH = 0.1  # inverse of the ridge; .03 and .3 are no better
STEPS = 2000
DIFFERENCE = 0.02
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4)


@dataclass(frozen=True)
class Labelled:
    """A message beside the sentences of a template, with those that answer it and those that bound the answer."""

    brand: str
    message: str
    title: str
    sentences: tuple[str, ...]
    needed: frozenset[int]
    bounds: frozenset[int]

    @property
    def texts(self) -> tuple[str, ...]:
        """The title and the sentences as they are read."""
        return texts_of(self.title, " ".join(self.sentences))

    @property
    def asked(self) -> frozenset[int]:
        """What a reply has to say."""
        return self.needed | self.bounds


def labelled(split: str) -> list[Labelled]:
    """Every line of the file that has an answer and is cut into the sentences that the program sees."""
    lines = [json.loads(line) for line in (SOURCE / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]
    found = [
        Labelled(
            brand=line["key"].rpartition("-")[0],
            message=line["message"],
            title=line["title"],
            sentences=tuple(line["sentences"]),
            needed=frozenset(line["needed"]),
            bounds=frozenset(line["bounds"]),
        )
        for line in lines
        if line["needed"]
    ]
    return [each for each in found if len(each.texts) == len(each.sentences) + 1]


def fit(rows: Sequence[Rows], examples: Sequence[Labelled]) -> tuple[Rows, float]:
    """The weights of a row and the constant."""
    every = np.concatenate(rows)
    truth = [place in each.asked for each in examples for place in range(len(each.sentences))]
    means, scales = every.mean(axis=0), np.maximum(every.std(axis=0), 1e-6)
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS).fit((every - means) / scales, truth)
    weights = model.coef_[0] / scales
    return weights, float(model.intercept_[0] - weights @ means)


def left_out(rows: Sequence[Rows], examples: Sequence[Labelled]) -> list[Rows]:
    """For each example what the model of the other brands says."""
    found: list[Rows] = [np.zeros(0)] * len(examples)
    for brand in sorted({each.brand for each in examples}):
        others = [place for place, each in enumerate(examples) if each.brand != brand]
        weights, constant = fit([rows[place] for place in others], [examples[place] for place in others])
        for place in set(range(len(examples))) - set(others):
            found[place] = expit(rows[place] @ weights + constant)
    return found


def report(examples: Sequence[Labelled], likely: Sequence[Rows]) -> Iterator[str]:
    """How well the sentences are chosen, line by line."""
    truth = [place in each.asked for each in examples for place in range(len(each.sentences))]
    first = np.mean([int(found.argmax()) in each.needed for each, found in zip(examples, likely, strict=True)])
    yield f"  auroc {roc_auc_score(truth, np.concatenate(likely)):.3f}, likeliest answers {first:.3f}"
    yield "  from: all answers kept, all conditions too, nothing unasked, words asked for, first answers, of the length"
    for least in THRESHOLDS:
        plans = [_plan(each, found, least) for each, found in zip(examples, likely, strict=True)]
        both = list(zip(examples, map(frozenset, plans), strict=True))
        figures = (
            np.mean([each.needed <= own for each, own in both]),
            np.mean([each.asked <= own for each, own in both]),
            np.mean([own <= each.asked for each, own in both]),
            sum(_words(each, own & each.asked) for each, own in both) / sum(_words(each, own) for each, own in both),
            np.mean([plan[0] in each.needed for each, plan in zip(examples, plans, strict=True)]),
            np.mean([_words(each, own) / _words(each, range(len(each.sentences))) for each, own in both]),
        )
        yield f"  {least:.2f}: {' '.join(f'{each:.3f}' for each in figures)}{' *' if least == KEPT_FROM else ''}"


def _plan(example: Labelled, likely: Rows, least: float) -> list[int]:
    """Places of what a reply says, in its order."""
    kept = kept_places(likely[np.newaxis], example.sentences, least=least)
    sentences = [
        PlannedSentence(text, float(likely[place]), is_kept=place in kept, place=place)
        for place, text in enumerate(example.sentences)
    ]
    return [each.place for each in answer_first(sentences) if each.is_kept]


def _words(example: Labelled, places: Iterable[int]) -> int:
    return sum(len(example.sentences[place].split()) for place in places)


def main() -> int:
    """Fit and write, or compare with what is shipped; the exit status."""
    train, test = labelled("train"), labelled("test")
    made: dict[str, FittedModel] = {}
    worst = 0.0
    for name in KNOWN:
        encoder = SentenceTransformerEncoder(name)
        readings, background = _read(encoder, train, test)
        rows = [[_rows(each, readings, background) for each in part] for part in (train, test)]
        weights, constant = fit(rows[0], train)
        made[encoder.model_digest] = FittedModel(background, weights, constant)
        if "--check" in sys.argv[1:]:
            shipped = load_fitted(PATH)[encoder.model_digest]
            before = [shipped.probabilities(_rows(each, readings, shipped.background)) for each in train]
            pairs = zip(before, rows[0], strict=True)
            worst = max(worst, *(float(np.abs(one - expit(two @ weights + constant)).max()) for one, two in pairs))
        parts = {"brands left out": (train, left_out(rows[0], train))}
        for brand in sorted({each.brand for each in test}):
            own = [place for place, each in enumerate(test) if each.brand == brand]
            parts[f"test, {brand}"] = [test[at] for at in own], [expit(rows[1][at] @ weights + constant) for at in own]
        for part, (examples, found) in parts.items():
            sys.stdout.write("\n".join([f"{name}, {part}, {len(examples)}:", *report(examples, found)]) + "\n")
    if "--check" in sys.argv[1:]:
        sys.stdout.write(f"the probabilities differ by at most {worst:.3f}\n")
        return 1 if worst > DIFFERENCE else 0
    save_fitted(made, PATH)
    sys.stdout.write(f"{PATH.stat().st_size} bytes\n")
    return 0


def shipped_chances(examples: Sequence[Labelled]) -> Iterator[tuple[str, list[Rows]]]:
    """For each named encoder, by its digest, what the shipped chooser says of each example's sentences."""
    for name in KNOWN:
        encoder = SentenceTransformerEncoder(name)
        chooser = load_fitted(PATH)[encoder.model_digest]
        readings, _ = _read(encoder, examples)
        yield (
            encoder.model_digest,
            [chooser.probabilities(_rows(each, readings, chooser.background)) for each in examples],
        )


def _read(encoder: SentenceTransformerEncoder, *parts: Sequence[Labelled]) -> tuple[dict[str, Reading], Background]:
    """All texts as they are read, and what is common to those of the first part."""
    texts = [sorted({text for each in part for text in (each.message, *each.texts)}) for part in parts]
    every = sorted({text for part in texts for text in part})
    readings = dict(zip(every, encoder.read(every), strict=True))
    return readings, background_of([readings[text] for text in texts[0]])


def _rows(example: Labelled, readings: dict[str, Reading], background: Background) -> Rows:
    own = said([readings[text] for text in example.texts])
    rows = sentence_rows(readings[example.message], own, example.sentences, background)
    if rows is None:
        raise SystemExit(f"nothing to compare in {example.message!r}")
    return rows


if __name__ == "__main__":
    sys.exit(main())
