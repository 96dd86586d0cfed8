"""Fit retrieval/fits.json, how texts are weighed and how sure retrieval is, on the parts of the data for tuning.

Usage: REPLYASSIST_BENCH_DATA=../shared/data python scripts/fit_retrieval.py [--check]
Families: banking77 (three quarters of its train file as examples, the rest as messages), clinc150 val with the 100
training messages out of scope, every third bitext message, the three of retrieval_dev, our two sample brands' dev cases
(also without example questions), and the four brands of eval/brands/dev. Each family weighs the same but the last two,
which are what the product is for: they weigh double in how sure to be. No test set is read. Printed is what each set
comes to when its whole family is left out of the fit; what is written is fitted on all. With ``--check`` nothing is
written, and it exits 1 when a number in the file is more than .01 off. Vectors are kept below REPLYASSIST_HOME.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from scipy.optimize import minimize

from replyassist.cli.common import settings
from replyassist.core.embedding import CachedEncoder, Encoder, SentenceTransformerEncoder
from replyassist.core.words import Reading, read
from replyassist.evaluation.case_files import load_cases
from replyassist.faq.files import read_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confidence import (
    Calibration,
    Signals,
    best_and_lead,
    expected_calibration_error,
    signals_of,
)
from replyassist.retrieval.elsewhere import elsewhere, messages_elsewhere
from replyassist.retrieval.fits import PATH, Fit, scores_digest, shipped_fits
from replyassist.retrieval.fitting import answerable_head, case_weights, right_head
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.parts import parts_of
from replyassist.retrieval.ranking import Ranking
from replyassist.retrieval.trained import BackgroundScores
from replyassist_bench.commands.printing import bench_data
from replyassist_bench.commands.retrieval import VECTORS
from replyassist_bench.retrieval.data import (
    OUT_OF_SCOPE,
    RETRIEVAL_DEV,
    Task,
    banking77,
    bitext_cold,
    clinc150,
    everyday_brands,
    few_shot,
    retrieval_dev,
)
from replyassist_bench.retrieval.scores import auroc

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 11, 22)
EVERYDAY = ("sample", "brands")  # families of messages as customers write them to a brand
EVERYDAY_WEIGHT = (
    4.0  # beside the others' in the calibration; 1 and 4 differ by .01 in any figure but these two's error
)
DRAWN = 400  # messages of a set for the weights; with all of them the weights are the same to the first place
RIDGE = 1e-4
TOLERATED = 0.01  # between the numbers made and shipped, by --check; processors' rounding makes .001
CLASSIFIER = 2.0
"""Times what the likelihood wants: the log-odds err in how sure they are, not in the order. The right template is first
more often on banking77 and clinc150 with 2 to 4 times."""
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Message:
    """A text with all its right templates, none for one out of scope, and where it was written."""

    text: str
    right: tuple[str, ...]
    channel: str = "import"
    visibility: str = "public"


@dataclass(frozen=True)
class Part:
    """One set: of each message the features of all templates, which may be used, and which are right."""

    name: str
    family: str
    features: Matrix  # (messages, templates, 6)
    allowed: NDArray[np.bool_]
    right: NDArray[np.bool_]
    nearest_elsewhere: NDArray[np.float64]
    parts: NDArray[np.int64]
    elsewhere: Matrix  # (messages from elsewhere, templates, 6)

    @cached_property
    def in_scope(self) -> NDArray[np.bool_]:
        """Whether any template answers, by message."""
        return np.asarray(self.right.any(axis=1))

    def usual(self, weights: Sequence[float]) -> BackgroundScores:
        """What messages from elsewhere score on the mean."""
        everything = np.ones(self.features.shape[1], dtype=np.bool_)
        scores = [best_and_lead(_ranking(one, weights), allowed=everything) for one in self.elsewhere]
        best, lead = np.mean(scores, axis=0)
        return BackgroundScores(float(best), float(lead))

    def signals(self, weights: Sequence[float]) -> tuple[list[Signals], NDArray[np.bool_]]:
        """The signals of each message with these weights, and whether its first template is right."""
        usual = self.usual(weights)
        found, right = [], []
        rows = zip(self.features, self.allowed, self.right, self.nearest_elsewhere, self.parts, strict=True)
        for features, allowed, is_right, nearest, parts in rows:
            ranking = _ranking(features, weights)
            first = int(np.argmax(np.where(allowed, ranking.total, -np.inf)))
            chosen = np.array([first])
            found.append(
                signals_of(ranking, allowed=allowed, chosen=chosen, usual=usual, elsewhere=nearest, parts=int(parts))
            )
            right.append(bool(is_right[first]))
        return found, np.array(right)


def _ranking(features: Matrix, weights: Sequence[float]) -> Ranking:
    total = features @ np.array(weights, dtype=np.float32)
    return Ranking(total=total, features=features, entry=np.zeros(0, dtype=np.int64), cosine=total)


def main() -> int:
    """Fit for every encoder that a fit travels with, say each set's figures, and write the fits or compare them."""
    known = shipped_fits()
    vectors = settings().home / VECTORS
    made = [fitted(fit, CachedEncoder(SentenceTransformerEncoder(fit.name), vectors)) for fit in known]
    written = TypeAdapter(list[Fit]).dump_json(made, indent=1).decode() + "\n"
    if "--check" in sys.argv:
        apart = max(apart_at_most(one, other) for one, other in zip(made, known, strict=True))
        sys.stdout.write(f"the shipped numbers differ by at most {apart:.3f}\n")
        return int(apart > TOLERATED)
    PATH.write_text(written, encoding="utf-8")
    return 0


