"""How well the kind of a message is read, and what follows from it, on labelled messages of writers apart."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ValidationError
from pydantic.types import StringConstraints
from sklearn.metrics import confusion_matrix, f1_score

from replyassist.core.errors import InvalidInput
from replyassist.core.words import ReadingEncoder
from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.readable import readable
from replyassist.triage import Kind, MessageReading, Route, Triage, triage
from replyassist.triage.kinds import ASKED_OF_US, BLAME
from replyassist.triage.reader import shipped_reader
from replyassist.triage.risks import risk_languages, topics
from replyassist.triage.routes import routes

MOST_LINES = 5_000
WORST = 10
LANGUAGES = tuple(sorted(risk_languages()))
QUICK_MESSAGES = 20
Split = Literal["train", "test"]


class _Line(BaseModel, frozen=True, extra="forbid"):
    id: str
    brand: str
    split: Split
    channel: str
    visibility: Literal["public", "private"]
    parent_text: str | None
    text: Annotated[str, StringConstraints(max_length=5_000)]
    kind: Kind
    sentiment: float
    questions: tuple[str, ...]
    risks: tuple[str, ...]
    urgency: Literal["high", "normal", "low"] | None = None


@dataclass(frozen=True)
class Labelled:
    """A message as triage reads it, what it is, and who wrote it.

    ``sentiment`` is -1 (furious) to 1 (delighted); ``questions`` are what it asks, word for word or in other words.
    """

    id: str
    writer: str
    message: InboundMessage
    kind: Kind
    sentiment: float = 0.0
    risks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def read_labelled(folder: Path, *, split: Split) -> list[Labelled]:
    """The messages of a split of ``eval/reading``. Raise InvalidInput naming file and line of what is no message."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines()[:MOST_LINES], start=1):
            try:
                line = _Line.model_validate_json(text)
            except ValidationError as error:
                field = ".".join(map(str, error.errors()[0]["loc"]))
                raise InvalidInput(error.errors()[0]["msg"], file=str(path), line=number, field=field) from error
            if line.split == split:
                message = InboundMessage(
                    readable(line.text), line.channel, line.visibility, parent_text=line.parent_text
                )
                about = (line.kind, line.sentiment, line.risks, line.questions)
                found.append(Labelled(line.id, path.stem, message, *about))
    if not found:
        raise InvalidInput(f"no messages of the split '{split}'", file=str(folder))
    return found


def measure_shipped(labelled: Sequence[Labelled], encoder: ReadingEncoder, *, digest: str) -> dict[str, Any]:
    """The figures of the reader that travels with the program, with its median time beside the embedding.

    Raise InvalidInput for an encoder (of this digest) that it was not fitted to.
    """
    reader = shipped_reader()
    if digest not in reader.layers:
        raise InvalidInput("the reading of messages was not fitted to this encoder")
    found, spent = [], []
    for one, told in zip(labelled, encoder.read([each.message.text for each in labelled]), strict=True):
        assert told.depths is not None
        started = time.perf_counter()
        found.append(reader.read(one.message, told.depths, encoder=digest))
        spent.append((time.perf_counter() - started) * 1000)
    return measures_of(labelled, found) | {"milliseconds_p50": round(statistics.median(spent), 2)}


def measures_of(labelled: Sequence[Labelled], read: Sequence[MessageReading]) -> dict[str, Any]:
    """How often the kind is right, and what triage makes of each message with these readings.

    ``own_case_ready`` and ``others_ready`` are the shares that are drafted for without a doubt about their kind,
    whatever the template; ``asked_doubted`` is that of questions and requests that get a doubt they do not deserve,
    ``asked_put_last`` that of those that get no draft. ``grave_recall`` are the messages with a grave risk that
    go to a person at once, ``false_escalation_rate`` those without one that do.
    """
    truth, told = [one.kind.value for one in labelled], [reading.kind.value for reading in read]
    names = [kind.value for kind in Kind]
    triaged = [
        triage(one.message.text, reading=reading, is_public=one.message.visibility == "public", languages=LANGUAGES)
        for one, reading in zip(labelled, read, strict=True)
    ]
    both = list(zip(labelled, triaged, strict=True))
    asked = [found for one, found in both if one.kind in ASKED_OF_US]
    own = [found for one, found in both if one.kind is Kind.OWN_CASE]
    others = [found for one, found in both if one.kind is Kind.TALK_TO_OTHERS]
    blame = [found for one, found in both if one.kind in BLAME]
    grave = [found for one, found in both if _is_grave(one)]
    harmless = [found for one, found in both if not _is_grave(one)]
    return {
        "messages": len(labelled),
        "macro_f1": round(float(f1_score(truth, told, labels=names, average="macro", zero_division=0)), 3),
        "accuracy": _share([a == b for a, b in zip(truth, told, strict=True)]),
        "questions_swallowed": _share([found.route is Route.NO_REPLY for found in asked]),
        "asked_put_last": _share([found.route in (Route.NO_REPLY, Route.REVIEW) for found in asked]),
        "asked_doubted": _share([_has_doubt(found) for found in asked]),
        "own_case_ready": _share([_goes_undoubted(found) for found in own]),
        "others_drafted": _share([found.route is Route.DRAFT for found in others]),
        "others_ready": _share([_goes_undoubted(found) for found in others]),
        "irony_thanked": _share([found.is_plain_praise for found in blame]),
        "praise_thanked": _share([found.is_plain_praise for one, found in both if one.kind is Kind.PRAISE]),
        "crisis_recall": _share([found.route is Route.ESCALATE for one, found in both if one.kind is Kind.CRISIS]),
        "grave_recall": _share([found.route is Route.ESCALATE for found in grave]),
        "grave_seen": _share([found.is_high_risk for found in grave]),
        "false_escalation_rate": _share([any(risk.escalates for risk in found.risks) for found in harmless]),
        "label_pearson": round(
            float(np.corrcoef([one.sentiment for one in labelled], [reading.sentiment for reading in read])[0, 1]), 3
        ),
        "f1_by_kind": dict(
            zip(names, _rounded(f1_score(truth, told, labels=names, average=None, zero_division=0)), strict=True)
        ),
        "confusion": {
            name: dict(zip(names, row, strict=True))
            for name, row in zip(names, confusion_matrix(truth, told, labels=names).tolist(), strict=True)
        },
        "worst": [
            _error(one, reading)
            for one, reading in sorted(
                zip(labelled, read, strict=True), key=lambda pair: pair[1].probabilities[pair[0].kind]
            )[:WORST]
        ],
    }


def _is_grave(one: Labelled) -> bool:
    return any(topic.is_in(one.kind, one.risks) for topic in topics().values() if topic.escalates)


def _has_doubt(found: Triage) -> bool:
    watched = any(risk.is_watched for risk in found.risks)
    return watched or (found.reading is not None and any(routes().doubts_of(found.reading)))


def _goes_undoubted(found: Triage) -> bool:
    return found.route is Route.DRAFT and not _has_doubt(found)


def _error(one: Labelled, reading: MessageReading) -> dict[str, Any]:
    return {
        "id": one.id,
        "text": one.message.text[:200],
        "is": one.kind.value,
        "read_as": reading.kind.value,
        "probability": reading.probability,
        "nearest": reading.nearest.text[:200] if reading.nearest else "",
    }


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 3) if found else 0.0


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 3) for value in values]
