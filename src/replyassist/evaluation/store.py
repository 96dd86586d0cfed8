"""Where evaluations are kept: one folder of run records, for the command line and for the console alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from replyassist.core.errors import InvalidInput, NotFound
from replyassist.evaluation.record import CaseResult, EvaluationRun, load_run, save_run, write_whole
from replyassist.evaluation.run import Journal
from replyassist.evaluation.scores import summarise

RUNS = "eval-runs"
SUMMARIES = "summaries"
CACHE = Path("eval-cache") / "generations.sqlite"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


class RunSummary(BaseModel, frozen=True):
    """What a list shows of a run: its head and its figures (``scores.summarise``), without the cases."""

    id: str
    title: str = ""
    created_at: datetime
    stages: tuple[str, ...]
    cases: int
    brands: tuple[str, ...]
    drafts: int
    model: str | None = None
    cases_from: str = ""
    templates_from: str = ""
    dataset_digest: str
    figures: dict[str, Any]

    @property
    def name(self) -> str:
        """What people call it: the title that somebody gave it, else its id."""
        return self.title or self.id


class RunStore:
    """The runs of one home folder, each a file ``eval-runs/<id>.json``; unfinished ones are journals beside them.

    A summary of each is kept in a folder of its own, and made anew where it is missing, broken or older than its run.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / RUNS

    def path(self, run_id: str) -> Path:
        """Where a run of this id is or would be; raise NotFound for what is no id."""
        if not _NAME.fullmatch(run_id) or run_id.startswith("unfinished-"):
            raise NotFound(f"there is no run '{run_id[:120]}'")
        return self.folder / f"{run_id}.json"

    def journal(self, digest: str) -> Journal:
        """What an interrupted run of this provenance has done so far, to go on from."""
        return Journal(self.folder / f"unfinished-{digest[:16]}.jsonl")

    def save(self, run: EvaluationRun) -> Path:
        """Keep a run with its summary; its path."""
        path = self.path(run.id)
        save_run(run, path)
        self._keep_summary(summary_of(run))
        return path

    def load(self, run_id: str) -> EvaluationRun:
        """The run of this id; raise NotFound."""
        path = self.path(run_id)
        if not path.is_file():
            raise NotFound(f"there is no run '{run_id}'")
        return load_run(path)

    def find(self, named: str) -> EvaluationRun:
        """The run in this file, else the one of this id; raise InvalidInput, with both readings where neither is."""
        path = Path(named)
        if path.is_file() or not _NAME.fullmatch(named) or not self.path(named).is_file():
            return load_run(path)
        return self.load(named)

    def summaries(self) -> list[RunSummary]:
        """Every run that can be read, the newest first."""
        found = [self._summary(path) for path in self.folder.glob("*.json")]
        return sorted(filter(None, found), key=lambda run: (run.created_at, run.id), reverse=True)

    def summary(self, run_id: str) -> RunSummary:
        """The summary of one run; raise NotFound."""
        path = self.path(run_id)
        found = self._summary(path) if path.is_file() else None
        if found is None:
            raise NotFound(f"there is no run '{run_id}'")
        return found

    def _summary(self, path: Path) -> RunSummary | None:
        kept = self.folder / SUMMARIES / path.name
        try:
            if kept.stat().st_mtime_ns >= path.stat().st_mtime_ns:
                return RunSummary.model_validate_json(kept.read_bytes())
        except (OSError, ValidationError):
            pass  # it is made anew
        try:
            found = summary_of(load_run(path))
        except InvalidInput:
            return None
        if found.id != path.stem:
            return None  # a file that somebody renamed: no link would lead to it
        self._keep_summary(found)
        return found

    def _keep_summary(self, summary: RunSummary) -> None:
        write_whole(self.folder / SUMMARIES / f"{summary.id}.json", summary.model_dump_json(indent=1))


def summary_of(run: EvaluationRun) -> RunSummary:
    """The head and the figures of a run."""
    return RunSummary(
        **run.model_dump(include=set(RunSummary.model_fields)),
        brands=tuple(sorted({result.case.brand for result in run.results})),
        drafts=sum(1 for _ in drafted(run)),
        figures=summarise(run),
    )


def drafted(run: EvaluationRun) -> Iterator[CaseResult]:
    """The results that have a draft."""
    return (result for result in run.results if result.proposal is not None and result.proposal.draft)
