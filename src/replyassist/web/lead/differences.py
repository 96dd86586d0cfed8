"""What changed between two texts, sentence by sentence and within a changed sentence word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from replyassist.guardrails.text import sentence_spans

GONE, NEW, SAME = "gone", "new", ""
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
FIELDS = {
    "title": "Title",
    "reply": "Reply",
    "questions": "Questions",
    "facts": "Facts",
    "links": "Links",
    "channels": "Channels",
    "visibility": "Where",
    "route": "Way",
    "valid_from": "Valid from",
    "valid_until": "Valid until",
    "owner": "Owner",
    "tags": "Tags",
}


@dataclass(frozen=True)
class TextDifference:
    """A part of a text that is in both, ``gone`` or ``new``."""

    text: str
    kind: str = SAME


@dataclass(frozen=True)
class FieldDifference:
    """One field of a template that differs, under its label."""

    label: str
    pieces: list[TextDifference]


def differences(before: str, after: str) -> list[TextDifference]:
    """The pieces of both texts in reading order; those that are not ``new`` make up the first text again."""
    pieces: list[TextDifference] = []
    old, new = _sentences(before), _sentences(after)
    for act, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, came = "".join(old[first:last]), "".join(new[start:end])
        pieces += [TextDifference(gone)] if act == "equal" else _word_by_word(gone, came)
    return [piece for piece in pieces if piece.text]


def field_differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[FieldDifference]:
    """The fields of a template that differ; of a first version, all that it has."""
    found = []
    for name, label in FIELDS.items():
        old, new = _as_text(before.get(name) if before else None), _as_text(after.get(name))
        if old != new:
            is_list = isinstance(after.get(name), list | Mapping)
            found.append(FieldDifference(label, _line_by_line(old, new) if is_list else differences(old, new)))
    return found


def _line_by_line(before: str, after: str) -> list[TextDifference]:
    """Whole lines; those that went stand before those that came."""
    old, new = before.splitlines(), after.splitlines()
    pieces: list[TextDifference] = []
    for act, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            pieces += [TextDifference(line) for line in old[first:last]]
        else:
            pieces += [TextDifference(line, GONE) for line in old[first:last]] + [
                TextDifference(line, NEW) for line in new[start:end]
            ]
    spaced = [part for piece in pieces for part in (piece, TextDifference("\n"))]
    return spaced[:-1]


def _word_by_word(gone: str, came: str) -> Iterator[TextDifference]:
    old, new = _WORDS.findall(gone), _WORDS.findall(came)
    matcher = SequenceMatcher(str.isspace, old, new, autojunk=False)
    if matcher.ratio() < 0.5:  # two sentences that have little in common are read better whole
        yield from (TextDifference(gone, GONE), TextDifference(came, NEW))
        return
    for act, first, last, start, end in matcher.get_opcodes():
        if act == "equal":
            yield TextDifference("".join(old[first:last]))
        else:
            yield from (TextDifference("".join(old[first:last]), GONE), TextDifference("".join(new[start:end]), NEW))


def _sentences(text: str) -> list[str]:
    """The sentences with what stands between them, so that they make up the text again."""
    starts = sorted({0, *(start for start, _ in sentence_spans(text))})
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True) if start < end]


def _as_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(str(each) for each in value)
    return "" if value is None else str(value)
