"""The two pictures of sureness: marks stand where the numbers are, and the page says them in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.record import CaseResult, EvaluationRun
from replyassist.evaluation.report.calibration import write_calibration
from replyassist.evaluation.report.page import render
from replyassist.evaluation.report.plots import WIDTH
from replyassist.evaluation.report.sureness import EVERY_BRAND, FOOT, MOST_BRANDS, SIDE, view_of, views_of
from replyassist.evaluation.sureness import Sureness
from tests.evaluation.builders import case, result, run

MADE_AT = datetime(2026, 11, 22, tzinfo=UTC)
SAMPLE = Sureness(
    np.array([0.95] * 8 + [0.5] * 4 + [0.1] * 2),
    np.array([True] * 8 + [True, True, False, False] + [False] * 2),
    np.array([True] * 11 + [False] * 3),
)


def sure(number: int, probability: float, *, brand: str = "fernhill", right: bool = True) -> CaseResult:
    return result(
        number, case=case(number, brand=brand), scores={"best_score": probability}, assertions={"hit_at_1": right}
    )


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def brands(count: int) -> EvaluationRun:
    names = [f"brand-{number}" for number in range(count)]
    return run(
        *(sure(number, 0.8, brand=name) for number, name in enumerate(names)), thresholds=dict.fromkeys(names, 0.5)
    )


def test_a_bin_stands_at_what_it_said_and_how_often_it_was_right() -> None:
    low, middle, high = view_of("all", SAMPLE, threshold=0.5).marks

    assert [low.x, middle.x, high.x] == pytest.approx([0.1 * WIDTH, 0.5 * WIDTH, 0.95 * WIDTH])
    assert [low.y, middle.y, high.y] == [SIDE, 0.5 * SIDE, 0.0]
    assert middle.top < middle.y < middle.bottom
    assert high.title == "said 95%, right 100% of 8"


def test_the_fullest_bin_is_as_high_as_the_histogram() -> None:
    columns = view_of("all", SAMPLE, threshold=None).columns

    assert [(column.height, column.y) for column in columns] == [
        (FOOT / 4, FOOT * 3 / 4),
        (FOOT / 2, FOOT / 2),
        (FOOT, 0.0),
    ]


def test_the_present_threshold_is_marked_on_the_curve_and_in_the_table() -> None:
    view = view_of("all", SAMPLE, threshold=0.45)

    assert view.now is not None
    assert f"{view.now.x},{view.now.y}" in view.curve.split()
    assert view.now.title == "from 0.45: 12 of 14 drafted, 83% right"
    assert [row.threshold for row in view.choices if row.threshold in (0.4, 0.45, 0.5)] == [0.4, 0.45, 0.5]


def test_a_threshold_above_everything_has_no_mark_on_the_curve() -> None:
    assert view_of("all", SAMPLE, threshold=0.99).now is None


def test_everything_stays_inside_the_picture() -> None:
    view = view_of("all", SAMPLE, threshold=0.5)
    points = [tuple(map(float, point.split(","))) for point in view.curve.split()]
    places = [*points, *((mark.x, mark.top) for mark in view.marks), *((mark.x, mark.bottom) for mark in view.marks)]

    assert all(0 <= x <= WIDTH and 0 <= y <= SIDE for x, y in places)


def test_several_brands_get_a_view_each_beside_that_of_all() -> None:
    views = views_of(run(sure(1, 0.9), sure(2, 0.4, brand="harbour"), thresholds={"fernhill": 0.5, "harbour": 0.7}))

    assert [(view.name, view.threshold) for view in views] == [
        (EVERY_BRAND, None),
        ("fernhill", 0.5),
        ("harbour", 0.7),
    ]


def test_one_brand_gets_one_view_and_very_many_only_that_of_all() -> None:
    assert [view.name for view in views_of(brands(1))] == ["brand-0"]
    assert [(view.name, view.threshold) for view in views_of(brands(MOST_BRANDS + 1))] == [(EVERY_BRAND, 0.5)]


def test_the_report_says_the_calibration_error_and_what_each_threshold_gives() -> None:
    results = [sure(number, 0.9, right=number > 0) for number in range(10)]
    text = words_of(render(run(*results, stages=("retrieval",), thresholds={"fernhill": 0.5})))

    assert "Expected calibration error 0.000" in text
    assert "The ring is now: from 0.5: 10 of 10 drafted, 90% right." in text
    assert re.search(r"0\.9 10 \(100 %\) 0\.900 0\.596 to 0\.982 0 0", text)


def test_a_run_without_sureness_shows_no_picture() -> None:
    assert "calibration error" not in render(run(result(1, proposal=None, error="x")))


def test_a_calibration_is_one_page_with_a_picture_for_each_name(tmp_path: Path) -> None:
    path = write_calibration(
        {"before": SAMPLE, "after <b>": SAMPLE}, tmp_path / "new", threshold=0.5, encoder="abc", made_at=MADE_AT
    )
    page = path.read_text(encoding="utf-8")

    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 4
    assert "<h2>after &lt;b&gt;</h2>" in page
    assert "src=" not in page


def test_a_calibration_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    with pytest.raises(InvalidInput, match=r"calibration\.html"):
        write_calibration({"before": SAMPLE}, tmp_path / "file", threshold=0.5, encoder="abc", made_at=MADE_AT)
