"""Chooses how alike messages must be to be put on one card of the queue: ``python scripts/fit_alike.py``.

``eval/alike`` has, for each template, several questions in several wordings. For each threshold the messages arrive in
ten random orders and are put together by the rule of ``review/clusters.py``. The lowest at which at least WANTED of the
pairs that stand on one card ask the same is chosen on ``train``; ``test`` is only measured.
"""

from __future__ import annotations

import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np

from replyassist.core.embedding import SentenceTransformerEncoder, Vectors
from replyassist.core.encoders import CHECKS
from replyassist.inbox.readable import readable
from replyassist.review.clusters import ALIKE, differ, likeness

WANTED = 0.9
GRID = tuple(round(0.70 + 0.02 * step, 2) for step in range(12))
ORDERS = 10
CASES = Path(__file__).resolve().parents[1] / "eval" / "alike"
Message = tuple[str, str, str]
"""Template, question and text."""


def main() -> None:
    """Print, for each half and threshold, how many pairs stand on one card rightly, and how many that should do."""
    encoder = SentenceTransformerEncoder(CHECKS.name)
    for half in ("train", "test"):
        messages = _messages(half)
        vectors = encoder.encode([text for _, _, text in messages])
        fits = []
        for least in GRID:
            right, found = _measured(messages, vectors, least)
            sys.stdout.write(f"{half} {least:.2f}: {right:.3f} of the pairs ask the same, {found:.3f} found\n")
            fits += [least] if right >= WANTED else []
        sys.stdout.write(f"{half}: the lowest with {WANTED} is {min(fits, default=None)}; in use: {ALIKE}\n")


def _messages(half: str) -> list[Message]:
    lines = [json.loads(line) for line in (CASES / f"{half}.jsonl").read_text("utf-8").splitlines()]
    return [(line["template"], line["question"], readable(text)) for line in lines for text in line["texts"]]


def _measured(messages: list[Message], vectors: Vectors, least: float) -> tuple[float, float]:
    """Of the pairs on one card the share that asks the same; of those that ask the same the share on one card."""
    together = right = same = 0
    for seed in range(ORDERS):
        card = _cards(messages, vectors, least, seed)
        for one, other in combinations(range(len(messages)), 2):
            if messages[one][0] != messages[other][0]:
                continue
            is_same = messages[one][1] == messages[other][1]
            same += is_same
            together += card[one] == card[other]
            right += is_same and card[one] == card[other]
    return right / max(1, together), right / same


def _cards(messages: list[Message], vectors: Vectors, least: float, seed: int) -> dict[int, int]:
    """The card of each message; they arrive one after the other."""
    order = list(range(len(messages)))
    np.random.default_rng(seed).shuffle(order)
    cards: list[list[int]] = []
    for new in order:
        near = [
            (likeness(np.stack([vectors[each] for each in card]), vectors[new]), card)
            for card in cards
            if messages[card[0]][0] == messages[new][0] and not differ(messages[card[0]][2], messages[new][2])
        ]
        how_like, card = max(near, key=lambda each: each[0], default=(0.0, []))
        if how_like >= least:
            card.append(new)
        else:
            cards.append([new])
    return {each: place for place, card in enumerate(cards) for each in card}


if __name__ == "__main__":
    main()
