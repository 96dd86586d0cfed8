"""Fit how the reader reads: what is added to its last layers, and what its vectors tell.

That is whether a template answers, which of its sentences are needed, and whether the direct answer is yes or no.

Usage: python -m scripts.fit_adapters --cache FOLDER [--hold BRAND ...] RUN.json ...
Written are core/embedded_llm/reading_adapters.npz, and the readings in retrieval/reranker.npz and
answering/sentence_reading.npz; how these join with the search and the chooser is for ``scripts.fit_reranker`` and
``scripts.fit_sentence_reading``, with brands that were not learned here. ``RUN.json`` are runs (``eval run --out``,
with REPLYASSIST_RERANKER_DISABLED=1) of brands of eval/replies/dev: the templates that were found for a message, and
which sentences of them it needs. Beside them come ``direct.jsonl`` of these brands, and the training brands of
eval/near_misses and eval/answers. All readings learn together: low-rank additions to all weights of the last three
layers (LoRA), by way of the logistic regressions with which they begin. Printed is what they do with the brands of
``--hold``, which are not learned. FOLDER keeps half a megabyte a prompt. Two idle cores: .4 s a prompt to read what is
below once, .2 s a prompt and epoch to learn.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.metrics import roc_auc_score
from torch import nn

from replyassist.answering.sentence_reading import PATH as SENTENCES
from replyassist.answering.sentence_reading import SentenceWeights, save_sentence_weights
from replyassist.core.embedded_llm.pair_reader import parts_of, prompt_of
from replyassist.core.embedded_llm.weights import ADAPTERS
from replyassist.evaluation.record import load_run
from replyassist.retrieval.reranking import PATH as TEMPLATES
from replyassist.retrieval.reranking import RerankerWeights, save_weights
from scripts.labelled_replies import (
    FORMS,
    NEITHER,
    LabelledReply,
    answered_replies,
    direct_answers,
    near_misses,
    pairs_of,
    replies_of,
)
from scripts.reading_vectors import fit_lines, reader_digest
from scripts.torch_reader import TorchReader, batches

RATE, RATE_OF_LINES = 3e-4, 1e-2
EPOCHS = 1
WARM_UP = 15  # batches
LAST_RATE = 0.5  # of the first
TOKENS_LEARNED = 3000  # of a batch
STRENGTHS = (3e-3, 1e-3, 1e-3)  # inverse of the ridges with which pairs, sentences and direct answers begin
NEAR_MISSES_EACH = 2  # every second one: the brands of the runs have near misses too
BEGUN_WITH = 2000  # examples, by which the regressions begin
SENTENCES_A_REPLY = 2.5  # about half of them, so that a reply does not outweigh a pair
SEED = 0


@dataclass(frozen=True)
class Example:
    """A prompt, the places of the tokens at which its sentences end, whether each is needed, and what its end tells.

    ``at_end``: of a pair whether the template answers (1 or 0), else the place of the direct answer in ``FORMS``.
    """

    brand: str
    prompt: str
    ends: tuple[int, ...]
    needed: tuple[bool, ...]
    at_end: int
    is_pair: bool


def examples(runs: Sequence[str], reader: TorchReader) -> list[Example]:
    """Pairs of a message and a template, and messages beside the sentences of one."""
    brands = {load_run(Path(path)).results[0].case.brand for path in runs}
    pairs = [
        Example(each.brand, prompt_of(each.pair), (), (), int(each.is_right), is_pair=True)
        for each in (*list(near_misses())[::NEAR_MISSES_EACH], *pairs_of(runs))
    ]
    direct = (each for each in direct_answers() if each.brand in brands)
    return pairs + [_of_reply(each, reader) for each in (*replies_of(runs), *answered_replies(), *direct)]


def _of_reply(reply: LabelledReply, reader: TorchReader) -> Example:
    parts = parts_of(reply.title, reply.sentences, reply.message)
    ends = tuple(reader.ends(parts).tolist())[:-1] if reply.has_needed else ()
    form = FORMS.index(reply.form)
    return Example(reply.brand, "".join(parts), ends, reply.needed[: len(ends)], form, is_pair=False)


class Readings(nn.Module):
    """Logistic regressions: of pairs; of sentences, also of what differs from the mean of all; of direct answers."""

    def __init__(self, every: Sequence[Example], vectors: Sequence[torch.Tensor]) -> None:
        super().__init__()
        told = list(zip(every, vectors, strict=True))
        kinds = (
            [(own[-1:], [each.at_end]) for each, own in told if each.is_pair],
            [(beside(own[:-1]), each.needed) for each, own in told if each.needed],
            [(own[-1:], [each.at_end]) for each, own in told if not each.is_pair],
        )
        self.lines = nn.ModuleList()
        for kind, strength in zip(kinds, STRENGTHS, strict=True):
            rows = torch.cat([rows for rows, _ in kind]).numpy().astype(np.float64)
            weights, constants = fit_lines(rows, np.concatenate([truth for _, truth in kind]), strength=strength)
            line = nn.Linear(*reversed(weights.shape))
            line.weight.data, line.bias.data = torch.tensor(weights).float(), torch.tensor(constants).float()
            self.lines.append(line)

    def forward(self, example: Example, read: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-odds of the sentences, and what the last token tells; ``read`` are the sentences' ends and the last."""
        of_pair, of_sentence, of_answer = self.lines
        sentences = of_sentence(beside(read[:-1]))[:, 0] if example.needed else torch.empty(0)
        return sentences, (of_pair if example.is_pair else of_answer)(read[-1])

    def save(self) -> None:
        """All of them, not joined with anything yet."""
        (pair, of_pair), (sentence, of_sentence), (answer, of_answer) = (
            (line.weight.detach().numpy().astype(np.float64), line.bias.detach().numpy().astype(np.float64))
            for line in self.lines
        )
        reranker = RerankerWeights(reader_digest(), pair[0], of_pair[0], of_search=0.0, of_reading=1.0, offset=0.0)
        save_weights(reranker, TEMPLATES)
        own, others = np.split(sentence[0], 2)
        kept = SentenceWeights(reader_digest(), own, others, float(of_sentence[0]), {}, answer, of_answer)
        save_sentence_weights(kept, SENTENCES)


