"""The command line and the page keep runs in one place: each lists and compares what the other made."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console as Terminal

from replyassist.cli import main
from replyassist.core.security import Role
from tests.cli.result import Result
from tests.evaluation.labelled import record, write_cases
from tests.web.evaluation.workbench import Workbench
from tests.world import BRAND

pytestmark = [pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
Run = Callable[..., Result]


@pytest.fixture
def typed(workbench: Workbench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`replyassist eval …` in the home folder and with the database of the page."""
    world = workbench.console.world
    monkeypatch.setenv("REPLYASSIST_HOME", str(world.settings.home))
    monkeypatch.setenv("REPLYASSIST_DATABASE_URL", world.database.url)
    monkeypatch.setenv("REPLYASSIST_LLM_DISABLED", "1")
    monkeypatch.setattr("replyassist.cli.evaluation.runs.common.output", Terminal(width=200))

    def typed(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["replyassist", "eval", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        return Result(int(caught.value.code or 0), captured.out, captured.err)

    return typed


def test_the_command_line_lists_and_compares_runs_of_the_page(workbench: Workbench, typed: Run) -> None:
    workbench.console.sign_in(Role.LEAD)
    cases = workbench.cases()
    before = workbench.run(cases=cases, title="as it is")
    workbench.console.world.clock.advance(minutes=1)
    after = workbench.run(cases=cases, templates=workbench.templates(), title="new macros")

    assert [run["id"] for run in typed("list", "--json").document] == [after, before]
    assert "new macros" in typed("list").out
    compared = typed("compare", before, after, "--json").document
    assert (compared["before"], compared["after"], compared["pairs"]) == (before, after, 4)
    assert typed("gate", "--candidate", after, "--baseline", before).status in (0, 1)
    missing = typed("compare", "nothing", after)
    assert (missing.status, missing.out) == (2, "")


def test_labels_given_in_the_page_are_read_by_the_command_line(workbench: Workbench, typed: Run) -> None:
    workbench.console.sign_in(Role.LEAD)
    run_id = workbench.run(cases=workbench.cases(), templates=workbench.templates())
    page = workbench.page("/evaluation/label")
    batch = page[page.index("/evaluation/label/") :].split('"')[0]
    shown = workbench.page(batch)
    case_id = shown.split('name="case_id" value="')[1].split('"')[0]
    workbench.console.post(batch, {"case_id": case_id, "label": "send-ready"}, page=batch)

    folder = workbench.console.world.settings.home / "eval-labels" / run_id
    assert typed("agreement", run_id, "--labels", folder, "--json").document["compared"] == 1


@pytest.mark.encoder
def test_the_page_lists_reports_and_compares_runs_of_the_command_line(
    workbench: Workbench, typed: Run, tmp_path: Path
) -> None:
    workbench.console.sign_in(Role.LEAD)
    labelled = write_cases(tmp_path / "typed.jsonl", *(record(n, text=f"do you ship to Norway? {n}") for n in (1, 2)))
    options = ("--cases", labelled, "--brand", BRAND, "--stages", "retrieval", "--live", "--json")
    first = typed("run", *options, "--title", "typed").document["run"]
    kept = workbench.keep(workbench.bring("cases", "typed.jsonl", labelled.read_bytes()))
    second = workbench.run(cases=kept, stages="templates", title="clicked")

    assert "typed" in workbench.page("/evaluation")
    assert "Is the right template found?" in workbench.page(f"/evaluation/runs/{first}")
    assert "2 messages in both" in workbench.page(f"/evaluation/compare?before={first}&after={second}")
    runs = {run["title"]: run for run in typed("list", "--json").document}
    assert runs["typed"]["dataset_digest"] == runs["clicked"]["dataset_digest"]
    assert (runs["typed"]["cases_from"], json.dumps(runs["typed"]["stages"])) == ("typed.jsonl", '["retrieval"]')
