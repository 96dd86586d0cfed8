"""Labels that people give in the console, blind and in an order of their own; kept as ``eval agreement`` reads them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from replyassist.core.digests import text_digest
from replyassist.core.errors import Conflict
from replyassist.evaluation.labels import Label, load_labels
from replyassist.evaluation.record import CaseResult, EvaluationRun, write_whole
from replyassist.evaluation.store import drafted

LABELS = "eval-labels"
_writing = threading.Lock()


@dataclass(frozen=True)
class ReaderProgress:
    """How far a reader of a run has come."""

    reader: str
    done: int
    total: int


class LabelBook:
    """The labels of one run, one file ``eval-labels/<run>/<reader>.jsonl`` a reader."""

    def __init__(self, home: Path, run_id: str) -> None:
        self.folder = home / LABELS / run_id

    def of(self, reader: str) -> list[Label]:
        """What a reader said, in the order in which they said it."""
        path = self._path(reader)
        return list(load_labels(path)) if path.is_file() and path.stat().st_size else []

    def every(self) -> list[Label]:
        """What every reader said."""
        return [label for path in sorted(self.folder.glob("*.jsonl")) for label in self.of(path.stem)]

    def readers(self) -> list[str]:
        """Who said something."""
        return [path.stem for path in sorted(self.folder.glob("*.jsonl")) if path.stat().st_size]

    def add(self, label: Label) -> None:
        """Keep a label, at once on disk; raise Conflict where this reader has labelled this draft already."""
        with _writing:
            known = self.of(label.by)
            if any((each.case_id, each.draft) == (label.case_id, label.draft) for each in known):
                raise Conflict("you have labelled this draft already")
            self._write(label.by, [*known, label])

    def undo(self, reader: str) -> Label | None:
        """Take the last label back; it, or None where there is none."""
        with _writing:
            known = self.of(reader)
            if not known:
                return None
            self._write(reader, known[:-1])
            return known[-1]

    def _path(self, reader: str) -> Path:
        return self.folder / f"{reader}.jsonl"

    def _write(self, reader: str, labels: Iterable[Label]) -> None:
        write_whole(self._path(reader), lines_of(labels))


def lines_of(labels: Iterable[Label]) -> str:
    """Labels as the lines of a file of ``eval/labels``."""
    return "".join(label.model_dump_json() + "\n" for label in labels)


def reader_of(user_id: int) -> str:
    """What a reader is called in label files: the same for ever, and no name."""
    return f"reader-{user_id}"


def batch_of(run_id: str) -> str:
    """What readers see in place of the run: nothing of when it was, or of what."""
    return text_digest(f"labels of {run_id}")[:16]


def order_of(run: EvaluationRun, reader: str) -> list[CaseResult]:
    """The drafts of a run in this reader's own random order, the same whenever they come back."""
    return sorted(drafted(run), key=lambda result: text_digest(f"{run.id} {reader} {result.case.id}"))


def next_for(run: EvaluationRun, reader: str, labels: Sequence[Label]) -> tuple[CaseResult | None, ReaderProgress]:
    """The next draft that the reader has not labelled, None at the end, and how far they have come."""
    known = {(label.case_id, label.draft) for label in labels}
    drafts = order_of(run, reader)
    left = [result for result in drafts if result.proposal and (result.case.id, result.proposal.draft) not in known]
    return (left[0] if left else None), ReaderProgress(reader, len(drafts) - len(left), len(drafts))
