"""Fit which sentences a message needs to what a reader of both makes of them (answering/sentence_reading.npz).

Usage: python -m scripts.fit_sentence_reading --vectors CACHE.npz [--out FILE]
One logistic regression over the vectors of the sentences of eval/answers/train.jsonl, where a reader said which of them
answer a message or bound the answer; of two of these messages to one template said as one, which need other sentences
of it; and of the training brands of eval/near_misses, where no sentence is needed. Another joins that reading, by a
model of the other brands, with what the chooser of each encoder says, by one of the other brands too. Printed is what
plans come to with the chooser alone and with both. Vectors are kept in CACHE.npz by the digest of their prompt: each
new one takes a second or two.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from replyassist.answering.measures import Rows
from replyassist.answering.sentence_reading import PATH, SentenceJoin, SentenceWeights, join_rows, save_sentence_weights
from replyassist.core.embedded_llm.pair_reader import parts_of
from replyassist.guardrails.text import sentence_spans
from replyassist_bench.near_misses import Label, read_pairs
from scripts.fit_choosing import Labelled, chances_left_out, labelled, report
from scripts.reading_vectors import fit_line, kept_vectors, reader_digest

ROOT = Path(__file__).resolve().parents[1]
STRENGTH = 1e-3  # inverse of the ridge; .0003 and .003 are no better
FREE = 100.0
OF_TWO = 360
LONGEST = 320  # characters of two messages


@dataclass(frozen=True)
class LabelledReply:
    """A message beside the sentences of a template, and which of them it needs; ``example``: where one answers.

    ``is_of_two``: two messages said as one.
    """

    brand: str
    message: str
    title: str
    sentences: tuple[str, ...]
    needed: tuple[bool, ...]
    example: Labelled | None = None
    is_of_two: bool = False


def replies() -> Iterator[LabelledReply]:
    """All that is fitted to."""
    single = labelled("train")
    yield from (_reply(each) for each in single)
    yield from (_reply(each, is_of_two=True) for each in said_as_one(single))
    for pair in read_pairs(ROOT / "eval" / "near_misses", split="train"):
        if pair.label is Label.ABSENT:
            reply = pair.template.rendered_reply
            sentences = tuple(reply[start:end] for start, end in sentence_spans(reply))
            nothing = (False,) * len(sentences)
            yield LabelledReply(pair.brand, pair.question, pair.template.title, sentences, nothing)


def _reply(example: Labelled, *, is_of_two: bool = False) -> LabelledReply:
    needed = tuple(place in example.asked for place in range(len(example.sentences)))
    return LabelledReply(
        example.brand, example.message, example.title, example.sentences, needed, example, is_of_two=is_of_two
    )


def said_as_one(examples: Sequence[Labelled]) -> list[Labelled]:
    """``OF_TWO`` pairs of messages to one template, each used at most twice, which need none of the same sentences."""
    pairs = [
        (one, other)
        for one, other in permutations(examples, 2)
        if (one.brand, one.title, one.sentences) == (other.brand, other.title, other.sentences)
        and not one.needed & other.needed
        and len(one.message) + len(other.message) <= LONGEST
    ]
    draw = random.Random(7)  # noqa: S311  # a sample that is the same each time
    draw.shuffle(pairs)
    made: list[Labelled] = []
    used: Counter[str] = Counter()
    for one, other in pairs:
        if len(made) < OF_TWO and max(used[one.message], used[other.message]) < 2:
            used.update((one.message, other.message))
            needed = one.needed | other.needed
            bounds = (one.bounds | other.bounds) - needed
            made.append(
                replace(one, message=_said_as_one(one.message, other.message, draw), needed=needed, bounds=bounds)
            )
    return made


def _said_as_one(first: str, second: str, draw: random.Random) -> str:
    begun = second if second.startswith(("I ", "I'")) else f"{second[:1].lower()}{second[1:]}"
    ways = (
        f"{first} {second}",
        f"{first}\n{second}",
        f"{first.rstrip('?.! ')} and {begun}",
        f"{first} Also, {begun}" if first[-1:] in "?!." else f"{first}, also {begun}",
    )
    return draw.choice(ways)


def fit_reading(
    every: Sequence[LabelledReply], vectors: Sequence[NDArray[np.float32]]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Weights of a sentence and of what is beside it, and the constant."""
    rows = np.concatenate([np.hstack([each, each - each.mean(axis=0)]) for each in vectors]).astype(np.float64)
    needed = np.array([is_needed for each in every for is_needed in each.needed])
    weights, constant = fit_line(rows, needed, strength=STRENGTH)
    own, beside = np.split(weights, 2)
    return own, beside, constant


