"""Fit how the reader reads: what is added to its last layers, and what its vectors tell of templates and sentences.

Usage: python -m scripts.fit_adapters --cache FOLDER [--hold BRAND ...] RUN.json ...
Written are core/embedded_llm/reading_adapters.npz, and the readings in retrieval/reranker.npz and
answering/sentence_reading.npz; how these join with the search and the chooser is for ``scripts.fit_reranker`` and
``scripts.fit_sentence_reading``, with brands that were not learned here. ``RUN.json`` are runs (``eval run --out``,
with REPLYASSIST_RERANKER_DISABLED=1) of brands of eval/replies/dev: the templates that were found for a message, and
which sentences of them it needs. The training brands of eval/near_misses come beside them. Both readings learn
together: low-rank additions to all weights of the last three layers (LoRA), by way of the two logistic regressions with
which they begin. Printed is what they do with the brands of ``--hold``, which are not learned. FOLDER keeps half a
megabyte a prompt. Two idle cores: .4 s a prompt to read what is below once, .2 s a prompt and epoch to learn.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import nn

from replyassist.answering.sentence_reading import PATH as SENTENCES
from replyassist.answering.sentence_reading import SentenceWeights, save_sentence_weights
from replyassist.core.embedded_llm.pair_reader import parts_of, prompt_of
from replyassist.core.embedded_llm.weights import ADAPTERS
from replyassist.retrieval.reranking import PATH as TEMPLATES
from replyassist.retrieval.reranking import RerankerWeights, save_weights
from scripts.labelled_replies import LabelledReply, near_misses, pairs_of, replies_of
from scripts.reading_vectors import fit_line, reader_digest
from scripts.torch_reader import TorchReader, batches

RATE, RATE_OF_LINES = 3e-4, 1e-2
EPOCHS = 1
WARM_UP = 15  # batches
LAST_RATE = 0.5  # of the first
TOKENS_LEARNED = 3000  # of a batch
STRENGTHS = (3e-3, 1e-3)  # inverse of the ridges with which pairs and sentences begin
SENTENCES_A_REPLY = 2.5  # about half of them, so that a reply does not outweigh a pair
SEED = 0


@dataclass(frozen=True)
class Example:
    """A prompt, the places of its tokens that are judged (a pair's last alone), and what is true of each."""

    brand: str
    prompt: str
    ends: tuple[int, ...]
    truth: tuple[bool, ...]
    is_pair: bool


def examples(runs: Sequence[str], reader: TorchReader) -> list[Example]:
    """Pairs of a message and a template, and messages beside the sentences of one."""
    pairs = [
        Example(each.brand, prompt_of(each.pair), (-1,), (each.is_right,), is_pair=True)
        for each in (*near_misses(), *pairs_of(runs))
    ]
    return pairs + [_of_sentences(each, reader) for each in replies_of(runs)]


def _of_sentences(reply: LabelledReply, reader: TorchReader) -> Example:
    parts = parts_of(reply.title, reply.sentences, reply.message)
    ends = tuple(reader.ends(parts).tolist())
    return Example(reply.brand, "".join(parts), ends, reply.needed[: len(ends)], is_pair=False)


class Readings(nn.Module):
    """A logistic regression for pairs and one for sentences, the latter also of what differs from the mean of all."""

    def __init__(self, every: Sequence[Example], vectors: Sequence[torch.Tensor]) -> None:
        super().__init__()
        lines = []
        for is_pair, strength in zip((True, False), STRENGTHS, strict=True):
            own = [place for place, each in enumerate(every) if each.is_pair is is_pair]
            rows = torch.cat([self.rows(every[place], vectors[place]) for place in own]).numpy()
            truth = np.concatenate([every[place].truth for place in own])
            lines.append(fit_line(rows.astype(np.float64), truth, strength=strength))
        self.weights = nn.ParameterList([torch.tensor(weights, dtype=torch.float32) for weights, _ in lines])
        self.constants = nn.ParameterList([torch.tensor(constant, dtype=torch.float32) for _, constant in lines])

    @staticmethod
    def rows(example: Example, read: torch.Tensor) -> torch.Tensor:
        """What is weighed, of what was read of the example's tokens."""
        own = read[list(example.ends)]
        return own if example.is_pair else torch.cat([own, own - own.mean(0)], dim=1)

    def forward(self, example: Example, read: torch.Tensor) -> torch.Tensor:
        """Log-odds."""
        of = 0 if example.is_pair else 1
        return self.rows(example, read) @ self.weights[of] + self.constants[of]

    def save(self) -> None:
        """Both readings, not joined with anything yet."""
        (pair, sentence), (of_pair, of_sentence) = (
            [each.detach().numpy().astype(np.float64) for each in self.weights],
            [float(each) for each in self.constants],
        )
        save_weights(
            RerankerWeights(reader_digest(), pair, of_pair, of_search=0.0, of_reading=1.0, offset=0.0), TEMPLATES
        )
        own, beside = np.split(sentence, 2)
        save_sentence_weights(SentenceWeights(reader_digest(), own, beside, of_sentence, {}), SENTENCES)


def learn(reader: TorchReader, every: Sequence[Example], readings: Readings, learned: list[nn.Parameter]) -> None:
    """Over all examples, ``EPOCHS`` times; the rate falls in a line to ``LAST_RATE``."""
    groups = [{"params": learned, "weight_decay": 0.01}, {"params": list(readings.parameters()), "lr": RATE_OF_LINES}]
    steps = torch.optim.AdamW(groups, lr=RATE, weight_decay=0.0)
    draw = np.random.default_rng(SEED)
    sizes = np.array([reader.size(each.prompt) for each in every])
    plan: list[list[int]] = []
    for _ in range(EPOCHS):
        epoch = list(batches(every, (sizes + draw.integers(0, 20, len(every))).tolist(), tokens=TOKENS_LEARNED))
        plan += [epoch[place] for place in draw.permutation(len(epoch))]
    rate = torch.optim.lr_scheduler.LambdaLR(
        steps, lambda at: min(1.0, (at + 1) / WARM_UP) * (1 - LAST_RATE * at / len(plan))
    )
    for number, batch in enumerate(plan, 1):
        read = reader.upper([every[place].prompt for place in batch])
        loss = torch.stack(
            [_loss(every[place], readings(every[place], own)) for place, own in zip(batch, read, strict=True)]
        )
        steps.zero_grad()
        loss.mean().backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        steps.step()
        rate.step()
        if number % 20 == 0:
            sys.stderr.write(f"{number} of {len(plan)} batches, loss {float(loss.mean()):.3f}\n")


def _loss(example: Example, told: torch.Tensor) -> torch.Tensor:
    truth = torch.tensor(example.truth, dtype=torch.float32)
    loss = nn.functional.binary_cross_entropy_with_logits(told, truth, reduction="sum")
    return loss if example.is_pair else loss / SENTENCES_A_REPLY


@torch.no_grad()
def read(reader: TorchReader, every: Sequence[Example]) -> list[torch.Tensor]:
    """What the reader makes of each."""
    found: list[torch.Tensor] = [torch.empty(0)] * len(every)
    for batch in batches(every, [reader.size(each.prompt) for each in every]):
        for place, own in zip(batch, reader.upper([every[place].prompt for place in batch]), strict=True):
            found[place] = own[list(every[place].ends)].clone()
    return found


def report(name: str, every: Sequence[Example], told: Sequence[NDArray[np.float32]]) -> str:
    """What the readings are worth with brands that were not learned."""
    pairs = [(each.truth[0], own[0]) for each, own in zip(every, told, strict=True) if each.is_pair]
    replies = [(each.truth, own) for each, own in zip(every, told, strict=True) if not each.is_pair]
    answered = [(truth, own) for truth, own in replies if any(truth)]
    sentences = roc_auc_score(*(np.concatenate(each) for each in zip(*answered, strict=True)))
    first = np.mean([truth[int(own.argmax())] for truth, own in answered])
    needs_any = roc_auc_score([any(truth) for truth, _ in replies], [np.logaddexp.reduce(own) for _, own in replies])
    return (
        f"{name}: pairs auroc {roc_auc_score(*zip(*pairs, strict=True)):.4f}, sentences {sentences:.4f}, "
        f"likeliest sentence is needed {first:.3f}, whether any is {needs_any:.4f}\n"
    )


def main() -> int:
    """Fit and write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--hold", nargs="*", default=())
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    reader = TorchReader(Path(".replyassist"), arguments.cache)
    every = examples(arguments.runs, reader)
    reader.keep([each.prompt for each in every], told=sys.stderr.write)
    held = [each for each in every if each.brand in arguments.hold]
    own = [each for each in every if each.brand not in arguments.hold]
    at_end = [replace(each, ends=tuple(range(len(each.ends)))) for each in (*own, *held)]
    vectors = read(reader, [*own, *held])
    readings = Readings(at_end[: len(own)], vectors[: len(own)])
    learned = reader.adapt()
    for name in ("as it was", "learned"):
        if name == "learned":
            learn(reader, own, readings, learned)
        if held:
            with torch.no_grad():
                told = [
                    readings(each, at).numpy() for each, at in zip(at_end[len(own) :], read(reader, held), strict=True)
                ]
            sys.stdout.write(report(name, held, told))
    np.savez_compressed(ADAPTERS, allow_pickle=False, **reader.adapters())
    readings.save()
    sys.stdout.write(f"{ADAPTERS.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
