"""Fit the reading of messages (triage/reader.npz) on the training writers of eval/reading, and show how it was chosen.

Usage: python scripts/fit_reading.py [--check]
For every encoder of ``core.encoders.KNOWN``: logistic regression over its layers and the shape of a message, another
over words and runs of letters, whose scores are added; of the kinds all at once, of each risk against the rest. The
sentiment is a ridge regression over both, on the labels and on the half of the tweets of
../shared/data/vader_sentiment_ratings.csv (REPLYASSIST_BENCH_DATA) that ``bench triage`` does not measure with. The
training writers are put into groups, each read by a model of the others; on these readings the probabilities are
calibrated and the figures printed. With ``--check`` nothing is written, and it exits 1 where the shipped weights give
another reading of a training message than the new ones by more than 0.02. No test writer is looked at.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from replyassist.core.embedding import SentenceTransformerEncoder, Vectors
from replyassist.core.encoders import KNOWN
from replyassist.core.words import read
from replyassist.inbox.inbound import InboundMessage
from replyassist.triage import MessageReading
from replyassist.triage.kinds import Kind
from replyassist.triage.measures import LETTER_PLACES, WORD_PLACES, layers_row, parts_of, shape_of, words_row
from replyassist.triage.reader import LIKENESS_LAYER, PATH, Layers, MessageReader, load_reader, save_reader
from replyassist.triage.risks import topics
from replyassist_bench.commands.printing import bench_data
from replyassist_bench.kinds import Labelled, measures_of, read_labelled
from replyassist_bench.sentiment import read_rated

SOURCE = Path(__file__).resolve().parents[1] / "eval" / "reading"
GROUPS = 5
OF_LAYERS, OF_WORDS, OF_SENTIMENT = 1.0, 5.0, 100.0  # inverse of the ridge of both regressions, and the ridge itself
SHARE_OF_WORDS = 0.8
STEPS = 100
LEAST_MESSAGES = 2  # that a word or a run of letters must be in
OF_A_RATING = 3.0
"""What a rated tweet weighs beside a labelled message, of which there are twice as many: at 1 the ratings of tweets
left out are met with a Pearson of .85, at 3 with .88, and the labels of writers left out with .60 and .55."""
RATING_SCALE = 2.5  # points of a rating of -4 to 4 that make one of -1 to 1: people seldom give more than 2.5
FEW = 32  # dimensions in which examples are compared
EXAMPLES_OF_A_KIND = 80
DIFFERENCE = 0.02


@dataclass(frozen=True)
class Rows:
    """``dense`` (messages, row) of one encoder; ``words`` (messages, places) sparse."""

    dense: Vectors
    words: Any

    def at(self, places: NDArray[Any]) -> Rows:
        """Some of them."""
        return Rows(self.dense[places], self.words[places])


@dataclass(frozen=True)
class Heads:
    """Weights of the layers and of the words, (row, heads) and (places, heads), and the constant of both (heads,)."""

    layers: Vectors
    words: Vectors
    constant: Vectors

    def scores(self, rows: Rows) -> Vectors:
        """Shape (messages, heads)."""
        return np.asarray(rows.dense @ self.layers + rows.words @ self.words + self.constant)


def rarity_of(texts: Sequence[str]) -> Vectors:
    """Inverse document frequency of every hashed place; 0 where too few messages have it."""
    counts = np.zeros(WORD_PLACES + LETTER_PLACES)
    for text in texts:
        for places, _ in parts_of(text):
            counts[places] += 1
    weights = np.log((1 + len(texts)) / (1 + counts)) + 1
    return np.where(counts >= LEAST_MESSAGES, weights, 0).astype(np.float32)


def words_of(texts: Sequence[str], rarity: Vectors) -> Any:
    """The sparse rows of words, shape (texts, places)."""
    rows = [words_row(text, rarity) for text in texts]
    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    flat = (np.concatenate([values for _, values in rows]), np.concatenate([places for places, _ in rows]), starts)
    return csr_matrix(flat, shape=(len(rows), len(rarity)))


def depths_of(texts: Sequence[str], encoder: SentenceTransformerEncoder) -> Vectors:
    """What the encoder's layers make of each, shape (texts, layers, width)."""
    return np.array([reading.depths for reading in read(encoder, texts)])


def dense_of(messages: Sequence[InboundMessage], depths: Vectors, mean: Vectors, spread: Vectors) -> Vectors:
    """The dense rows, shape (messages, row)."""
    return np.array(
        [
            np.concatenate([layers_row(one, mean, spread), shape_of(message)])
            for message, one in zip(messages, depths, strict=True)
        ]
    )


