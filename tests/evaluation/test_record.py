"""A run is kept as one file and read again as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.record import CaseResult, EvaluationRun, load_run, save_run
from replyassist.guardrails import Verdict
from replyassist.proposal import BY_TEMPLATE, Proposal
from replyassist.triage import Route, triage

from .labelled import REPLY, case


def run() -> EvaluationRun:
    proposal = Proposal(
        route=Route.DRAFT,
        reason="",
        triage=triage("do you ship to Norway??"),
        template_id="shipping-abroad",
        draft=REPLY,
        drafted_by=BY_TEMPLATE,
        verdict=Verdict.READY,
    )
    good = CaseResult(
        case=case(1),
        proposal=proposal,
        scores={"chrf": 0.5},
        assertions={"send_ready": True},
        labels={"route": "draft"},
    )
    return EvaluationRun(
        id="r1",
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
        stages=("retrieval", "draft"),
        dataset_digest="d",
        cases=2,
        results=(good, CaseResult(case=case(2), error="ValueError: no")),
    )


def test_a_saved_run_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "r1.json"
    save_run(run(), path)

    assert load_run(path) == run()
    assert [file.name for file in path.parent.iterdir()] == ["r1.json"]


@pytest.mark.parametrize(("content", "part"), [("{", "no evaluation run"), ('{"id": "r"}', "field 'created_at'")])
def test_what_is_no_run_is_refused_by_name(tmp_path: Path, content: str, part: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(InvalidInput, match=part) as caught:
        load_run(path)

    assert caught.value.file == str(path)


def test_a_run_that_cannot_be_read_or_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_run(tmp_path / "none.json")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InvalidInput, match="cannot be written"):
        save_run(run(), tmp_path / "file" / "run.json")
