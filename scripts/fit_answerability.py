"""Fit whether a reply says what was asked (answering/answerability.npz).

Usage: python scripts/fit_answerability.py [--check]
Logistic regression over the rows of ``answering.measures``: the labelled pairs on the topic of the training brands of
eval/near_misses, and the messages of eval/brands/dev with the template that answers, or with the nearest where none
does. With less weight each pair comes again with one, two and three sentences of its reply, so that short replies of
both kinds are known (those of answered ones hold the evidence), and each answered one without the sentences of its
evidence (not answered) and without as many others (answered), so that the reply counts and not the question alone.
Each brand is judged by a model of the others; printed are the AUROC and what thresholds do with whole replies, with
such of about 40 and 25 words, and with the messages of eval/cases/dev.jsonl, whose brands no model saw. With
``--check`` nothing is written, and it exits 1 where the shipped weights give other probabilities of the training pairs
than the new ones by more than 0.02. No test brand is looked at.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from replyassist.answering.fitted import FittedModel, background_of, load_fitted, save_fitted
from replyassist.answering.measures import COMPARISONS, Background, Rows, measure, said, texts_of
from replyassist.answering.reader import PATH
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import KNOWN
from replyassist.core.words import Reading
from replyassist.faq.files import read_templates
from replyassist.guardrails.text import sentence_spans
from replyassist_bench.near_misses import Label, Pair, read_pairs

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "eval" / "near_misses"
FOLDERS = {"brands": ("brambly", "larkcell", "panhop", "tarnway"), "replies": ("alderay", "corvane", "mossandpaw")}
SAMPLES = ("fernhill", "harbour")
STRENGTH = 0.03  # inverse of the ridge; .01 and .1 are no better
OF_THE_SENTENCE, OF_THE_PIECES = 0.2, 0.5  # weights of what is asked beside the comparisons, after standardising
OF_CUT_REPLIES = 0.3  # weight of a cut reply beside a labelled pair
STEPS = 1000
DIFFERENCE = 0.02
SEED = 0
WHOLE, CUT, MESSAGE, SAMPLE = "whole", "cut", "eval/brands/dev", "eval/cases/dev"
WORDS = {"about 40 words": 40, "about 25 words": 25}
LENGTHS = (WHOLE, *WORDS)
DOUBTED_SHARES = (0.04, 0.06, 0.07, 0.08, 0.10, 0.12, 0.16)


@dataclass(frozen=True)
class Example:
    """A question with the texts of a reply as they are read, and whether the reply answers it."""

    brand: str
    kind: str
    question: str
    reply: tuple[str, ...]
    is_answered: bool
    weight: float  # in the fit; 0 for what is only judged


def pair_examples(pairs: Sequence[Pair]) -> Iterator[Example]:
    """The pairs on the topic: whole, with parts of their replies for the fit, and with such that are only judged."""
    chance = np.random.default_rng(SEED)
    for pair in pairs:
        if pair.label is Label.OFF_TOPIC:
            continue
        title, *sentences = texts_of(pair.template.title, pair.template.reply)
        telling, others = _telling(pair, len(sentences))
        parts = [(WHOLE, [*telling, *others], pair.is_answered, 1.0)]
        for count in (1, 2, 3):
            mixed = [*telling, *chance.permutation(others).tolist()]
            parts.append((CUT, mixed[: max(count, len(telling))], pair.is_answered, OF_CUT_REPLIES))
        for kind, words in WORDS.items():
            near = _nearest_length(telling, chance.permutation(others).tolist(), sentences, words)
            parts.append((kind, near, pair.is_answered, 0.0))
        if pair.is_answered and len(others) > len(telling):
            left = chance.permutation(others)[len(telling) :].tolist()
            parts += [(CUT, others, False, OF_CUT_REPLIES), (CUT, [*telling, *left], True, OF_CUT_REPLIES)]
        for kind, kept, is_answered, weight in parts:
            reply = (title, *(sentences[place] for place in sorted(kept)))
            yield Example(pair.brand, kind, pair.question, reply, is_answered, weight)


def _telling(pair: Pair, count: int) -> tuple[list[int], list[int]]:
    """Which of the sentences hold the evidence, and which do not."""
    start = pair.template.reply.find(pair.evidence)
    end = start + len(pair.evidence)
    spans = sentence_spans(pair.template.reply)[:count]
    telling = [place for place, (first, last) in enumerate(spans) if first < end and last > start]
    return telling, [place for place in range(count) if place not in telling]


def _nearest_length(telling: Sequence[int], others: Sequence[int], sentences: Sequence[str], words: int) -> list[int]:
    """The telling sentences, and others as long as they bring the length nearer to so many words."""
    kept = list(telling)
    for place in others:
        length = sum(len(sentences[each].split()) for each in kept)
        if not kept or abs(length + len(sentences[place].split()) - words) < abs(length - words):
            kept.append(place)
    return kept


class Messages:
    """A brand's messages, each with the template that answers it or None, and its templates as they are read."""

    def __init__(self, brand: str, templates: Path, cases: Path, *, weight: float) -> None:
        self.brand, self.weight = brand, weight
        read = read_templates(templates).templates
        self.replies = {each.id: texts_of(each.title, each.rendered_reply) for each in read}
        lines = [json.loads(line) for line in cases.read_text(encoding="utf-8").splitlines()]
        own = [line for line in lines if line.get("brand", brand) == brand]
        self.messages = [(line["text"], line["expected"]["template_id"]) for line in own]

    def examples(self, readings: Mapping[str, Reading]) -> Iterator[Example]:
        """Each message with the template that answers, or with the one that has the nearest text."""
        kind = MESSAGE if self.weight else SAMPLE
        for text, template_id in self.messages:
            asked = readings[text].vector
            nearest = max(self.replies.values(), key=lambda reply: max(readings[part].vector @ asked for part in reply))
            reply = self.replies.get(template_id, nearest)
            yield Example(self.brand, kind, text, reply, template_id is not None, self.weight)