def classified(rows: Rows, truth: NDArray[Any]) -> Heads:
    """Regressions of the layers and of the words onto one label a message; two classes make one head."""
    fitted = [
        LogisticRegression(C=strength, max_iter=STEPS, class_weight="balanced").fit(some, truth)
        for some, strength in ((rows.dense, OF_LAYERS), (rows.words, OF_WORDS))
    ]
    of_layers, of_words = (model.coef_.T.astype(np.float32) for model in fitted)
    constant = fitted[0].intercept_ + SHARE_OF_WORDS * fitted[1].intercept_
    return Heads(of_layers, of_words * SHARE_OF_WORDS, constant.astype(np.float32))


def toned(rows: Rows, sentiment: Vectors, rated: Rows, ratings: Vectors) -> Heads:
    """A ridge regression of the sentiment of both sets of messages, as one head."""
    both = [
        csr_matrix(np.concatenate([rows.dense, rated.dense])),
        csr_matrix(np.concatenate([rows.words.toarray(), rated.words.toarray()])),
    ]
    weights_of = np.repeat([1.0, OF_A_RATING], [len(sentiment), len(ratings)])
    told = np.concatenate([sentiment, ratings / RATING_SCALE])
    model = Ridge(alpha=OF_SENTIMENT).fit(hstack(both).tocsr(), told, sample_weight=weights_of)
    weights = model.coef_.astype(np.float32)[:, None]
    row = rows.dense.shape[1]
    return Heads(weights[:row], weights[row:], np.array([model.intercept_], dtype=np.float32))


def all_heads(rows: Rows, labelled: Sequence[Labelled], rated: Rows, ratings: Vectors) -> Heads:
    """The kinds, the risks and the sentiment, in this order."""
    kinds = np.array([list(Kind).index(one.kind) for one in labelled])
    heads = [classified(rows, kinds)]
    heads += [classified(rows, truth) for truth in risks_among(labelled).T]
    heads += [toned(rows, np.array([one.sentiment for one in labelled]), rated, ratings)]
    return Heads(
        np.concatenate([head.layers for head in heads], axis=1),
        np.concatenate([head.words for head in heads], axis=1),
        np.concatenate([head.constant for head in heads]),
    )


def risks_among(labelled: Sequence[Labelled]) -> NDArray[np.bool_]:
    """Whether each message has each learnt risk, shape (messages, risks)."""
    return np.array([[risk.is_in(one.kind, one.risks) for risk in topics().values()] for one in labelled])


def groups_of(labelled: Sequence[Labelled]) -> Iterator[NDArray[np.bool_]]:
    """Which messages each group of writers wrote."""
    writers = sorted({one.writer for one in labelled})
    own = np.array([writers.index(one.writer) % GROUPS for one in labelled])
    yield from (own == group for group in range(GROUPS))


def coldness_of(scores: Vectors, truth: NDArray[Any]) -> float:
    """The factor on the scores, shape (messages, kinds), under which the truth is likeliest."""

    def surprise(factor: NDArray[np.float64]) -> float:
        scaled = scores * float(factor[0])
        scaled -= scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(truth)), truth]).mean())

    return float(minimize(surprise, x0=[1.0], method="Nelder-Mead").x[0])


