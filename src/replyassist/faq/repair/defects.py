"""Everything in a text that no customer may see: one list for drafts, templates and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from .damage import escapes_in, lost_in, mojibake_in
from .fillers import empty_greetings_in, fillers_in
from .markup import entities_in, tags_in
from .placeholders import gaps_in


class DefectKind(StrEnum):
    """What is wrong with a place."""

    GAP = "gap"  # a placeholder of any program
    FILLER = "filler"  # XX, TBD, lorem ipsum
    EMPTY_GREETING = "empty_greeting"  # a greeting whose name is missing
    TAG = "tag"  # HTML, and tags in square brackets
    ENTITY = "entity"  # &amp;
    MOJIBAKE = "mojibake"  # letters that were decoded wrongly
    ESCAPE = "escape"  # a literal \n
    LOST = "lost"  # a character that stands for a lost one


UNFILLED = frozenset({DefectKind.GAP, DefectKind.FILLER, DefectKind.EMPTY_GREETING})
"""Kinds of places where something is still missing; the others are damage."""

PLACEHOLDER, DAMAGED = "placeholder", "damaged_text"
"""What lint and import call the two sorts."""

WORDING = {
    DefectKind.GAP: "is a gap that was never filled in",
    DefectKind.FILLER: "stands where something is still to be written",
    DefectKind.EMPTY_GREETING: "is a greeting without a name",
    DefectKind.TAG: "is markup; platforms show it as it is",
    DefectKind.ENTITY: "is HTML; platforms show it as it is",
    DefectKind.MOJIBAKE: "is damaged text: letters were decoded wrongly",
    DefectKind.ESCAPE: "is the code of a line break or sign and not the sign itself",
    DefectKind.LOST: "stands for a character that was lost",
}


@dataclass(frozen=True)
class Defect:
    """One place, ``text[start:end]``."""

    kind: DefectKind
    start: int
    end: int


_FINDERS: tuple[tuple[DefectKind, Callable[[str], Iterable[tuple[int, int]]]], ...] = (
    (DefectKind.LOST, lost_in),
    (DefectKind.TAG, tags_in),
    (DefectKind.ENTITY, entities_in),
    (DefectKind.MOJIBAKE, mojibake_in),
    (DefectKind.ESCAPE, escapes_in),
    (DefectKind.GAP, lambda text: ((gap.start, gap.end) for gap in gaps_in(text))),
    (DefectKind.FILLER, fillers_in),
    (DefectKind.EMPTY_GREETING, empty_greetings_in),
)


def defects_in(text: str) -> list[Defect]:
    """Every defect in the order of the text; none lies inside another."""
    found = [Defect(kind, start, end) for kind, find in _FINDERS for start, end in find(text)]
    kept: list[Defect] = []
    for defect in sorted(found, key=lambda defect: (defect.start, -defect.end)):
        if not kept or defect.start >= kept[-1].end:
            kept.append(defect)
    return kept


def rule_of(kind: DefectKind) -> str:
    """What lint and import call this kind of defect."""
    return PLACEHOLDER if kind in UNFILLED else DAMAGED