def beside(sentences: torch.Tensor) -> torch.Tensor:
    """Each sentence's vector, and how it differs from the mean of all."""
    return torch.cat([sentences, sentences - sentences.mean(0)], dim=1)


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
            [
                _loss(every[place], *readings(every[place], _ends_of(every[place], own)))
                for place, own in zip(batch, read, strict=True)
            ]
        )
        steps.zero_grad()
        loss.mean().backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        steps.step()
        rate.step()
        if number % 20 == 0:
            sys.stderr.write(f"{number} of {len(plan)} batches, loss {float(loss.mean()):.3f}\n")


def _loss(example: Example, sentences: torch.Tensor, at_end: torch.Tensor) -> torch.Tensor:
    if example.is_pair:
        return nn.functional.binary_cross_entropy_with_logits(at_end[0], torch.tensor(float(example.at_end)))
    needed = torch.tensor(example.needed, dtype=torch.float32)
    of_sentences = nn.functional.binary_cross_entropy_with_logits(sentences, needed, reduction="sum")
    return of_sentences / SENTENCES_A_REPLY + nn.functional.cross_entropy(at_end, torch.tensor(example.at_end))


def _ends_of(example: Example, read: torch.Tensor) -> torch.Tensor:
    return read[[*example.ends, -1]]


@torch.no_grad()
def read(reader: TorchReader, every: Sequence[Example]) -> list[torch.Tensor]:
    """What the reader makes of the ends of each: shape (sentences + 1, 1536)."""
    found: list[torch.Tensor] = [torch.empty(0)] * len(every)
    for batch in batches(every, [reader.size(each.prompt) for each in every]):
        for place, own in zip(batch, reader.upper([every[place].prompt for place in batch]), strict=True):
            found[place] = _ends_of(every[place], own).clone()
    return found


def report(every: Sequence[Example], told: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> str:
    """What the readings are worth with brands that were not learned."""
    pairs = [(each.at_end, own[0]) for each, (_, own) in zip(every, told, strict=True) if each.is_pair]
    replies = [(each.needed, own) for each, (own, _) in zip(every, told, strict=True) if each.needed]
    answered = [(truth, own) for truth, own in replies if any(truth)]
    sentences = roc_auc_score(*(np.concatenate(each) for each in zip(*answered, strict=True)))
    first = np.mean([truth[int(own.argmax())] for truth, own in answered])
    needs_any = roc_auc_score([any(truth) for truth, _ in replies], [np.logaddexp.reduce(own) for _, own in replies])
    direct = [(each.at_end, softmax(own)) for each, (_, own) in zip(every, told, strict=True) if not each.is_pair]
    forms, chances = np.array([form for form, _ in direct]), np.array([own for _, own in direct])
    lines = [
        f"pairs: auroc {roc_auc_score(*zip(*pairs, strict=True)):.4f}; sentences: {sentences:.4f}, "
        f"likeliest sentence is needed {first:.3f}, whether any is {needs_any:.4f}"
    ]
    for place, form in enumerate(FORMS[:-1]):
        sure = [(least, chances[:, place] >= least) for least in (0.5, 0.7, 0.8, 0.9, 0.95)]
        shares = (
            f"from {least}: {np.mean(forms[own] == place) if own.any() else np.nan:.3f} right of {own.sum()}"
            for least, own in sure
        )
        lines.append(f"{form}: auroc {roc_auc_score(forms == place, chances[:, place]):.4f}; {', '.join(shares)}")
    decided = forms < FORMS.index(NEITHER)
    lines.append(f"yes or no {roc_auc_score(forms[decided] == 0, chances[decided, 0] - chances[decided, 1]):.4f}")
    return "\n".join(lines) + "\n"


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
    places = np.random.default_rng(SEED).permutation(len(own))[:BEGUN_WITH]
    first = [own[place] for place in places]
    readings = Readings(first, read(reader, first))
    learned = reader.adapt()
    learn(reader, own, readings, learned)
    if held:
        with torch.no_grad():
            told = [readings(each, at) for each, at in zip(held, read(reader, held), strict=True)]
        sys.stdout.write(report(held, [(one.numpy(), two.numpy()) for one, two in told]))
    np.savez_compressed(ADAPTERS, allow_pickle=False, **reader.adapters())
    readings.save()
    sys.stdout.write(f"{ADAPTERS.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
