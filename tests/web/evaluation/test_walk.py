"""Somebody who never saw the program scores a new template set, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from replyassist.core.security import Role
from replyassist.evaluation.jobs.service import EVALUATE_JOB, EvaluationRunner
from replyassist.evaluation.labels import load_labels
from tests.web.chromium import Desk, address_of
from tests.web.evaluation.workbench import CASES, TEMPLATES
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "brought"
    folder.mkdir()
    (folder / "labelled messages.csv").write_text(CASES, encoding="utf-8")
    (folder / "macros.csv").write_text(TEMPLATES, encoding="utf-8")
    return folder


def work(world: World, app: FastAPI) -> None:
    job = world.jobs.take(EVALUATE_JOB)
    doer = EvaluationRunner(database=world.database, adapters=app.state.proposer, jobs=world.jobs, clock=world.clock)
    doer.do(*job.arguments, is_ending=lambda: False)


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_from_sign_in_to_labels_and_files(desk: Desk, world: World, app: FastAPI, files: Path, tmp_path: Path) -> None:
    page = desk.page
    desk.sign_in(address_of(world.person(Role.LEAD)))
    page.get_by_role("link", name="Evaluation").click()
    expect(page.locator("h1")).to_have_text("Evaluation")
    bring_cases(page, files)
    bring_templates(desk, files)
    score(desk, world, app, "new macros")
    read_the_report(desk)
    world.clock.advance(minutes=5)
    desk.open("/evaluation/runs/new")
    score(desk, world, app, "live templates")
    compare(desk)
    open_labels(desk)
    page.get_by_role("link", name="Label them yourself").click()
    labelled = label_by_keys(desk)
    open_labels(desk)
    expect(page.get_by_text(f"{labelled} / {labelled}")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export labels").click()
    download.value.save_as(tmp_path / "labels.jsonl")
    assert len(load_labels(tmp_path / "labels.jsonl")) == labelled
    export(desk)


def bring_cases(page: Page, files: Path) -> None:
    page.get_by_role("link", name="Bring labelled messages").click()
    page.get_by_label("Files").set_input_files(files / "labelled messages.csv")
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_label("Message (needed)")).to_have_value("customer message")
    expect(page.get_by_label("Right template")).to_have_value("intent")
    page.get_by_label("Must say", exact=True).select_option("must say")
    page.get_by_role("button", name="Check with this map").click()
    expect(page.get_by_role("heading", name="All 4 are good")).to_be_visible()
    page.get_by_role("button", name="Keep 4 cases").click()
    expect(page.get_by_role("status").filter(has_text="Kept.")).to_be_visible()


def bring_templates(desk: Desk, files: Path) -> None:
    page = desk.page
    desk.open("/evaluation/bring/templates")
    page.get_by_label("Files").set_input_files(files / "macros.csv")
    page.get_by_role("button", name="Look at them").click()
    page.get_by_role("button", name="Keep 2 templates").click()
    page.get_by_role("link", name="Score with them").click()


def score(desk: Desk, world: World, app: FastAPI, title: str) -> None:
    page = desk.page
    page.get_by_label("What to call it").fill(title)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_text("Waits for the worker")).to_be_visible()
    work(world, app)
    expect(page.locator("h1")).to_have_text(title)


def read_the_report(desk: Desk) -> None:
    page = desk.page
    expect(page.get_by_role("heading", name="Is the right template found?")).to_be_visible()
    page.locator(".case-row").first.click()
    expect(page.get_by_role("heading", name="Templates found")).to_be_visible()
    page.wait_for_load_state("load")
    desk.press("j")
    expect(page.get_by_text("2 / 4")).to_be_visible()


def compare(desk: Desk) -> None:
    page = desk.page
    desk.open("/evaluation")
    page.get_by_label("Compare new macros").check()
    page.get_by_label("Compare live templates").check()
    page.get_by_role("button", name="Compare the two that are ticked").click()
    expect(page.get_by_role("heading", name="Measures")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("new macros")


def open_labels(desk: Desk) -> None:
    desk.open("/evaluation")
    desk.page.get_by_role("link", name="new macros").click()
    desk.page.get_by_role("link", name="Labels and readers").click()


def export(desk: Desk) -> None:
    page = desk.page
    desk.open("/evaluation")
    page.get_by_role("link", name="new macros").click()
    for name in ("Report as one HTML file", "Cases for a spreadsheet (CSV)", "Run record (JSON)"):
        page.reload()
        page.get_by_text("Export", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.path().stat().st_size > 100


def label_by_keys(desk: Desk) -> int:
    """Label every draft with one key each, and take one back in between; how many there are."""
    page = desk.page
    expect(page.get_by_role("heading", name="Draft", exact=True)).to_be_visible()
    assert page.locator(".badge").count() == 0  # no verdict
    assert "new macros" not in page.content()
    counter = page.locator(".way .number")
    page.wait_for_load_state("load")
    total = int(counter.inner_text().split("/")[1])
    desk.press("s")
    expect(counter).to_have_text(f"1 / {total}")
    desk.press("u")
    expect(counter).to_have_text(f"0 / {total}")
    desk.press("x")
    desk.press("1")
    expect(page.get_by_label("Wrong template")).to_be_checked()
    desk.press("Enter")
    expect(counter).to_have_text(f"1 / {total}")
    for number in range(1, total):
        desk.press("s")
        if number + 1 < total:
            expect(counter).to_have_text(f"{number + 1} / {total}")
    expect(page.get_by_text(f"All {total} drafts are labelled.")).to_be_visible()
    return total
