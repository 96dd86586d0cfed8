"""Fit the reading of questions (triage/asking/asking.npz) on the training writers of eval/reading, and show how good.

Usage: python scripts/fit_asking.py [--check] [FOLDER]
One hidden layer over word vectors beside hashed features, trained on where each labelled question begins. Of messages
whose questions are labelled in other words only their number is known: a short first fit on the others says where they
are likeliest. More messages are put together from the questions of each writer (numbered, in a row, joined by a word,
upon a condition), so that rare forms are seen in other words too. Each group of writers is read by a model of the
others; on these readings the two thresholds are chosen. With ``--check`` nothing is written, and it exits 1 where the
shipped weights find another number of questions than the new ones in more than 8 % of the training messages. No test
writer is looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.triage import Kind
from replyassist.triage.asking.beginnings import beginnings
from replyassist.triage.asking.reader import (
    OF_FEATURES,
    PATH,
    QuestionReader,
    load_reader,
    save_reader,
)
from replyassist.triage.asking.tokens import PLACES
from replyassist_bench.asking_examples import Example, examples_of, located
from replyassist_bench.kinds import read_labelled
from replyassist_bench.put_together import put_together
from replyassist_bench.questions import measures_of

SOURCE = Path(__file__).resolve().parents[1] / "eval" / "reading"
NOT_TO_US = frozenset({Kind.TALK_TO_OTHERS, Kind.SPAM, Kind.OUR_OWN_WORDS, Kind.AUTOMATIC_MAIL, Kind.IRONY, Kind.ABUSE})
"""Kinds whose questions are labelled as none, though they look like some: nothing is learnt from them."""
UNITS, ROUNDS, FIRST_ROUNDS, BATCH = 32, 5, 2, 384
DROP_UNITS, DROP_INPUTS = 0.4, 0.3
DECAY, FASTEST, FASTEST_HASHED = 1e-4, 3e-3, 1e-2
GROUPS = 4
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05)
SPLIT_AT_MOST, SURELY_SPLIT_AT_MOST = 0.08, 0.04
"""Shares of single questions: a part of one is listed as another, and one that no template answers makes a doubt."""
DIFFERENT = 0.08


class Network(torch.nn.Module):
    """What ``QuestionReader`` computes, for fitting."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inputs = torch.nn.Dropout(DROP_INPUTS)
        self.hidden = torch.nn.Linear(width, UNITS)
        self.units = torch.nn.Dropout(DROP_UNITS)
        self.out = torch.nn.Linear(UNITS, 1)
        self.features = torch.nn.EmbeddingBag(PLACES, 1, mode="sum")
        torch.nn.init.zeros_(self.features.weight)

    def forward(self, rows: torch.Tensor, places: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        """Scores, shape (tokens,)."""
        seen = self.out(self.units(torch.relu(self.hidden(self.inputs(rows)))))[:, 0]
        return torch.as_tensor(seen + OF_FEATURES * self.features(places, starts)[:, 0])


def fit(examples: Sequence[Example], *, scale: float, encoder: str, rounds: int = ROUNDS) -> QuestionReader:
    """A reader of these, with any thresholds."""
    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    rows = torch.from_numpy(np.concatenate([example.rows for example in examples]))
    places = [each for example in examples for each in example.places]
    truth = torch.zeros(len(places))
    first = 0
    for example in examples:
        truth[[first + begin for begin in example.begins or ()]] = 1
        first += len(example.tokens)
    network = Network(rows.shape[1])
    seen = [*network.hidden.parameters(), *network.out.parameters()]
    groups = [
        {"params": seen, "weight_decay": DECAY},
        {"params": network.features.parameters(), "weight_decay": DECAY / 3},
    ]
    steps = np.ceil(len(places) / BATCH).astype(int)
    optimiser = torch.optim.Adam(groups, lr=FASTEST)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, [FASTEST, FASTEST_HASHED], total_steps=int(steps * rounds))
    for _ in range(rounds):
        for some in np.array_split(chance.permutation(len(places)), steps):
            counts = [len(places[at]) for at in some]
            starts = torch.from_numpy(np.cumsum([0, *counts[:-1]]))
            flat = torch.from_numpy(np.concatenate([places[at] for at in some]))
            at = torch.from_numpy(some)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(network(rows[at], flat, starts), truth[at])
            optimiser.zero_grad()
            torch.autograd.backward([loss])
            optimiser.step()
            pace.step()
    weights = {name: value.detach().numpy() for name, value in network.named_parameters()}
    return QuestionReader(
        hidden=weights["hidden.weight"].T,
        hidden_constant=weights["hidden.bias"],
        out=weights["out.weight"][0],
        features=weights["features.weight"][:, 0],
        constant=float(weights["out.bias"][0]),
        scale=scale,
        asks_from=0.0,
        sure_from=0.0,
        encoder=encoder,
    )


