"""Fit the reading of questions (triage/asking/asking.npz) on the training writers of eval/reading, and show how good.

Usage: python scripts/fit_asking.py [--check] [FOLDER]
One hidden layer over word vectors beside hashed features, trained on where each labelled question begins. Of messages
whose questions are labelled in other words only their number is known: a first fit on the others says where they are
likeliest. More messages are put together from the questions of each writer (numbered, in a row, joined by a word), so
that forms that are rare are seen in other words too. Each group of writers is read by a model of the others; on these
readings the threshold is chosen. With ``--check`` nothing is written, and it exits 1 where the shipped weights find
another number of questions than the new ones in more than 8 % of the training messages. No test writer is looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from replyassist.benchmarks.kinds import Labelled, read_labelled
from replyassist.benchmarks.questions import measures_of
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.words import Reading
from replyassist.inbox.inbound import Inbound
from replyassist.inbox.readable import readable
from replyassist.triage import Kind
from replyassist.triage.asking.reader import (
    OF_FEATURES,
    PATH,
    REACH,
    QuestionReader,
    beginnings,
    load_reader,
    vectors_of,
)
from replyassist.triage.asking.tokens import PLACES, Token, places_of, tokens_of

SOURCE = Path(__file__).resolve().parents[1] / "eval" / "reading"
NOT_TO_US = frozenset({Kind.TALK_TO_OTHERS, Kind.SPAM, Kind.OUR_OWN_WORDS, Kind.AUTOMATIC_MAIL, Kind.IRONY, Kind.ABUSE})
"""Kinds whose questions are labelled as none, though they look like some: nothing is learnt from them."""
UNITS, ROUNDS, BATCH = 32, 5, 256
DROP_UNITS, DROP_INPUTS = 0.4, 0.3
DECAY, FASTEST, FASTEST_HASHED = 1e-4, 3e-3, 1e-2
GROUPS = 4
THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
SPLIT_AT_MOST = 0.08  # of single questions: each such draft gets a doubt that it does not deserve
PUT_TOGETHER = 90  # messages of each writer
FEWEST_WORDS, MOST_WORDS = 2, 18  # of a question that is put together with others
HOW_MANY = (2, 2, 2, 3, 3, 4)
SHORT, TELLS_FIRST = 90, 0.35  # characters of what may be told first, and how often that is
BARE = 0.6  # share of questions that lose their mark
FORMS = ("1) ", "1. ", "(1) ", "1\ufe0f\u20e3 ", "first ", "First: ", "- ", "\n", ", ", ", ", " and ", " & ", " ", "? ")
ORDINALS = {"first ": ("first ", "second ", "third ", "and "), "First: ": ("First: ", "Second: ", "Third: ", "And: ")}
LAST = (", ", " and ", " and also ", ". Also, ", " also ")
DIFFERENT = 0.08
AT_ONCE = 128  # texts


@dataclass(frozen=True)
class Example:
    """A message with its tokens as they are seen; ``begins``: where its questions begin, None where that is unknown."""

    labelled: Labelled
    tokens: list[Token]
    reading: Reading
    rows: NDArray[np.float32]
    places: list[NDArray[np.intp]]
    begins: tuple[int, ...] | None


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


def begins_of(text: str, tokens: Sequence[Token], questions: Sequence[str]) -> tuple[int, ...] | None:
    """The token at which each question begins, past what joins it to the one before; None where one is no part."""
    found, after = set(), 0
    for question in map(readable, questions):
        at = text.find(question, after)
        at = text.find(question) if at < 0 else at
        if at < 0 or not question:
            return None
        after, end = at + 1, at + len(question)
        place = next((number for number, token in enumerate(tokens) if token.end > at), None)
        if place is None:
            return None
        while place + 1 < len(tokens) and tokens[place].is_between and tokens[place + 1].end <= end:
            place += 1
        found.add(place)
    return tuple(sorted(found))


def put_together(labelled: Sequence[Labelled]) -> list[Labelled]:
    """Messages that ask two to four questions of one writer, in the forms in which people put questions together."""
    chance, made = np.random.default_rng(5), list[Labelled]()
    for writer in sorted({one.writer for one in labelled}):
        own = [one for one in labelled if one.writer == writer]
        asked = [
            readable(question)
            for one in own
            for question in one.questions
            if question in one.message.text and FEWEST_WORDS <= len(question.split()) <= MOST_WORDS
        ]
        told = [one.message.text for one in own if not one.questions and len(one.message.text) < SHORT]
        for number in range(PUT_TOGETHER if len(asked) > max(HOW_MANY) else 0):
            count = HOW_MANY[chance.integers(len(HOW_MANY))]
            chosen = [asked[place] for place in chance.choice(len(asked), count, replace=False)]
            text = _in_a_form(chosen, chance)
            if told and chance.random() < TELLS_FIRST:
                text = str(chance.choice(told)) + str(chance.choice([" ", ". ", "\n", ", "])) + text
            message = Inbound(readable(text), "web_chat", "private")
            made.append(Labelled(f"{writer}+{number}", writer, message, Kind.QUESTION, questions=tuple(chosen)))
    return made


def _in_a_form(asked: Sequence[str], chance: np.random.Generator) -> str:
    """The questions numbered, in words or figures, or joined; some without the mark at their end."""
    bare = [question.rstrip(" ?.!,") if chance.random() < BARE else question for question in asked]
    form = str(chance.choice(FORMS))
    if form in ORDINALS:
        between = [str(chance.choice([". ", ", ", " "])) for _ in bare]
        return "".join(
            f"{mark if number else ''}{ORDINALS[form][number]}{question}"
            for number, (mark, question) in enumerate(zip(between, bare, strict=True))
        )
    if "1" in form or form == "- ":
        between = ["\n" if form == "- " else str(chance.choice([" ", "\n", ", "])) for _ in bare]
        return "".join(
            f"{mark if number else ''}{form.replace('1', str(number + 1))}{question}"
            for number, (mark, question) in enumerate(zip(between, bare, strict=True))
        )
    last = str(chance.choice(LAST)) if form == ", " else form
    return form.join(bare[:-1]) + last + bare[-1]


def examples_of(labelled: Sequence[Labelled], encoder: SentenceTransformerEncoder, *, scale: float) -> list[Example]:
    """Each message as it is seen; the encoder reads some at once."""
    made = []
    for start in range(0, len(labelled), AT_ONCE):
        some = labelled[start : start + AT_ONCE]
        for one, reading in zip(some, encoder.read([each.message.text or " " for each in some]), strict=True):
            tokens = tokens_of(one.message.text)
            begins = begins_of(one.message.text, tokens, one.questions)
            rows = vectors_of(tokens, reading, scale=scale)
            made.append(Example(one, tokens, reading, rows, places_of(tokens), begins))
    return made


def fit(examples: Sequence[Example], *, scale: float, encoder: str) -> QuestionReader:
    """A reader of these, with any threshold."""
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
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, [FASTEST, FASTEST_HASHED], total_steps=int(steps * ROUNDS))
    for _ in range(ROUNDS):
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
        encoder=encoder,
    )


def located(examples: Sequence[Example], reader: QuestionReader) -> list[Example]:
    """Those whose questions are labelled in other words, each with as many beginnings, where they are likeliest."""
    found = []
    for example in examples:
        wanted = len(example.labelled.questions)
        left, begins = reader.likelihoods(example.tokens, example.reading).copy(), list[int]()
        while len(begins) < wanted and left.size and left.max() > 0.01:
            at = int(left.argmax())
            begins.append(at)
            left[max(0, at - REACH) : at + REACH + 1] = 0
        if len(begins) == wanted:
            found.append(replace(example, begins=tuple(sorted(begins))))
    return found


def fit_all(examples: Sequence[Example], *, scale: float, encoder: str) -> QuestionReader:
    """A reader of all that can be learnt from."""
    some = [each for each in examples if each.tokens and each.labelled.kind not in NOT_TO_US]
    known = [each for each in some if each.begins is not None]
    first = fit(known, scale=scale, encoder=encoder)
    return fit([*known, *located([each for each in some if each.begins is None], first)], scale=scale, encoder=encoder)


def save(reader: QuestionReader, path: Path) -> None:
    """Write it in half precision."""
    np.savez_compressed(
        path,
        hidden=reader.hidden.astype(np.float16),
        hidden_constant=reader.hidden_constant,
        out=reader.out,
        features=reader.features.astype(np.float16),
        constant=np.float64(reader.constant),
        scale=np.float64(reader.scale),
        asks_from=np.float64(reader.asks_from),
        encoder=np.array(reader.encoder),
    )


def chosen_threshold(labelled: Sequence[Labelled], likelihoods: Sequence[NDArray[np.float64]]) -> float:
    """The one that sees most of several questions of those that split few single ones; what each does is printed."""
    best = (-1.0, THRESHOLDS[-1])
    for threshold in THRESHOLDS:
        found = [[""] * len(beginnings(each, asks_from=threshold)) for each in likelihoods]
        figures = {key: value for key, value in measures_of(labelled, found).items() if isinstance(value, float)}
        sys.stdout.write(f"{threshold}: {figures}\n")
        if figures["single_split"] <= SPLIT_AT_MOST:
            best = max(best, (figures["several_seen"], threshold))
    return best[1]


def main() -> int:
    """Fit and write, or compare with what is shipped; the exit status."""
    torch.set_num_threads(1)
    encoder = SentenceTransformerEncoder(CHECKS.name)
    given = [Path(argument) for argument in sys.argv[1:] if argument != "--check"]
    labelled = read_labelled(given[0] if given else SOURCE, split="train")
    scale = 0.55  # the spread of the vectors of MiniLM's words
    real = examples_of(labelled, encoder, scale=scale)
    more = examples_of(put_together(labelled), encoder, scale=scale)
    digest = encoder.model_digest
    if "--check" in sys.argv[1:]:
        shipped = load_reader(PATH)
        fitted = replace(fit_all([*real, *more], scale=scale, encoder=digest), asks_from=shipped.asks_from)
        return _check(shipped, fitted, real)
    likelihoods: dict[str, NDArray[np.float64]] = {}
    for group in np.array_split(np.array(sorted({one.writer for one in labelled})), GROUPS):
        apart = fit_all([each for each in [*real, *more] if each.labelled.writer not in group], scale=scale, encoder="")
        own = [each for each in real if each.labelled.writer in group]
        likelihoods |= {each.labelled.id: apart.likelihoods(each.tokens, each.reading) for each in own}
    threshold = chosen_threshold(labelled, [likelihoods[one.id] for one in labelled])
    save(replace(fit_all([*real, *more], scale=scale, encoder=digest), asks_from=threshold), PATH)
    sys.stdout.write(f"from {threshold}; {PATH.stat().st_size} bytes\n")
    return 0


def _check(shipped: QuestionReader, fitted: QuestionReader, examples: Sequence[Example]) -> int:
    told = [
        [
            len(beginnings(reader.likelihoods(each.tokens, each.reading), asks_from=reader.asks_from))
            for each in examples
        ]
        for reader in (shipped, fitted)
    ]
    differing = float(np.mean([one != other for one, other in zip(*told, strict=True)]))
    sys.stdout.write(f"the number of questions differs in {differing:.1%} of the messages\n")
    return 1 if differing > DIFFERENT else 0


if __name__ == "__main__":
    sys.exit(main())
