"""Many cases: at once, in order, and again from where an interruption left them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ModelCall
from replyassist.core.resources import resource_folder
from replyassist.evaluation.dataset import Dataset, dataset_of
from replyassist.evaluation.provenance import RunProvenance, provenance_of
from replyassist.evaluation.record import DRAFT, RETRIEVAL, EvaluationRun
from replyassist.evaluation.run import Journal, run_cases
from replyassist.evaluation.task import Task, evaluators_for
from replyassist.pipeline import PipelineContext
from replyassist.testing import FakeChatModel

from .labelled import REPLY, case, context, template

STAGES = (RETRIEVAL, DRAFT)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def cases(count: int = 6) -> Dataset:
    return dataset_of(
        case(number, brand="fernhill", text=f"do you ship to Norway? {number}") for number in range(count)
    )


def of(dataset: Dataset, whole: PipelineContext) -> RunProvenance:
    return provenance_of(dataset, {"fernhill": whole}, stages=STAGES, prompts=resource_folder("prompts"))


def run(dataset: Dataset, whole: PipelineContext, *, journal: Journal | None = None, at_once: int = 1) -> EvaluationRun:
    return run_cases(
        dataset,
        contexts={"fernhill": whole},
        task=Task(evaluators=evaluators_for(STAGES), drafts=True),
        provenance=of(dataset, whole),
        created_at=NOW,
        journal=journal,
        concurrency=at_once,
    )


def test_cases_run_at_once_and_come_back_in_order() -> None:
    dataset, whole = cases(), context(model=FakeChatModel((f"Hi Tom! {REPLY}",), delay=0.01))
    found = run(dataset, whole, at_once=4)

    assert [result.case.id for result in found.results] == [item.id for item in dataset.cases]
    assert (found.cases, found.model, found.stages, found.day) == (6, "fake", STAGES, "2026-11-22")
    assert found.id.startswith("20261122T120000Z-")


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path) -> None:
    dataset, path = cases(), tmp_path / "runs" / "unfinished.jsonl"

    def interrupted(call: ModelCall) -> tuple[str, ...]:
        if len(model.calls) > 3:
            raise KeyboardInterrupt
        return (f"Hi Tom! {REPLY}",)

    model = FakeChatModel(interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(dataset, context(model=model), journal=Journal(path))
    path.write_text(path.read_text(encoding="utf-8") + '{"case": {"id": "cut o', encoding="utf-8")
    again = FakeChatModel((f"Hi Tom! {REPLY}",))
    journal = Journal(path)
    found = run(dataset, context(model=again), journal=journal)
    journal.close()

    assert len(again.calls) == 3
    assert [result.error for result in found.results] == [None] * 6
    assert not path.exists()


def test_a_case_with_an_error_is_tried_again(tmp_path: Path) -> None:
    dataset, path = cases(2), tmp_path / "unfinished.jsonl"
    journal = Journal(path)
    task = Task(evaluators=evaluators_for(STAGES), drafts=True)
    journal.add(task.answer(dataset.cases[0], context()))
    journal.add(task.answer(dataset.cases[1], context()).model_copy(update={"error": "RuntimeError"}))

    assert list(Journal(path).known) == ["c0"]


def test_progress_counts_what_was_known_before(tmp_path: Path) -> None:
    dataset, whole, seen = cases(3), context(), list[tuple[int, int]]()
    journal = Journal(tmp_path / "unfinished.jsonl")
    journal.add(Task(evaluators=(), drafts=False).answer(dataset.cases[0], whole))
    run_cases(
        dataset,
        contexts={"fernhill": whole},
        task=Task(evaluators=(), drafts=False),
        provenance=of(dataset, whole),
        created_at=NOW,
        journal=Journal(tmp_path / "unfinished.jsonl"),
        progress=lambda done, total: seen.append((done, total)),
    )

    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_what_changes_a_result_changes_the_digest() -> None:
    dataset, whole = cases(2), context(model=FakeChatModel())
    first = of(dataset, whole).digest
    others = [
        of(cases(3), whole),
        of(dataset, replace(whole, threshold=0.4)),
        of(dataset, replace(whole, voice=whole.voice.model_copy(update={"exclamations_max": 0}))),
        of(dataset, replace(whole, model=FakeChatModel(name="another"))),
        of(dataset, replace(whole, model=FakeChatModel(profile="chat-small"))),
        of(dataset, replace(whole, model=None)),
        of(dataset, context(model=FakeChatModel(), templates=(template(reply="We ship to 33 countries."),))),
    ]

    assert of(dataset, whole).digest == first
    assert len({first, *(other.digest for other in others)}) == len(others) + 1


def test_the_error_of_a_model_is_no_error_of_the_run() -> None:
    found = run(cases(2), context(model=FakeChatModel(error=LanguageModelError("away"))))

    assert [result.error for result in found.results] == [None, None]
