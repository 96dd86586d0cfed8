"""Reads what a message is for the brand, with the weights that travel with the program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Encoder, Vectors
from replyassist.core.words import Reading
from replyassist.inbox.inbound import InboundMessage

from .corrections import Correction, Corrections, MessageFeatures
from .kinds import Kind
from .measures import layers_row, shape_of, words_row
from .message_reading import Example, MessageReading

PATH = Path(str(files("replyassist.triage"))) / "reader.npz"
DECIMALS = 3
LIKENESS_LAYER = 2  # of ``core.words.DEPTHS``: two thirds down, where topic and tone are both told
_OF_AN_ENCODER = ("mean", "spread", "weights", "constant", "share_of_words", "basis", "examples")


@dataclass(frozen=True)
class Layers:
    """What was fitted to the layers of one encoder; a head is a kind, a risk or, the last, the sentiment.

    ``mean`` and ``spread`` (layers, width), ``weights`` (row, heads), ``constant`` and ``share_of_words`` (heads,): how
    much the words' score counts. ``basis`` (width, few) and ``examples`` (examples, few): labelled messages to show.
    """

    mean: Vectors
    spread: Vectors
    weights: Vectors
    constant: Vectors
    share_of_words: Vectors
    basis: Vectors
    examples: Vectors

    def direction(self, depths: Vectors) -> Vectors:
        """The layer by which messages are alike, standardised: unit length, shape (width,)."""
        return _unit((depths[LIKENESS_LAYER] - self.mean[LIKENESS_LAYER]) / self.spread[LIKENESS_LAYER])

    def place(self, depths: Vectors) -> Vectors:
        """Where a message stands among the examples: unit length, shape (few,)."""
        return _unit(self.direction(depths) @ self.basis)


@dataclass(frozen=True)
class MessageReader:
    """Linear heads over the layers of an encoder, the shape of a message, and its words (``measures.py``).

    ``words`` has shape (places, heads) and is of no encoder; ``layers`` are by the digest of the encoder's model.
    ``texts`` and ``kinds_of_texts`` are the examples.
    """

    kinds: tuple[Kind, ...]
    risks: tuple[str, ...]
    rarity: Vectors
    words: Vectors
    layers: Mapping[str, Layers]
    texts: tuple[str, ...]
    kinds_of_texts: NDArray[np.intp]
    digest: str

    def read(
        self, message: InboundMessage, depths: Vectors, *, encoder: str, corrections: Corrections | None = None
    ) -> MessageReading:
        """What a message, as triage reads it, is; ``depths`` are those of its text by the encoder of this digest.

        ``corrections`` change the kinds and nothing else: no risk is lowered by one.
        Raise KeyError where nothing was fitted to this encoder, ValueError for another encoder's corrections.
        """
        layers = self.layers[encoder]
        scores = self.scores(message, depths, layers)
        kinds = len(self.kinds)
        own = None
        of_kinds = scores[:kinds]
        if corrections is not None:
            if corrections.encoder != encoder:
                raise ValueError("these corrections are as another encoder sees them")
            likeness = self._likeness(message, depths, layers)
            of_kinds = corrections.apply(of_kinds, likeness)
            own = corrections.nearest(self.kinds[int(of_kinds.argmax())], likeness)
        likely = _softmax(of_kinds)
        risks = 1 / (1 + np.exp(-scores[kinds:-1]))
        return MessageReading(
            probabilities=_told(self.kinds, likely),
            risks=_told(self.risks, risks),
            sentiment=_rounded(float(np.clip(scores[-1], -1, 1))),
            nearest=self._nearest(layers, depths, int(likely.argmax()), own),
            digest=self.digest,
        )

    def read_with(
        self, message: InboundMessage, told: Reading, *, encoder: str, corrections: Corrections | None = None
    ) -> MessageReading | None:
        """As ``read``, of what the encoder told; None where nothing was fitted to it, or it tells no depths."""
        if encoder not in self.layers or told.depths is None:
            return None
        return self.read(message, told.depths, encoder=encoder, corrections=corrections)

    def fitting(self, first: Encoder, second: Encoder) -> Encoder:
        """Of two encoders that by which messages are read: the first where the weights were fitted to it."""
        return first if first.model_digest in self.layers else second

    def correction(
        self, message: InboundMessage, told: Reading, *, encoder: str, kind: Kind, shown: str
    ) -> Correction | None:
        """That a message, as triage reads it, is of this kind; ``shown`` is its text for people. None as ``read_with``.

        Raise ValueError for a kind that the weights do not know.
        """
        if encoder not in self.layers or told.depths is None:
            return None
        layers = self.layers[encoder]
        residual = -_softmax(self.scores(message, told.depths, layers)[: len(self.kinds)])
        residual[self.kinds.index(kind)] += 1
        return Correction(shown, kind, self._likeness(message, told.depths, layers), residual)

    def scores(self, message: InboundMessage, depths: Vectors, layers: Layers) -> Vectors:
        """The score of each head, shape (heads,): of kinds a softmax makes probabilities, of risks a sigmoid."""
        row = np.concatenate([layers_row(depths, layers.mean, layers.spread), shape_of(message)])
        places, values = words_row(message.text, self.rarity)
        of_words = values @ self.words[places]
        return np.asarray(row @ layers.weights + layers.constant + of_words * layers.share_of_words)

    def _likeness(self, message: InboundMessage, depths: Vectors, layers: Layers) -> MessageFeatures:
        return MessageFeatures.of(
            message.text, rarity=self.rarity, vector=layers.direction(depths), place=layers.place(depths)
        )

    def _nearest(
        self, layers: Layers, depths: Vectors, kind: int, own: tuple[Correction, float] | None
    ) -> Example | None:
        """The brand's ``own`` example of this kind where no shipped one is nearer."""
        found = [Example(text=own[0].text, kind=own[0].kind, likeness=_rounded(own[1]), is_own=True)] if own else []
        alike = np.flatnonzero(self.kinds_of_texts == kind)
        if len(alike):
            likeness = layers.examples[alike] @ layers.place(depths)
            best = int(likeness.argmax())
            text = self.texts[alike[best]]
            found.append(Example(text=text, kind=self.kinds[kind], likeness=_rounded(float(likeness[best]))))
        return max(found, key=lambda example: example.likeness, default=None)


