"""Rules of severity "fix" mend a draft themselves, and say what they did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from replyassist.guardrails.addresses import addresses
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.voice.mends import Edit, menders
from replyassist.guardrails.voice.protected import protected_spans, touches

_BEYOND_MENDING = 2
_DIGITS = re.compile(r"\d+")
_MOST_ROUNDS = 4  # one mending can make way for another; a voice whose rules undo each other never comes to rest


@dataclass(frozen=True)
class Mended:
    """A draft after mending; ``findings`` (severity FIX) say what was replaced by what, at its place in ``text``."""

    text: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    """What stands at ``start:end`` of the newest text, and what stood there before."""

    start: int
    end: int
    before: str
    after: str
    rule: str


def mend(text: str, context: CheckContext) -> Mended:
    """Apply every rule of severity "fix" to the draft; mending twice changes nothing more.

    Links, e-mail addresses, numbers and the template's facts stay letter by letter as they are, and a draft never
    loses all its words. A draft that the voice's rules would change for ever is left as it is, and so is one that is
    more than twice as long as the platform allows: no mending makes that one fit.
    """
    room = context.message.room(context.voice)
    if room.count(text) > _BEYOND_MENDING * room.most:
        return Mended(text)
    current, changes = text, tuple[_Change, ...]()
    for _ in range(_MOST_ROUNDS):
        mended, changes = _one_round(current, changes, context)
        if mended == current:
            return Mended(current, tuple(_finding(current, change) for change in changes))
        current = mended
    return Mended(text)


def _one_round(text: str, changes: tuple[_Change, ...], context: CheckContext) -> tuple[str, tuple[_Change, ...]]:
    for mender in menders(context):
        edits = _harmless(text, _allowed(mender(text, context), text, context))
        if edits:
            changes = (*(_moved(change, edits) for change in changes), *_changes(text, edits))
            text = _applied(text, edits)
    return text, changes


def _allowed(edits: Iterable[Edit], text: str, context: CheckContext) -> list[Edit]:
    """In order, without those that overlap another, change nothing, or touch what must stay."""
    allowed: list[Edit] = []
    keep = None
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if text[edit.start : edit.end] == edit.new or (allowed and edit.start < allowed[-1].end):
            continue
        keep = protected_spans(text, context) if keep is None else keep
        if not touches(edit.start, edit.end, keep):
            allowed.append(edit)
    return allowed


def _harmless(text: str, edits: list[Edit]) -> list[Edit]:
    """All of them, or where together they do harm, each that does none beside those before it."""
    if not edits or _is_harmless(text, edits):
        return edits
    kept: list[Edit] = []
    for edit in edits:
        if _is_harmless(text, [*kept, edit]):
            kept.append(edit)
    return kept


def _is_harmless(text: str, edits: Sequence[Edit]) -> bool:
    """Whether some words are left, and the same addresses and numbers: none cut, none made by growing together."""
    mended = _applied(text, edits)
    if not any(map(str.isalnum, mended)):
        return False
    added = Counter(_kept_as_they_are(" ".join(edit.new for edit in edits)))
    return Counter(_kept_as_they_are(mended)) == Counter(_kept_as_they_are(text)) + added


def _kept_as_they_are(text: str) -> list[str]:
    return [one.canonical for one in addresses(text)] + _DIGITS.findall(text)


def _applied(text: str, edits: Sequence[Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


def _changes(text: str, edits: Sequence[Edit]) -> list[_Change]:
    changes = []
    shift = 0
    for edit in edits:
        start = edit.start + shift
        before = text[edit.start : edit.end]
        changes.append(_Change(start, start + len(edit.new), before, edit.new, edit.rule))
        shift += len(edit.new) - len(before)
    return changes


def _moved(change: _Change, edits: Sequence[Edit]) -> _Change:
    """The change at its place in the text after these edits."""
    start, end = change.start, change.end
    for edit in reversed(edits):
        shift = len(edit.new) - (edit.end - edit.start)
        start, end = _moved_offset(start, edit, shift), _moved_offset(end, edit, shift)
    return replace(change, start=start, end=max(start, end))


def _moved_offset(offset: int, edit: Edit, shift: int) -> int:
    if offset >= edit.end:
        return offset + shift
    return min(offset, edit.start + len(edit.new)) if offset > edit.start else offset


def _finding(text: str, change: _Change) -> Finding:
    before, after = change.before.strip(), change.after.strip()
    if change.rule == "voice.spacing":
        explanation = "Spaces were tidied."
    elif not before:
        explanation = f'"{after}" was added.'
    elif not after:
        explanation = f'"{before}" was taken out.'
    else:
        explanation = f'"{before}" became "{after}".'
    return report(text, (change.start, change.end), rule=change.rule, severity=Severity.FIX, explanation=explanation)