def left_out(every: Sequence[LabelledReply], vectors: Sequence[NDArray[np.float32]]) -> list[Rows]:
    """For each its sentences' log-odds by a model of the other brands."""
    brands = np.array([each.brand for each in every])
    found: list[Rows] = [np.zeros(0)] * len(every)
    for brand in sorted(set(brands.tolist())):
        others = np.flatnonzero(brands != brand).tolist()
        weights = SentenceWeights("", *fit_reading([every[at] for at in others], [vectors[at] for at in others]), {})
        for at in np.flatnonzero(brands == brand).tolist():
            found[at] = weights.readings(vectors[at])
    return found


def joins_of(every: Sequence[LabelledReply], readings: Sequence[Rows]) -> Iterator[tuple[str, SentenceJoin]]:
    """By the encoder's digest; printed is what they are worth."""
    both = [(each, own) for each, own in zip(every, readings, strict=True) if each.example is not None]
    examples, own = [each.example for each, _ in both if each.example], [each for _, each in both]
    of_two = [each.is_of_two for each, _ in both]
    truth = np.array([place in each.asked for each in examples for place in range(len(each.sentences))])
    brands = np.array([each.brand for each in examples for _ in each.sentences])
    ends = np.cumsum([len(each.sentences) for each in examples])[:-1]
    for digest, chances in chances_left_out(examples):
        rows = np.concatenate([join_rows(one, two, every=two) for one, two in zip(chances, own, strict=True)])
        likely = np.zeros(len(rows))
        for brand in sorted(set(brands.tolist())):
            weights, constant = fit_line(rows[brands != brand], truth[brands != brand], strength=FREE)
            likely[brands == brand] = expit(rows[brands == brand] @ weights + constant)
        for name, found in (("chooser", list(chances)), ("both", np.split(likely, ends))):
            for kind in (False, True):
                told = [
                    pair for pair, is_it in zip(zip(examples, found, strict=True), of_two, strict=True) if is_it is kind
                ]
                lines = report(*map(list, zip(*told, strict=True)))
                about = f"{digest[:8]}, {name}, {'two messages as one' if kind else 'one message'}, {len(told)}:"
                sys.stdout.write("\n".join([about, *lines]) + "\n")
        weights, constant = fit_line(rows, truth, strength=FREE)
        of_chooser, of_reading, of_best, of_mean = weights.tolist()
        yield digest, SentenceJoin(of_chooser, of_reading, of_best, of_mean, constant)


def main() -> int:
    """Fit and write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=PATH)
    arguments = parser.parse_args()
    every = list(replies())
    vectors = kept_vectors(
        every,
        arguments.vectors,
        prompt=lambda each: "".join(parts_of(each.title, each.sentences, each.message)),
        read=lambda reader, each: reader.read_sentences(each.title, each.sentences, each.message),
    )
    readings = left_out(every, vectors)
    for brand in sorted({each.brand for each in every if each.example is None}):
        own = [
            (any(each.needed), np.logaddexp.reduce(at))
            for each, at in zip(every, readings, strict=True)
            if each.brand == brand
        ]
        sys.stdout.write(f"{brand}: auroc of whether a sentence answers {roc_auc_score(*zip(*own, strict=True)):.3f}\n")
    joins = dict(joins_of(every, readings))
    save_sentence_weights(SentenceWeights(reader_digest(), *fit_reading(every, vectors), joins), arguments.out)
    sys.stdout.write(f"{arguments.out.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
