"""The one door for templates: whatever comes in from a file or the API is mended here, or refused with its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..template import SLOT
from .defects import PLACEHOLDER, WORDING, Defect, DefectKind, rule_of
from .markup import holds_image
from .texts import RepairedText, repair, repair_line


@dataclass(frozen=True)
class FieldChange:
    """One text that was mended, such as ``reply`` or ``facts.price``; an empty ``after`` was left out."""

    field: str
    before: str
    after: str
    done: tuple[str, ...]


@dataclass(frozen=True)
class FieldRefusal:
    """One place that nobody but the writer can mend; ``rule`` is its name in lint."""

    field: str
    detail: str
    rule: str


@dataclass(frozen=True)
class Admission:
    """The fields of a template as they may come in, what was mended, and what keeps the template out."""

    fields: dict[str, Any]
    changes: tuple[FieldChange, ...]
    refusals: tuple[FieldRefusal, ...]


def admit(fields: Mapping[str, Any]) -> Admission:
    """Mend the texts that people read or that are matched with what they write; other values stay as they are."""
    facts = fields.get("facts")
    slots = frozenset(name for name in facts if isinstance(name, str)) if isinstance(facts, dict) else frozenset()
    mended = dict(fields)
    changes: list[FieldChange] = []
    refusals: list[FieldRefusal] = []
    for place, text, found in _repaired(fields, slots):
        if found.text.strip() != text.strip():
            _put(mended, place, found.text)
            changes.append(FieldChange(_name(place), text, found.text, found.done))
        refusals += _refusals(_name(place), text, found, slots)
    mended = {
        name: [item for item in value if item != ""] if name == "questions" and isinstance(value, list) else value
        for name, value in mended.items()
    }
    return Admission(mended, tuple(changes), tuple(refusals))


def _repaired(
    fields: Mapping[str, Any], slots: frozenset[str]
) -> Iterator[tuple[tuple[str | int, ...], str, RepairedText]]:
    reply, title, questions, facts = (fields.get(name) for name in ("reply", "title", "questions", "facts"))
    if isinstance(reply, str):
        yield ("reply",), reply, repair(reply, slots=slots)
    if isinstance(title, str):
        yield ("title",), title, repair_line(title)
    for index, question in enumerate(questions if isinstance(questions, list) else ()):
        if isinstance(question, str):
            yield ("questions", index), question, repair_line(question)
    for name, fact in facts.items() if isinstance(facts, dict) else ():
        if isinstance(fact, str) and isinstance(name, str):
            yield ("facts", name), fact, repair(fact)


def _put(fields: dict[str, Any], place: tuple[str | int, ...], text: str) -> None:
    first, *rest = place
    if not rest:
        fields[str(first)] = text
    elif first == "questions":
        fields["questions"] = [text if index == rest[0] else item for index, item in enumerate(fields["questions"])]
    else:
        fields["facts"] = {**fields["facts"], rest[0]: text}


def _name(place: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in place)


def _refusals(field: str, before: str, found: RepairedText, slots: frozenset[str]) -> Iterator[FieldRefusal]:
    if before.strip() and not found.text.strip() and field == "reply":
        rest = "but an image; write what it says" if holds_image(before) else "without what another program fills in"
        yield FieldRefusal(field, f"nothing is left of it {rest}", PLACEHOLDER)
    seen = set()
    for defect in found.left:
        place = found.text[defect.start : defect.end]
        if field == "reply" and (slot := SLOT.fullmatch(place)) and slot[1] not in slots:
            continue  # our own syntax: the template says that its fact is missing
        if place not in seen:
            seen.add(place)
            yield FieldRefusal(field, _why(place, defect), rule_of(defect.kind))


def _why(place: str, defect: Defect) -> str:
    if defect.kind is DefectKind.LOST and place != "?":
        place = f"U+{ord(place):04X}"
    why = f"'{place}' {WORDING[defect.kind]}"
    if defect.kind is DefectKind.GAP:
        return f"{why}, and nobody here can; write it out, or make it a slot such as {{{{ days }}}} with its fact"
    return f"{why}; write it anew"
