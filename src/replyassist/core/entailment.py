"""Natural language inference: whether a text says, leaves open or denies a statement. The port and the real adapter."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from .errors import ConfigurationError, EntailmentError
from .model_calls import load_cross_encoder, relations

SETTING = "REPLYASSIST_ENTAILMENT_MODEL"
LONGEST = 512
"""Word pieces of a pair, or fewer where the model takes no more: what these models are trained with."""
REMEMBERED = 4096  # pairs; a text is checked again with each edit, and most of its statements stay
TRIED_AGAIN_SECONDS = 300.0  # after a failure to load, which may take long (a network) and comes with every draft

Pair = tuple[str, str]
"""A premise and the statement that it is asked about."""

_SPELLINGS = {
    "entailment": "entailment",
    "entail": "entailment",
    "entails": "entailment",
    "entailed": "entailment",
    "neutral": "neutral",
    "contradiction": "contradiction",
    "contradict": "contradiction",
    "contradicts": "contradiction",
    "contradicted": "contradiction",
    "contradictory": "contradiction",
}
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EntailmentScores:
    """How likely the premise says, leaves open, and denies the statement: probabilities, which add up to 1."""

    entailment: float
    neutral: float
    contradiction: float


class Entailment(Protocol):
    """Judges statements against what they are to follow from."""

    @property
    def name(self) -> str:
        """The model's, as it is configured."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The languages that it reads (ISO 639-1); empty: whatever it is given."""
        ...

    def judge(self, pairs: Sequence[Pair]) -> list[EntailmentScores | None]:
        """One for each pair, in their order; None for a pair that is too long to be read whole.

        Raises EntailmentError where the model cannot be loaded or does not answer.
        """
        ...


class CrossEncoderEntailment:
    """A sentence-transformers CrossEncoder on the CPU, loaded at first use; one call at a time, in batches."""

    def __init__(
        self,
        model: str,
        *,
        languages: frozenset[str] = frozenset(),
        remembers: int = REMEMBERED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``model`` is a name or a path. Raises ConfigurationError for a folder of a model with other labels."""
        self._model, self._languages, self._remembers, self._clock = model, languages, remembers, clock
        self._turn = threading.Lock()
        self._loaded: _Loaded | None = None
        self._failure: tuple[float, str] | None = None
        self._remembered: OrderedDict[Pair, EntailmentScores | None] = OrderedDict()
        config = Path(model).expanduser() / "config.json"
        if config.is_file():
            _require_labels(_labels_in(config), model)

    @property
    def name(self) -> str:
        """As given."""
        return self._model

    @property
    def languages(self) -> frozenset[str]:
        """As given."""
        return self._languages

    def judge(self, pairs: Sequence[Pair]) -> list[EntailmentScores | None]:
        """One for each pair, in their order; only those that were not judged lately reach the model.

        Raises EntailmentError; after a failure to load at once, until it is time to try again.
        """
        with self._turn:
            known = {pair: self._remembered[pair] for pair in pairs if pair in self._remembered}
            missing = list(dict.fromkeys(pair for pair in pairs if pair not in known))
            if missing:
                known |= self._judged(missing)
            for pair in known:
                self._remembered[pair] = known[pair]
                self._remembered.move_to_end(pair)
            while len(self._remembered) > self._remembers:
                self._remembered.popitem(last=False)
        return [known[pair] for pair in pairs]

    def _judged(self, pairs: list[Pair]) -> dict[Pair, EntailmentScores | None]:
        loaded = self._load()
        try:
            short = loaded.short_enough(pairs)
            rows = list(relations(loaded.model, short)) if short else []
        except Exception as error:
            logger.warning("%s: '%s' did not answer (%s)", SETTING, self._model, type(error).__name__)
            raise EntailmentError(f"{SETTING}: '{self._model}' did not answer: {type(error).__name__}") from error
        judged: dict[Pair, EntailmentScores | None] = dict.fromkeys(pairs)
        for pair, row in zip(short, rows, strict=True):
            scores = {label: float(row[place]) for place, label in loaded.labels.items()}
            if not all(0 <= score <= 1 for score in scores.values()):  # a number that is none, too
                raise EntailmentError(f"{SETTING}: '{self._model}' answers with no probabilities")
            judged[pair] = EntailmentScores(**scores)
        return judged

    def _load(self) -> _Loaded:
        if self._loaded is not None:
            return self._loaded
        if self._failure is not None and self._clock() < self._failure[0]:
            raise EntailmentError(self._failure[1])
        try:
            model = load_cross_encoder(_source(self._model))
            labels = _require_labels(getattr(model.config, "id2label", None) or {}, self._model)
        except Exception as error:
            why = error.detail if isinstance(error, ConfigurationError) else f"{type(error).__name__}: {error}"
            named = why if SETTING in why else f"{SETTING}: '{self._model}' cannot be loaded: {why}"
            logger.warning("%s; drafts are checked without it", named)
            self._failure = (self._clock() + TRIED_AGAIN_SECONDS, named)
            raise EntailmentError(named) from error
        self._loaded, self._failure = _Loaded(model, labels), None
        return self._loaded


@dataclass(frozen=True)
class _Loaded:
    """``labels``: which place of the model's answer is which field of ``EntailmentScores``."""

    model: Any
    labels: Mapping[int, str]

    def short_enough(self, pairs: list[Pair]) -> list[Pair]:
        """Those of which nothing would be cut off."""
        longest = min(LONGEST, self.model.max_seq_length or LONGEST)
        premises, statements = zip(*pairs, strict=True)
        read = self.model.tokenizer(list(premises), list(statements), truncation=False, verbose=False)["input_ids"]
        return [pair for pair, pieces in zip(pairs, read, strict=True) if len(pieces) <= longest]


def _source(model: str) -> str:
    """The folder of a path, or a name as it is; raise ConfigurationError for a path where no folder is."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return str(folder)
    if folder.is_absolute() or model.startswith("."):
        raise ConfigurationError(f"{SETTING}: there is no folder {model}")
    return model


def _labels_in(config: Path) -> Mapping[str, str]:
    try:
        return json.loads(config.read_text(encoding="utf-8")).get("id2label") or {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{SETTING}: {config} cannot be read ({type(error).__name__})") from error


def _require_labels(id2label: Mapping[Any, str], model: str) -> dict[int, str]:
    """The place of each label; raise ConfigurationError unless they are the three of natural language inference."""
    found = {int(place): _SPELLINGS.get(label.strip().casefold(), "") for place, label in id2label.items()}
    if sorted(found.values()) != ["contradiction", "entailment", "neutral"]:
        given = ", ".join(map(str, id2label.values())) or "none"
        raise ConfigurationError(
            f"{SETTING}: '{model}' does not judge entailment: its labels (id2label in config.json) are {given}, "
            "not entailment, neutral and contradiction"
        )
    return found