@cache
def shipped_reader() -> MessageReader:
    """The one fitted by ``scripts/fit_reading.py``."""
    return load_reader(PATH)


def load_reader(path: Path) -> MessageReader:
    """What ``save_reader`` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        encoders = kept["encoders"].tolist()
        return MessageReader(
            kinds=tuple(Kind(name) for name in kept["kinds"].tolist()),
            risks=tuple(kept["risks"].tolist()),
            rarity=kept["rarity"].astype(np.float32),
            words=kept["words"].astype(np.float32),
            layers={encoder: _layers(kept, number) for number, encoder in enumerate(encoders)},
            texts=tuple(bytes(kept["texts"]).decode("utf-8").split("\0")),
            kinds_of_texts=kept["kinds_of_texts"].astype(np.intp),
            digest=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        )


def save_reader(reader: MessageReader, path: Path) -> None:
    """Write it in half precision."""
    parts: dict[str, Any] = {
        f"{name}_{number}": getattr(layers, name).astype(np.float16)
        for number, layers in enumerate(reader.layers.values())
        for name in _OF_AN_ENCODER
    }
    np.savez_compressed(
        path,
        kinds=np.array([kind.value for kind in reader.kinds]),
        risks=np.array(reader.risks),
        rarity=reader.rarity.astype(np.float16),
        words=reader.words.astype(np.float16),
        encoders=np.array(list(reader.layers)),
        texts=np.frombuffer("\0".join(reader.texts).encode("utf-8"), np.uint8),
        kinds_of_texts=reader.kinds_of_texts.astype(np.int8),
        **parts,
    )


def _layers(kept: Any, number: int) -> Layers:
    return Layers(*(kept[f"{name}_{number}"].astype(np.float32) for name in _OF_AN_ENCODER))


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / (float(np.linalg.norm(vector)) or 1.0))


def _softmax(scores: Vectors) -> Vectors:
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())


def _rounded(value: float) -> float:
    return round(value, DECIMALS)


def _told(names: tuple[Any, ...], values: NDArray[Any]) -> dict[Any, float]:
    return {name: _rounded(value) for name, value in zip(names, values.tolist(), strict=True)}
