"""A new template set is scored in the page, read, compared and exported."""

from __future__ import annotations

import json
import re

import pytest

from replyassist.core.security import Role
from replyassist.evaluation.record import EvaluationRun
from replyassist.evaluation.store import RunStore
from tests.web.console import words
from tests.web.evaluation.workbench import Workbench

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def lead(workbench: Workbench) -> Workbench:
    workbench.console.sign_in(Role.LEAD)
    return workbench


def test_a_newcomer_is_told_the_four_steps(lead: Workbench) -> None:
    page = lead.page("/evaluation")
    assert "Ten minutes to a first figure" in page
    assert 'href="/evaluation"' in lead.page("/queue")


def test_from_two_files_to_a_report_and_every_case(lead: Workbench) -> None:
    cases, templates = lead.cases(), lead.templates()
    run_id = lead.run(cases=cases, templates=templates, title="new macros")

    report = lead.page(f"/evaluation/runs/{run_id}")
    assert "new macros" in report
    assert "Right template, or rightly none" in report
    assert "4 of 4" in words(lead.console.get(f"/evaluation/runs/{run_id}"))
    for number in re.findall(r"/case\?id=([^&\"]+)", report):
        assert "Templates found" in lead.page(f"/evaluation/runs/{run_id}/case?id={number}")
    assert "new macros" in lead.page("/evaluation")


def test_filters_narrow_the_cases(lead: Workbench) -> None:
    run_id = lead.run(cases=lead.cases(), templates=lead.templates())

    assert "1 of 4" in words(lead.console.get(f"/evaluation/runs/{run_id}?expected=opening-hours"))
    assert "1 of 4" in words(lead.console.get(f"/evaluation/runs/{run_id}?words=sponsor"))
    assert "Nothing fits" in lead.page(f"/evaluation/runs/{run_id}?words=giraffe")


def test_live_templates_are_scored_without_any_upload(lead: Workbench) -> None:
    run_id = lead.run(cases=lead.cases(), stages="templates")
    run = RunStore(lead.console.world.settings.home).load(run_id)

    assert (run.templates_from, run.stages) == ("live", ("retrieval",))
    assert "Is the right template found?" in lead.page(f"/evaluation/runs/{run_id}")


def test_two_runs_are_compared_side_by_side(lead: Workbench) -> None:
    cases = lead.cases()
    before = lead.run(cases=cases, title="as it is")
    lead.console.world.clock.advance(seconds=60)
    after = lead.run(cases=cases, templates=lead.templates(), title="new macros")
    ticked = lead.console.get(f"/evaluation/compare?run={after}&run={before}")

    assert ticked.headers["location"] == f"/evaluation/compare?before={before}&after={after}"
    page = lead.page(ticked.headers["location"])
    assert "Right template, or rightly none" in page
    assert "as it is" in page
    document = json.loads(lead.page(f"/evaluation/compare/export?before={before}&after={after}"))
    assert (document["before"], document["pairs"]) == (before, 4)


def test_runs_of_other_cases_say_so_and_can_be_compared_over_what_both_have(lead: Workbench) -> None:
    before = lead.run(cases=lead.cases())
    after = lead.run(cases=lead.cases("nr,message,intent\n1,do you ship to Norway??,shipping-abroad\n", title="one"))
    path = f"/evaluation/compare?before={before}&after={after}"

    refused = lead.console.get(path)
    assert refused.status_code == 422
    assert "not of the same cases" in words(refused)
    assert "1 message in both" in words(lead.console.get(f"{path}&allow_different=true"))


def test_everything_is_exported(lead: Workbench) -> None:
    cases = lead.cases()
    run_id = lead.run(cases=cases, templates=lead.templates())

    record = lead.console.get(f"/evaluation/runs/{run_id}/export/json")
    assert EvaluationRun.model_validate_json(record.content).id == run_id
    assert record.headers["content-disposition"] == f'attachment; filename="{run_id}.json"'
    assert lead.page(f"/evaluation/runs/{run_id}/export/html").startswith("<!doctype html>")
    assert "sponsor our club" in lead.page(f"/evaluation/runs/{run_id}/export/csv")
    assert json.loads(lead.page(f"/evaluation/cases/{cases}/export/jsonl").splitlines()[0])["id"] == "1"
    assert lead.page(f"/evaluation/runs/{run_id}/labels/export") == ""


def test_no_cell_of_an_export_is_run_as_a_formula(lead: Workbench) -> None:
    evil = 'text,template_id\n"=HYPERLINK(""http://evil.example"",""x"")",\n@SUM(1+1)*cmd,\n'
    cases = lead.cases(evil)
    run_id = lead.run(cases=cases)

    for path in (f"/evaluation/cases/{cases}/export/csv", f"/evaluation/runs/{run_id}/export/csv"):
        text = lead.page(path)
        assert "'=HYPERLINK" in text
        assert "'@SUM" in text
        assert not re.search(r'(?:^|,)"?[=@]', text, re.MULTILINE)


def test_a_run_without_cases_or_with_templates_of_another_brand_is_refused_in_the_page(lead: Workbench) -> None:
    answer = lead.console.post("/evaluation/runs", {"cases": "nope-12345678"}, page="/evaluation/runs/new")
    assert answer.status_code == 422
    assert "Choose the cases" in words(answer)


def test_strangers_words_are_shown_as_text(lead: Workbench) -> None:
    cases = lead.cases(
        "text,template_id\n<script>alert(1)</script> <img src=x onerror=y>,<b>none</b>\n", title="<i>x</i>"
    )
    run_id = lead.run(cases=cases, title="<u>run</u>")
    case = re.search(r"/case\?id=([^&\"]+)", lead.page(f"/evaluation/runs/{run_id}"))
    assert case is not None

    for path in (
        "/evaluation", f"/evaluation/cases/{cases}", f"/evaluation/runs/{run_id}", "/evaluation/runs/new",
        f"/evaluation/runs/{run_id}/case?id={case[1]}",
    ):  # fmt: skip
        page = lead.page(path)
        for markup in ("<script>alert", "<img src=x", "<b>none", "<i>x", "<u>run"):
            assert markup not in page, (path, markup)
