"""Two drafts of one message side by side, read blind: which of them people would rather send."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, StringConstraints, ValidationError

from replyassist.core.digests import text_digest
from replyassist.core.errors import Conflict
from replyassist.evaluation.dataset import Case
from replyassist.evaluation.record import EvaluationRun, write_whole
from replyassist.evaluation.statistics import Interval, cohens_kappa, mcnemar_exact
from replyassist.evaluation.store import drafted

PAIRS = "eval-pairs"
BETWEEN = "--"
Draft = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
_writing = threading.Lock()


class Preference(BaseModel, frozen=True):
    """One reader's choice between the drafts of two runs; a line of ``eval/pairs``."""

    id: str
    by: str
    old: Draft
    new: Draft
    preferred: Literal["old", "new", "tie"]


@dataclass(frozen=True)
class Pair:
    """One message with its two drafts; ``left_is_old`` says which side the draft of the first run is on."""

    case: Case
    old: str
    new: str
    left_is_old: bool

    @property
    def left(self) -> str:
        """The draft on the left."""
        return self.old if self.left_is_old else self.new

    @property
    def right(self) -> str:
        """The draft on the right."""
        return self.new if self.left_is_old else self.old

    def preferred(self, side: Literal["left", "right", "tie"]) -> Literal["old", "new", "tie"]:
        """Which run's draft is on the side that was chosen."""
        if side == "tie":
            return "tie"
        return "old" if (side == "left") is self.left_is_old else "new"


@dataclass(frozen=True)
class Preferences:
    """What readers chose. ``p_value``: of a sign test over the choices that are no tie; ``kappa`` between readers."""

    old: int
    new: int
    tie: int
    p_value: float
    kappa: Interval | None
    readers: int


class PreferenceBook:
    """The choices between two runs, one file ``eval-pairs/<pair>/<reader>.jsonl`` a reader."""

    def __init__(self, home: Path, before: str, after: str) -> None:
        self.folder = home / PAIRS / f"{before}{BETWEEN}{after}"

    @property
    def is_open(self) -> bool:
        """Whether people may choose."""
        return self.folder.is_dir()

    def open(self) -> None:
        """Let people choose."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def of(self, reader: str) -> list[Preference]:
        """What a reader chose, in order; a line that somebody broke is left out."""
        path = self.folder / f"{reader}.jsonl"
        if not path.is_file():
            return []
        found = (_parse(line) for line in path.read_text(encoding="utf-8").split("\n") if line)
        return [each for each in found if each is not None]

    def every(self) -> list[Preference]:
        """What every reader chose."""
        return [each for path in sorted(self.folder.glob("*.jsonl")) for each in self.of(path.stem)]

    def add(self, preference: Preference) -> None:
        """Keep a choice; raise Conflict where the reader has chosen already."""
        with _writing:
            known = self.of(preference.by)
            if any((each.id, each.old, each.new) == (preference.id, preference.old, preference.new) for each in known):
                raise Conflict("you have chosen between these drafts already")
            self._write(preference.by, [*known, preference])

    def undo(self, reader: str) -> Preference | None:
        """Take the last choice back; it, or None where there is none."""
        with _writing:
            known = self.of(reader)
            if not known:
                return None
            self._write(reader, known[:-1])
            return known[-1]

    def _write(self, reader: str, preferences: Sequence[Preference]) -> None:
        lines = "".join(each.model_dump_json() + "\n" for each in preferences)
        write_whole(self.folder / f"{reader}.jsonl", lines)


def opened_pairs(home: Path) -> list[tuple[str, str]]:
    """The two runs of every pair that people may choose between, the newest first."""
    names = sorted((path.name for path in (home / PAIRS).glob(f"*{BETWEEN}*") if path.is_dir()), reverse=True)
    found = (name.split(BETWEEN) for name in names)
    return [(each[0], each[1]) for each in found if len(each) == 2]


def pair_batch_of(before: str, after: str) -> str:
    """What readers see in place of the two runs."""
    return text_digest(f"pairs of {before} and {after}")[:16]


def pairs_of(before: EvaluationRun, after: EvaluationRun, reader: str) -> list[Pair]:
    """The messages with two different drafts, in this reader's own random order, each with random sides."""
    new = {result.case.id: result.proposal.draft for result in drafted(after) if result.proposal}
    found = []
    for result in drafted(before):
        old = result.proposal.draft if result.proposal else ""
        draft = new.get(result.case.id, old)
        if draft != old:
            chance = text_digest(f"{before.id} {after.id} {reader} {result.case.id}")
            found.append((chance, Pair(result.case, old, draft, left_is_old=int(chance[-1], 16) % 2 == 0)))
    return [pair for _, pair in sorted(found, key=lambda each: each[0])]


def next_pair(pairs: Sequence[Pair], chosen: Sequence[Preference]) -> tuple[Pair | None, int]:
    """The next pair that the reader has not chosen between, None at the end, and how many they have."""
    known = {(each.id, each.old, each.new) for each in chosen}
    left = [pair for pair in pairs if (pair.case.id, pair.old, pair.new) not in known]
    return (left[0] if left else None), len(pairs) - len(left)


def preferences(chosen: Sequence[Preference]) -> Preferences:
    """The counts over all readers, and how sure they are."""
    counts = {name: sum(each.preferred == name for each in chosen) for name in ("old", "new", "tie")}
    by_pair: dict[tuple[str, str, str], list[Preference]] = {}
    for each in sorted(chosen, key=lambda each: each.by):
        by_pair.setdefault((each.id, each.old, each.new), []).append(each)
    both = [given[:2] for given in by_pair.values() if len(given) > 1]
    return Preferences(
        old=counts["old"],
        new=counts["new"],
        tie=counts["tie"],
        p_value=mcnemar_exact(counts["old"], counts["new"]),
        kappa=cohens_kappa([first.preferred for first, _ in both], [second.preferred for _, second in both]),
        readers=len({each.by for each in chosen}),
    )


def _parse(line: str) -> Preference | None:
    try:
        return Preference.model_validate_json(line)
    except ValidationError:
        return None
