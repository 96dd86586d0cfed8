"""Mends one text: as a reader of the other program saw it, without what that program filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..template import SLOT
from .damage import without_damage
from .defects import Defect, DefectKind, defects_in
from .marks import marked
from .markup import without_markup
from .taking_out import STEPS, without_empty_greeting

MOST_ROUNDS = 12  # a text that is escaped more often than this stays damaged
_GAPS = re.compile("[\U000f0000-\U000f3fff]")

Step = tuple[str, Callable[[str], str]]
LAST_STEPS: tuple[Step, ...] = (("greeting taken out", without_empty_greeting),)
PLAIN_STEPS: tuple[Step, ...] = (("damaged text mended", without_damage), ("HTML made text", without_markup))


@dataclass(frozen=True)
class RepairedText:
    """The mended text, what was done, and what could not be mended: ``left`` are places in ``text``."""

    text: str
    done: tuple[str, ...] = ()
    left: tuple[Defect, ...] = ()


def repair(text: str, *, slots: frozenset[str] = frozenset()) -> RepairedText:
    """Mend a reply. ``slots`` are the names of facts: ``{{ name }}`` with such a name is our own. Mending the result
    again changes nothing."""
    done: dict[str, None] = {}
    for _ in range(MOST_ROUNDS):
        mended = _steps(text, PLAIN_STEPS, done)
        marks = marked(mended, slots=slots)
        if marks.originals:
            mended = marks.shown(_steps(marks.text, STEPS, done))
        mended = _steps(mended, LAST_STEPS, done)
        if mended == text:
            break
        text = mended
    return RepairedText(text, tuple(done), tuple(_left(text, slots)))


def repair_line(text: str) -> RepairedText:
    """Mend a title or a question: what somebody would fill in is left out, since nobody is shown it."""
    done: dict[str, None] = {}
    for _ in range(MOST_ROUNDS):
        mended = _steps(text, (*PLAIN_STEPS, ("placeholder taken out", _without_gaps)), done)
        if mended == text:
            break
        text = mended
    left = tuple(defect for defect in defects_in(text) if defect.kind in (DefectKind.LOST, DefectKind.MOJIBAKE))
    return RepairedText(text, tuple(done), left)


def _steps(text: str, steps: tuple[Step, ...], done: dict[str, None]) -> str:
    for name, step in steps:
        mended = step(text)
        if mended != text:
            done[name] = None
        text = mended
    return text


def _left(text: str, slots: frozenset[str]) -> Iterator[Defect]:
    """Defects outside of our own slots."""
    for defect in defects_in(text):
        slot = SLOT.fullmatch(text[defect.start : defect.end])
        if slot is None or slot[1] not in slots:
            yield defect


def _without_gaps(text: str) -> str:
    marks = marked(text, slots=frozenset())
    if not marks.originals:
        return text
    bare = re.sub(r"[^\S\n]{2,}", " ", _GAPS.sub("", marks.text))
    return marks.shown(re.sub(r"[^\S\n]+(?=[?!.,;:])", "", bare)).strip()
