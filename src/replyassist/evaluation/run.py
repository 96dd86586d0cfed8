"""Many cases at once; what is done is on disk, so that an interrupted run goes on where it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from replyassist.evaluation.dataset import Case, Dataset
from replyassist.evaluation.provenance import RunProvenance
from replyassist.evaluation.record import CaseResult, EvaluationRun
from replyassist.evaluation.task import Task
from replyassist.pipeline import PipelineContext

Progress = Callable[[int, int], None]


class Journal:
    """Results as they come, one JSON object a line; a line that was cut off by a kill is left out.

    Results with an error are not kept for the next start: they are tried again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.known = {result.case.id: result for result in _read(path) if result.error is None}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(_line(result) for result in self.known.values()), encoding="utf-8")

    def add(self, result: CaseResult) -> None:
        """Keep a result, at once on disk."""
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(_line(result))

    def close(self) -> None:
        """The run is kept elsewhere: forget it."""
        self._path.unlink(missing_ok=True)


def run_cases(
    dataset: Dataset,
    *,
    contexts: Mapping[str, PipelineContext],
    task: Task,
    provenance: RunProvenance,
    created_at: datetime,
    journal: Journal | None = None,
    concurrency: int = 1,
    progress: Progress | None = None,
) -> EvaluationRun:
    """Every case through the pipeline, ``concurrency`` at a time; results in the order of the dataset.

    ``contexts`` holds the context of each brand that a case names. A KeyboardInterrupt is raised again once the cases
    in hand are done; the ``journal`` holds all that is finished until it is closed, and the next call with it does the
    rest.
    """
    results = {case.id: journal.known[case.id] for case in dataset.cases if journal and case.id in journal.known}
    todo = [case for case in dataset.cases if case.id not in results]

    def answer(case: Case) -> CaseResult:
        result = task.answer(case, contexts[case.brand])
        if journal:
            journal.add(result)
        return result

    if progress:
        progress(len(results), len(dataset))
    executor = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="case")
    try:
        for future in as_completed([executor.submit(answer, case) for case in todo]):
            result = future.result()
            results[result.case.id] = result
            if progress:
                progress(len(results), len(dataset))
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
    return EvaluationRun(
        id=f"{created_at:%Y%m%dT%H%M%SZ}-{provenance.digest[:8]}",
        created_at=created_at,
        cases=len(dataset),
        results=tuple(results[case.id] for case in dataset.cases),
        **asdict(provenance),
    )


def _read(path: Path) -> list[CaseResult]:
    if not path.is_file():
        return []
    found = (_parse(line) for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if line)
    return [result for result in found if result is not None]


def _parse(line: str) -> CaseResult | None:
    try:
        return CaseResult.model_validate_json(line)
    except ValidationError:
        return None


def _line(result: CaseResult) -> str:
    return result.model_dump_json() + "\n"