def apart_at_most(made: Fit, shipped: Fit) -> float:
    """The largest difference of two numbers in the same place; infinite for fits of different encoders.

    It is not 0: the weights before choose the templates whose words are compared, and processors round differently.
    """
    if (made.encoder, made.name) != (shipped.encoder, shipped.name):
        return float("inf")
    numbers = [
        [*fit.ranking]
        + [
            number
            for head in (fit.calibration.answerable, fit.calibration.right)
            for number in (*head.means, *head.scales, *head.weights, head.bias)
        ]
        for fit in (made, shipped)
    ]
    return float(np.abs(np.array(numbers[0]) - np.array(numbers[1])).max())


def fitted(before: Fit, encoder: CachedEncoder) -> Fit:
    """The fit on all sets; printed is what each comes to in a fit without its family."""
    sets = list(evidence(encoder, before))
    families = sorted({part.family for part in sets})
    for family in families:
        others = [part for part in sets if part.family != family]
        weights = ranking_weights(others)
        calibration = calibrated(others, weights, encoder.model_digest)
        for part in sets:
            if part.family == family:
                sys.stdout.write(f"{before.name}, {described(part, weights, calibration)}\n")
                sys.stdout.flush()
    weights = ranking_weights(sets)
    return Fit(
        encoder=encoder.model_digest,
        name=before.name,
        ranking=weights,
        calibration=calibrated(sets, weights, encoder.model_digest),
    )


def ranking_weights(sets: Sequence[Part]) -> tuple[float, ...]:
    """A conditional logit on the messages in scope, each family weighing the same."""
    drawn = []
    for part in sets:
        rows = np.flatnonzero(part.in_scope)
        rows = np.sort(np.random.default_rng(0).permutation(rows)[:DRAWN])
        features = part.features[rows].astype(np.float64)
        drawn.append((features - features.mean(axis=1, keepdims=True), part.allowed[rows], part.right[rows]))
    shares = [_share(part, sets) / len(rows[0]) for part, rows in zip(sets, drawn, strict=True)]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, slope = 0.5 * RIDGE * float(weights @ weights), RIDGE * weights
        for share, (features, allowed, right) in zip(shares, drawn, strict=True):
            scores = np.where(allowed, features @ weights, -np.inf)
            odds = np.exp(scores - scores.max(axis=1, keepdims=True))
            odds /= odds.sum(axis=1, keepdims=True)
            hit = np.maximum((odds * right).sum(axis=1, keepdims=True), 1e-12)
            value -= share * float(np.log(hit).sum())
            slope = slope + share * np.einsum("ij,ijk->k", odds - odds * right / hit, features)
        return value, slope

    found = minimize(loss, np.zeros(sets[0].features.shape[2]), jac=True, method="L-BFGS-B").x
    found[3] *= CLASSIFIER
    return tuple(round(float(weight), 3) for weight in found)


def calibrated(sets: Sequence[Part], weights: Sequence[float], encoder: str) -> Calibration:
    """Both heads; of sets in which every message is in scope only that which asks whether the first one is right."""
    found = [(part, *part.signals(weights)) for part in sets]
    with_none = [(part, signals) for part, signals, _ in found if not part.in_scope.all()]
    answerable = answerable_head(
        [one for _, signals in with_none for one in signals],
        in_scope=np.concatenate([part.in_scope for part, _ in with_none]),
        weights=_case_shares([part for part, _ in with_none]),
    )
    right = right_head(
        [one for _, signals, _ in found for one in signals],
        right=np.concatenate([right for _, _, right in found]),
        in_scope=np.concatenate([part.in_scope for part in sets]),
        weights=_case_shares(sets),
    )
    assert answerable is not None
    assert right is not None
    return Calibration(encoder=encoder, scores=scores_digest(weights), answerable=answerable, right=right)


def _case_shares(sets: Sequence[Part]) -> NDArray[np.float64]:
    return np.concatenate(
        [
            case_weights(part.in_scope) * _share(part, sets) * (EVERYDAY_WEIGHT if part.family in EVERYDAY else 1.0)
            for part in sets
        ]
    )