def to_learn_from(examples: Sequence[Example], *, scale: float) -> list[Example]:
    """Those that say something about where questions begin, with the beginnings that a first fit finds."""
    some = [each for each in examples if each.tokens]
    known = [each for each in some if each.begins is not None]
    first = fit(known, scale=scale, encoder="", rounds=FIRST_ROUNDS)
    return [*known, *located([each for each in some if each.begins is None], first)]


def chosen_thresholds(examples: Sequence[Example], likelihoods: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """The first that splits few enough single questions, and the first that surely splits few; each is printed."""
    labelled, asks_from = [each.labelled for each in examples], 0.0
    for threshold in THRESHOLDS:
        begun = [
            beginnings(each.tokens, likely, asks_from=asks_from or threshold)
            for each, likely in zip(examples, likelihoods, strict=True)
        ]
        found = [[""] * sum(value >= threshold for value in each.values()) for each in begun]
        figures = {key: value for key, value in measures_of(labelled, found).items() if isinstance(value, float)}
        sys.stdout.write(f"{threshold}: {figures}\n")
        if not asks_from and figures["single_split"] <= SPLIT_AT_MOST:
            asks_from = threshold
        if asks_from and figures["single_split"] <= SURELY_SPLIT_AT_MOST:
            return asks_from, threshold
    return asks_from or THRESHOLDS[-1], THRESHOLDS[-1]


def main() -> int:
    """Fit and write, or compare with what is shipped; the exit status."""
    encoder = SentenceTransformerEncoder(CHECKS.name)
    given = [Path(argument) for argument in sys.argv[1:] if argument != "--check"]
    every = read_labelled(given[0] if given else SOURCE, split="train")
    labelled = [one for one in every if one.kind not in NOT_TO_US]
    scale = 0.55  # the spread of the vectors of MiniLM's words
    real = examples_of(labelled, encoder, scale=scale)
    some = to_learn_from([*real, *examples_of(put_together(labelled), encoder, scale=scale)], scale=scale)
    fitted = fit(some, scale=scale, encoder=encoder.model_digest)
    if "--check" in sys.argv[1:]:
        return _check(load_reader(PATH), fitted, real)
    likelihoods: dict[str, NDArray[np.float64]] = {}
    for group in np.array_split(np.array(sorted({one.writer for one in labelled})), GROUPS):
        apart = fit([each for each in some if each.labelled.writer not in group], scale=scale, encoder="")
        own = [each for each in real if each.labelled.writer in group]
        likelihoods |= {each.labelled.id: apart.likelihoods(each.tokens, each.reading) for each in own}
    asks_from, sure_from = chosen_thresholds(real, [likelihoods[each.labelled.id] for each in real])
    save_reader(replace(fitted, asks_from=asks_from, sure_from=sure_from), PATH)
    sys.stdout.write(f"from {asks_from}, surely from {sure_from}; {PATH.stat().st_size} bytes\n")
    return 0


def _check(shipped: QuestionReader, fitted: QuestionReader, examples: Sequence[Example]) -> int:
    told = [
        [
            len(beginnings(each.tokens, reader.likelihoods(each.tokens, each.reading), asks_from=shipped.asks_from))
            for each in examples
        ]
        for reader in (shipped, fitted)
    ]
    differing = float(np.mean([one != other for one, other in zip(*told, strict=True)]))
    sys.stdout.write(f"the number of questions differs in {differing:.1%} of the messages\n")
    return 1 if differing > DIFFERENT else 0


if __name__ == "__main__":
    sys.exit(main())
