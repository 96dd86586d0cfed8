"""Fit how the reading of sentences is joined with the chooser (answering/sentence_reading.npz).

Usage: python -m scripts.fit_sentence_reading --vectors CACHE.npz RUN.json ...
``RUN.json`` are runs of brands of eval/replies/dev that ``scripts.fit_adapters`` did not learn: a message with the
sentences of its template, of which ``answers.jsonl`` says what is needed. A logistic regression for each named encoder
joins what ``scripts.fit_adapters`` made of a sentence with what the shipped chooser says of it. Printed is what plans
come to with the chooser alone and with both, each brand by a join of the others. Vectors are kept in CACHE.npz by the
digest of their prompt: each new one takes a second or two.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.special import expit

from replyassist.answering.measures import Rows
from replyassist.answering.sentence_reading import (
    PATH,
    SentenceJoin,
    join_rows,
    save_sentence_weights,
    shipped_sentence_weights,
)
from replyassist.core.embedded_llm.pair_reader import parts_of
from scripts.fit_choosing import Labelled, report, shipped_chances
from scripts.labelled_replies import replies_of
from scripts.reading_vectors import fit_line, kept_vectors

FREE = 100.0  # inverse of the ridge: four weights need none


def joins_of(examples: Sequence[Labelled], readings: Sequence[Rows]) -> Iterator[tuple[str, SentenceJoin]]:
    """By the encoder's digest; printed is what they are worth."""
    truth = np.array([place in each.asked for each in examples for place in range(len(each.sentences))])
    brands = np.array([each.brand for each in examples for _ in each.sentences])
    ends = np.cumsum([len(each.sentences) for each in examples])[:-1]
    for digest, chances in shipped_chances(examples):
        rows = np.concatenate([join_rows(one, two, every=two) for one, two in zip(chances, readings, strict=True)])
        likely = np.zeros(len(rows))
        for brand in sorted(set(brands.tolist())):
            weights, constant = fit_line(rows[brands != brand], truth[brands != brand], strength=FREE)
            likely[brands == brand] = expit(rows[brands == brand] @ weights + constant)
        for name, found in (("chooser", chances), ("both", np.split(likely, ends))):
            sys.stdout.write("\n".join([f"{digest[:8]}, {name}, {len(examples)}:", *report(examples, found)]) + "\n")
        weights, constant = fit_line(rows, truth, strength=FREE)
        of_chooser, of_reading, of_best, of_mean = weights.tolist()
        yield digest, SentenceJoin(of_chooser, of_reading, of_best, of_mean, constant)


def main() -> int:
    """Fit and write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--vectors", type=Path, required=True)
    arguments = parser.parse_args()
    examples = [
        Labelled(each.brand, each.message, each.title, each.sentences, each.answering, each.bounding)
        for each in replies_of(arguments.runs)
        if each.answering
    ]
    vectors = kept_vectors(
        examples,
        arguments.vectors,
        prompt=lambda each: "".join(parts_of(each.title, each.sentences, each.message)),
        read=lambda reader, each: reader.read_sentences(each.title, each.sentences, each.message),
    )
    learned = shipped_sentence_weights()
    joins = dict(joins_of(examples, [learned.readings(each[:-1]) for each in vectors]))
    save_sentence_weights(replace(learned, joins=joins), PATH)
    return 0


if __name__ == "__main__":
    sys.exit(main())
