"""How well personal data is found, beside textbook regular expressions on the same texts."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.statistics import proportion_interval
from replyassist.privacy import PersonalDataKind, find

FILE = "presidio_pii.jsonl"
QUICK_TEXTS = 60
Half = Literal["dev", "test"]

_TYPES = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "DOMAIN_NAME": "url",
    "STREET_ADDRESS": "address",
    "PERSON": "person",
    "US_SSN": "national_id",
    "US_DRIVER_LICENSE": "national_id",
}
"""The data's labels that are a person's; it also labels places, firms, dates, ages, titles and peoples."""

_KINDS = {
    PersonalDataKind.EMAIL: "email",
    PersonalDataKind.PHONE: "phone",
    PersonalDataKind.CARD: "card",
    PersonalDataKind.IBAN: "iban",
    PersonalDataKind.IP: "ip",
    PersonalDataKind.URL: "url",
    PersonalDataKind.ADDRESS: "address",
    PersonalDataKind.NAME: "person",
    PersonalDataKind.NATIONAL_ID: "national_id",
}
TYPES = tuple(dict.fromkeys(_TYPES.values()))

_TEXTBOOK = {
    "email": re.compile(r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b"),
    "url": re.compile(r"https?://\S+"),
    "iban": re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"),
    "ip": re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
    "card": re.compile(r"\b(?:\d[ -]?){13,16}\b"),
    "national_id": re.compile(r"\b\d{3}-\d{2}-\d{4}\b"),
    "phone": re.compile(r"\+?\d{1,3}?[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b"),
    "address": re.compile(r"\b\d+ (?:[A-Z]\w+ )+(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd)\b"),
    "person": re.compile(r"\b(?:Mr|Mrs|Ms|Dr)\.? [A-Z]\w+\b|\b[A-Z][a-z]+ [A-Z][a-z]+\b"),
}
"""What a first answer to "regex for ..." gives, in the order in which each takes its places."""


@dataclass(frozen=True, slots=True)
class Place:
    """``text[start:end]`` is of this type."""

    type: str
    start: int
    end: int

    def overlaps(self, other: Place) -> bool:
        """Whether both are of one type and share a character."""
        return self.type == other.type and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with every place that somebody labelled as one of our types."""

    text: str
    places: tuple[Place, ...]


def read_texts(folder: Path, *, half: Half) -> list[LabelledText]:
    """The texts of one half: those made from templates with an even number to tune on, with an odd one to report.

    The rules were tuned on the first half and on the example numbers of ``phonenumbers``; of the other, figures were
    looked at four times, and some labels before the halves were drawn. No template is in both; names and streets come
    from one pool for both, so some are seen. Raises InvalidInput that names the file and the line.
    """
    path = folder / FILE
    if not path.is_file():
        raise InvalidInput("the benchmark's data is missing; set REPLYASSIST_BENCH_DATA", file=str(path))
    remainder = 1 if half == "test" else 0
    texts: list[LabelledText] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            places = tuple(Place(_TYPES[label], start, end) for label, start, end, _ in row["spans"] if label in _TYPES)
            is_in_half = row["template_id"] % 2 == remainder
            text = LabelledText(str(row["text"]), places)
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInput(f"not a labelled text: {error!r}", file=str(path), line=number) from error
        if is_in_half:
            texts.append(text)
    return texts


Finder = Callable[[str], Iterable[Place]]
Progress = Callable[[int, int], None]


def measure(texts: Sequence[LabelledText], *, progress: Progress | None = None) -> dict[str, Any]:
    """One object for each type, and milliseconds for each text.

    ``precision`` is the share of found places that overlap a label of their type, ``recall`` the share of labels that
    overlap a found place, ``exact_recall`` the share that is found from its first to its last character, ``_95`` the
    bounds of a 95 % interval (Wilson); each is None where there is nothing to count. Orders and dates of birth are
    found too, and have no labels here.
    """
    ours, milliseconds = _run(texts, _find, progress=progress)
    theirs, reference_milliseconds = _run(texts, _find_by_textbook, progress=None)
    result: dict[str, Any] = {"texts": len(texts)}
    for name in TYPES:
        reference = _score(texts, theirs, name)
        result[name] = _score(texts, ours, name) | {
            "reference": {measure: reference[measure] for measure in ("precision", "recall", "f1")}
        }
    unlabelled = [place.type for found in ours for place in found if place.type not in TYPES]
    return result | {
        "found_without_labels": {name: unlabelled.count(name) for name in sorted(set(unlabelled))},
        "milliseconds_p50": round(statistics.median(milliseconds), 3) if milliseconds else None,
        "milliseconds_max": round(max(milliseconds), 3) if milliseconds else None,
        "reference_milliseconds_p50": round(statistics.median(reference_milliseconds), 3) if milliseconds else None,
    }


def _run(
    texts: Sequence[LabelledText], finder: Finder, *, progress: Progress | None
) -> tuple[list[list[Place]], list[float]]:
    found: list[list[Place]] = []
    milliseconds: list[float] = []
    for number, text in enumerate(texts, start=1):
        started = time.perf_counter()
        found.append(list(finder(text.text)))
        milliseconds.append((time.perf_counter() - started) * 1000)
        if progress is not None:
            progress(number, len(texts))
    return found, milliseconds


def _find(text: str) -> Iterable[Place]:
    for item in find(text):
        yield Place(_KINDS.get(item.kind, item.kind.lower()), item.start, item.end)


def _find_by_textbook(text: str) -> Iterable[Place]:
    rest = text
    for name, pattern in _TEXTBOOK.items():
        for match in list(pattern.finditer(rest)):
            yield Place(name, *match.span())
            rest = rest[: match.start()] + "\x00" * len(match[0]) + rest[match.end() :]


def _score(texts: Sequence[LabelledText], found: Sequence[Sequence[Place]], name: str) -> dict[str, Any]:
    labelled = right = exact = predicted = hits = 0
    for text, places in zip(texts, found, strict=True):
        labels = [place for place in text.places if place.type == name]
        ours = [place for place in places if place.type == name]
        labelled += len(labels)
        predicted += len(ours)
        right += sum(any(label.overlaps(place) for label in labels) for place in ours)
        hits += sum(any(label.overlaps(place) for place in ours) for label in labels)
        exact += sum(label in ours for label in labels)
    precision, recall = _share(right, predicted), _share(hits, labelled)
    both = (precision or 0) + (recall or 0)
    return {
        "precision": precision,
        "recall": recall,
        "f1": round(2 * (precision or 0) * (recall or 0) / both, 4) if both else None,
        "precision_95": _interval(right, predicted),
        "recall_95": _interval(hits, labelled),
        "exact_recall": _share(exact, labelled),
        "labelled": labelled,
        "found": predicted,
        "missed": labelled - hits,
        "false_alarms": predicted - right,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _interval(part: int, whole: int) -> list[float] | None:
    if not whole:
        return None
    interval = proportion_interval(part, whole)
    return [round(interval.low, 4), round(interval.high, 4)]
