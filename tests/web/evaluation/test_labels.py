"""Drafts are labelled blind, one after the other, by several people; what they say is kept as label files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from replyassist.core.security import Role
from replyassist.evaluation.labels import load_labels
from tests.web.console import Console, words
from tests.web.evaluation.workbench import Workbench

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def run_id(workbench: Workbench) -> str:
    workbench.console.sign_in(Role.LEAD)
    return workbench.run(cases=workbench.cases(), templates=workbench.templates(), title="secret title")


def batch(bench: Workbench) -> str:
    found = re.search(r"/evaluation/label/[0-9a-f]{16}", bench.page("/evaluation/label"))
    assert found is not None
    return found[0]


def label(bench: Workbench, name: str = "send-ready", *failures: str) -> int:
    path = batch(bench)
    case = re.search(r'name="case_id" value="([^"]+)"', bench.page(path))
    assert case is not None
    form = {"case_id": case[1], "label": name, "failures": list(failures)}
    return bench.console.post(path, form, page=path).status_code


def test_the_page_tells_nothing_of_verdict_model_or_run(workbench: Workbench, run_id: str) -> None:
    page = workbench.page(batch(workbench))
    shown = page[page.index("<main") : page.index("</main")]

    for told in ("Ready", "badge", "fake", "secret title", run_id, "%"):
        assert told not in shown, told
    assert "We ship to 32 countries" in shown


def test_labels_are_kept_as_files_that_the_command_line_reads(workbench: Workbench, run_id: str) -> None:
    assert label(workbench) == 303
    assert label(workbench, "not-usable", "wrong_template", "too_long") == 303

    labels = load_labels(workbench.console.world.settings.home / "eval-labels" / run_id)
    assert [each.label for each in labels] == ["send-ready", "not-usable"]
    exported = [json.loads(line) for line in workbench.page(f"/evaluation/runs/{run_id}/labels/export").splitlines()]
    assert exported[1]["failures"] == ["wrong_template", "too_long"]
    assert "All 2 drafts are labelled" in workbench.page(batch(workbench))


def test_a_draft_that_is_not_send_ready_needs_a_reason(workbench: Workbench, run_id: str) -> None:
    assert label(workbench, "needs-edit") == 422
    assert label(workbench, "splendid") == 422
    assert workbench.page(f"/evaluation/runs/{run_id}/labels/export") == ""


def test_the_last_label_is_taken_back(workbench: Workbench, run_id: str) -> None:
    path = batch(workbench)
    label(workbench)
    assert "1 / 2" in words(workbench.console.get(path))
    assert workbench.console.post(f"{path}/undo", {}, page=path).status_code == 303
    assert "0 / 2" in words(workbench.console.get(path))


def test_two_readers_get_orders_of_their_own_and_a_kappa(
    workbench: Workbench, run_id: str, browser: Callable[[], Console], app: FastAPI
) -> None:
    second = Workbench(browser(), app)
    second.console.sign_in(Role.MANAGER)
    for bench in (workbench, second):
        label(bench)
        label(bench, "needs-edit", "wrong_tone")

    page = words(workbench.console.get(f"/evaluation/runs/{run_id}/labels"))
    assert "Kappa between readers" in page or "Called ready that people would send" in page
    assert page.count("2 / 2") == 2


def test_pairs_are_chosen_blind_and_on_random_sides(workbench: Workbench, run_id: str, tmp_path: Path) -> None:
    workbench.console.world.clock.advance(minutes=1)
    other = workbench.templates(
        "id,questions,reply\nshipping-abroad,do you ship to Norway? | international delivery?,"
        "Yes: 32 countries in Europe get parcels. Delivery takes 4 to 7 working days.\n"
        "opening-hours,when are you open?,We are open from 9 every day.\n",
        title="other",
    )
    cases = re.search(r"/evaluation/cases/([^\"?]+)", workbench.page("/evaluation"))
    assert cases is not None
    after = workbench.run(cases=cases[1], templates=other)
    compared = f"/evaluation/compare?before={run_id}&after={after}"
    assert "two different drafts" in workbench.page(compared)
    workbench.console.post("/evaluation/compare/pairs", {"before": run_id, "after": after}, page=compared)
    found = re.search(r"/evaluation/pairs/[0-9a-f]{16}", workbench.page("/evaluation/label"))
    assert found is not None
    path = found[0]
    assert run_id not in workbench.page(path)
    case = re.search(r'name="case_id" value="([^"]+)"', workbench.page(path))
    assert case is not None
    workbench.console.post(path, {"case_id": case[1], "preferred": "tie"}, page=path)

    chosen = workbench.page(f"/evaluation/compare/pairs/export?before={run_id}&after={after}")
    assert json.loads(chosen)["preferred"] == "tie"
    workbench.console.post(f"{path}/undo", {}, page=path)
    assert workbench.page(f"/evaluation/compare/pairs/export?before={run_id}&after={after}") == ""