def _share(part: Part, among: Sequence[Part]) -> float:
    families = [each.family for each in among]
    return 1.0 / (families.count(part.family) * len(set(families)))


def described(part: Part, weights: Sequence[float], calibration: Calibration) -> str:
    """One line: how often the right template is first, what sureness is worth, right or rightly none."""
    signals, right = part.signals(weights)
    sure = calibration.probabilities(signals)
    line = f"{part.name}: hit@1 {right[part.in_scope].mean():.3f}, ece {expected_calibration_error(sure, right):.3f}"
    drafted = sure >= settings().abstain_threshold
    line += f", right or rightly none {np.where(drafted, right, ~part.in_scope).mean():.3f}"
    if part.in_scope.all():
        return line
    answerable = calibration.answerable.probabilities(np.array([each.answerable for each in signals]))
    return f"{line}, auroc {auroc(answerable[part.in_scope], answerable[~part.in_scope]):.3f}"


def evidence(encoder: CachedEncoder, fit: Fit) -> Iterator[Part]:
    """Every set, looked up; progress goes to stderr."""
    for name, family, templates, messages in [*of_benchmarks(bench_data()), *sample_brands()]:
        sys.stderr.write(f"{fit.name}: {name}\n")
        yield looked_up(name, family, templates, messages, encoder=encoder, fit=fit)


Set = tuple[str, str, Sequence[ReplyTemplate], Sequence[Message]]


def of_benchmarks(folder: Path) -> Iterator[Set]:
    """Of each public data set what is not for testing, and the brands of eval/brands/dev, each by another hand."""
    banking = banking77(folder, part="train")
    held, asked = banking[::4], [row for place, row in enumerate(banking) if place % 4]
    train, val = clinc150(folder, part="train"), clinc150(folder, part="val")
    val += [row for row in train if row[1] == OUT_OF_SCOPE]
    tasks = [
        *((f"banking77, {k}", "banking77", few_shot(asked, held, examples=k, seed=0)) for k in (1, 3, 5, 10)),
        *((f"clinc150, {k}", "clinc150", few_shot(train, val, examples=k, seed=0)) for k in (0, 1, 10)),
        ("bitext", "bitext", bitext_cold(folder, every=3)),
        *((name, name.split("-")[0], retrieval_dev(folder, name)) for name in RETRIEVAL_DEV),
    ]
    for name, family, task in tasks:
        yield name, family, task.templates, messages_of(task)
    for brand, task in everyday_brands("dev"):
        yield brand, "brands", task.templates, messages_of(task)


def sample_brands() -> Iterator[Set]:
    """Our own labelled cases of both brands, those for tuning, with and without example questions."""
    cases = [case for case in load_cases(ROOT / "eval/cases").cases if case.split == "dev"]
    for brand in sorted({case.brand for case in cases}):
        templates = read_templates(ROOT / "faq" / brand).templates
        messages = [
            Message(case.text, tuple(case.right_templates), case.channel, case.visibility)
            for case in cases
            if case.brand == brand
        ]
        yield brand, "sample", templates, messages
        yield f"{brand}, cold", "sample", [each.model_copy(update={"questions": []}) for each in templates], messages


def messages_of(task: Task) -> list[Message]:
    """Those of a benchmark's task, each with all templates that would be right."""
    return [Message(text, tuple(task.right(number))) for number, (text, _) in enumerate(task.messages)]


def looked_up(
    name: str,
    family: str,
    templates: Sequence[ReplyTemplate],
    messages: Sequence[Message],
    *,
    encoder: Encoder,
    fit: Fit,
) -> Part:
    """Each message's features, and those of the messages from elsewhere."""
    index = TemplateIndex(templates, encoder, fit=fit)
    readings = read(encoder, [message.text for message in messages])
    ids = [template.id for template in index.templates]
    allowed = np.stack([index.allowed(channel=each.channel, visibility=each.visibility, day=DAY) for each in messages])
    others = elsewhere(encoder)
    far = np.stack([reading.vector for reading in others])
    return Part(
        name=name,
        family=family,
        features=_features(index, readings, [message.text for message in messages], allowed),
        allowed=allowed,
        right=np.array([[template_id in message.right for template_id in ids] for message in messages]),
        nearest_elsewhere=np.array([float((far @ reading.vector).max()) for reading in readings]),
        parts=np.array([len(parts_of(message.text)) for message in messages]),
        elsewhere=_features(index, others, messages_elsewhere(), np.ones((len(others), len(ids)), dtype=np.bool_)),
    )


def _features(
    index: TemplateIndex, readings: Sequence[Reading], texts: Sequence[str], allowed: NDArray[np.bool_]
) -> Matrix:
    rows = zip(readings, texts, allowed, strict=True)
    return np.stack(
        [index.features(reading.vector, text=text, words=reading.words, allowed=here) for reading, text, here in rows]
    )


if __name__ == "__main__":
    sys.exit(main())