def platt(scores: Vectors, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and constant under which a sigmoid of the scores is the share of the truth (Platt, 1999)."""
    model = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def readings(scores: Vectors) -> list[MessageReading]:
    """What triage would be given for calibrated scores, shape (messages, heads)."""
    kinds = len(Kind)
    odds = np.exp(scores[:, :kinds] - scores[:, :kinds].max(axis=1, keepdims=True))
    likely = odds / odds.sum(axis=1, keepdims=True)
    risks = 1 / (1 + np.exp(-scores[:, kinds:-1]))
    return [
        MessageReading(
            probabilities=dict(zip(Kind, one.tolist(), strict=True)),
            risks=dict(zip(topics(), other.tolist(), strict=True)),
            sentiment=float(np.clip(tone, -1, 1)),
            digest="left out",
        )
        for one, other, tone in zip(likely, risks, scores[:, -1], strict=True)
    ]


def report(labelled: Sequence[Labelled], scores: Vectors) -> None:
    """How many messages with a risk models of the other writers find."""
    for place, (name, is_so) in enumerate(zip(topics(), risks_among(labelled).T, strict=True), start=len(Kind)):
        others = np.sort(scores[~is_so, place])[::-1]
        recall = [float((scores[is_so, place] > others[int(len(others) * part)]).mean()) for part in (0.01, 0.02, 0.05)]
        shown = " ".join(f"{value:.2f}" for value in recall)
        sys.stdout.write(f"  {name}: {is_so.sum()} messages, found at false alarms of 1, 2, 5 %: {shown}\n")


def examples_among(labelled: Sequence[Labelled], scores: Vectors) -> list[int]:
    """For every kind the places of those that others' models read best: the clearest of each."""
    chosen = []
    for number, kind in enumerate(Kind):
        own = [place for place, one in enumerate(labelled) if one.kind is kind]
        others = scores[:, : len(Kind)].copy()
        others[:, number] = -np.inf
        margin = scores[:, number] - others.max(axis=1)
        chosen += sorted(own, key=lambda place: -margin[place])[:EXAMPLES_OF_A_KIND]
    return chosen


def fitted(labelled: Sequence[Labelled]) -> tuple[MessageReader, dict[str, Vectors]]:
    """The reader with every encoder, and the depths of the messages by each."""
    messages, texts = [one.message for one in labelled], [one.message.text for one in labelled]
    rarity = rarity_of(texts)
    rated, ratings = read_rated(bench_data(), part="train")
    words, words_rated = words_of(texts, rarity), words_of([one.text for one in rated], rarity)
    layers, depths_by, of_words = {}, {}, {}
    shown: list[int] = []
    for name in KNOWN:
        encoder = SentenceTransformerEncoder(name)
        depths = depths_by[encoder.model_digest] = depths_of(texts, encoder)
        mean, spread = depths.mean(axis=0), depths.std(axis=0) + 1e-6
        rows = Rows(dense_of(messages, depths, mean, spread), words)
        others = Rows(dense_of(rated, depths_of([one.text for one in rated], encoder), mean, spread), words_rated)
        apart = np.zeros((len(labelled), len(Kind) + len(topics()) + 1), dtype=np.float32)
        for group in groups_of(labelled):
            rest = np.flatnonzero(~group)
            heads = all_heads(rows.at(rest), [labelled[place] for place in rest.tolist()], others, ratings)
            apart[group] = heads.scores(rows.at(np.flatnonzero(group)))
        sys.stdout.write(f"{name}\n")
        report(labelled, apart)
        factors, shifts = calibrated(labelled, apart)
        for measure, value in measures_of(labelled, readings(apart * factors + shifts)).items():
            if isinstance(value, float):
                sys.stdout.write(f"  {measure} {value}\n")
        heads = all_heads(rows, labelled, others, ratings)
        shown = shown or examples_among(labelled, apart)
        standard = ((depths - mean) / spread)[:, LIKENESS_LAYER]
        basis = np.linalg.svd(standard, full_matrices=False)[2][:FEW].T
        spots = standard[shown] @ basis
        spots /= np.linalg.norm(spots, axis=1, keepdims=True)
        layers[encoder.model_digest] = Layers(
            mean, spread, heads.layers * factors, heads.constant * factors + shifts, factors, basis, spots
        )
        of_words[name] = heads.words
    reader = MessageReader(
        kinds=tuple(Kind),
        risks=tuple(topics()),
        rarity=rarity,
        words=np.mean(list(of_words.values()), axis=0),
        layers=layers,
        texts=tuple(texts[place].replace("\0", " ") for place in shown),
        kinds_of_texts=np.array([list(Kind).index(labelled[place].kind) for place in shown]),
        digest="",
    )
    return reader, depths_by


def calibrated(labelled: Sequence[Labelled], apart: Vectors) -> tuple[Vectors, Vectors]:
    """The factor on each head's score and what is added to it then, shapes (heads,)."""
    truth = np.array([list(Kind).index(one.kind) for one in labelled])
    factors, shifts = np.ones(apart.shape[1], dtype=np.float32), np.zeros(apart.shape[1], dtype=np.float32)
    factors[: len(Kind)] = coldness_of(apart[:, : len(Kind)], truth)
    for place, is_so in enumerate(risks_among(labelled).T, start=len(Kind)):
        factors[place], shifts[place] = platt(apart[:, place], is_so)
    return factors, shifts


def main() -> int:
    """Fit and write, or compare with what is shipped; the exit status."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # the last steps change no reading
    labelled = read_labelled(SOURCE, split="train")
    reader, depths = fitted(labelled)
    if "--check" in sys.argv[1:]:
        return _check(reader, load_reader(PATH), labelled, depths)
    save_reader(reader, PATH)
    sys.stdout.write(f"{PATH.stat().st_size} bytes\n")
    return 0


def _check(new: MessageReader, old: MessageReader, labelled: Sequence[Labelled], depths: dict[str, Vectors]) -> int:
    worst = 0.0
    for encoder, of_encoder in depths.items():
        for one, depth in zip(labelled, of_encoder, strict=True):
            before, after = (reader.read(one.message, depth, encoder=encoder) for reader in (old, new))
            pairs = [(before.probabilities[kind], after.probabilities[kind]) for kind in Kind]
            pairs += [(before.risks[risk], after.risks[risk]) for risk in new.risks]
            pairs += [(before.sentiment or 0.0, after.sentiment or 0.0)]
            worst = max(worst, *(abs(one - other) for one, other in pairs))
    sys.stdout.write(f"the readings differ by at most {worst:.3f}\n")
    return 1 if worst > DIFFERENCE else 0


if __name__ == "__main__":
    sys.exit(main())