def all_messages() -> list[Messages]:
    """Of the brands that are fitted to, and of the sample brands."""
    cases = ROOT / "eval" / "cases" / "dev.jsonl"
    folders = [ROOT / "eval" / kind / "dev" / name for kind, names in FOLDERS.items() for name in names]
    fitted = [Messages(each.name, each / "faq.jsonl", each / "cases.jsonl", weight=1.0) for each in folders]
    return [*fitted, *(Messages(name, ROOT / "faq" / name, cases, weight=0.0) for name in SAMPLES)]


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
    rows = rows[[example.weight > 0 for example in examples]]
    examples = [example for example in examples if example.weight > 0]
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
        weights, constant = fit(rows[others], [examples[place] for place in others.tolist()])
        found[own] = expit(rows[own] @ weights + constant)
    return found


def report(examples: Sequence[Example], likely: Rows) -> Iterator[str]:
    """What the readings of the models of the other brands are worth, line by line."""
    truth = np.array([example.is_answered for example in examples])
    kinds = np.array([example.kind for example in examples])
    brands = np.array([example.brand for example in examples])
    for kind in (*LENGTHS, MESSAGE, SAMPLE, CUT):
        here = kinds == kind
        yield f"answerable_auroc {roc_auc_score(truth[here], likely[here]):.3f} {kind}"
    for brand in sorted(set(brands.tolist())):
        own = (brands == brand) & np.isin(kinds, (WHOLE, MESSAGE, SAMPLE))
        yield f"  {roc_auc_score(truth[own], likely[own]):.3f} {brand}"
    yield from _curve(truth, kinds, likely)


def _curve(truth: NDArray[np.bool_], kinds: NDArray[np.str_], likely: Rows) -> Iterator[str]:
    shown = (*LENGTHS, MESSAGE, SAMPLE)
    yield f"answered doubted over all lengths, below; answered/not doubted of: {', '.join(shown)}"
    for share in DOUBTED_SHARES:
        below = float(np.quantile(likely[truth & np.isin(kinds, LENGTHS)], share))
        parts = [[np.mean(likely[(kinds == kind) & side] < below) for side in (truth, ~truth)] for kind in shown]
        yield f"  {share:.2f} {below:.3f} " + "  ".join(f"{yes:.3f}/{no:.3f}" for yes, no in parts)


def main() -> int:
    """Fit and write, or compare with what is shipped; the exit status."""
    examples = list(pair_examples(read_pairs(SOURCE, split="train")))
    messages = all_messages()
    made: dict[str, FittedModel] = {}
    worst = 0.0
    for name in KNOWN:
        encoder = SentenceTransformerEncoder(name)
        readings, background = _read(encoder, examples, messages)
        every = [*examples, *(example for brand in messages for example in brand.examples(readings))]
        rows = rows_of(every, readings, background)
        weights, constant = fit(rows, every)
        made[encoder.model_digest] = FittedModel(background, weights, constant)
        if "--check" in sys.argv[1:]:
            shipped = load_fitted(PATH)[encoder.model_digest]
            before = expit(rows_of(every, readings, shipped.background) @ shipped.weights + shipped.constant)
            worst = max(worst, float(np.abs(before - expit(rows @ weights + constant)).max()))
            continue
        sys.stdout.write("\n".join([name, *report(every, left_out(rows, every))]) + "\n")
    if "--check" in sys.argv[1:]:
        sys.stdout.write(f"the probabilities differ by at most {worst:.3f}\n")
        return 1 if worst > DIFFERENCE else 0
    save_fitted(made, PATH)
    sys.stdout.write(f"{PATH.stat().st_size} bytes\n")
    return 0


def _read(
    encoder: SentenceTransformerEncoder, examples: Sequence[Example], messages: Sequence[Messages]
) -> tuple[dict[str, Reading], Background]:
    """Every text as the encoder reads it, and what is common to those of the pairs."""
    labelled = {text for example in examples for text in (example.question, *example.reply)}
    others = {text for brand in messages for reply in brand.replies.values() for text in reply}
    asked = {text for brand in messages for text, _ in brand.messages}
    texts = sorted(labelled | others | asked)
    readings = dict(zip(texts, encoder.read(texts), strict=True))
    return readings, background_of([readings[text] for text in sorted(labelled)])


if __name__ == "__main__":
    sys.exit(main())
