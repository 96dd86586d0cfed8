"""`replyassist brand threshold`, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.result import Run


@pytest.fixture
def run(typed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, where a shop has one template."""
    monkeypatch.setenv("REPLYASSIST_ABSTAIN_THRESHOLD", "0.4")
    (tmp_path / "faq.csv").write_text("id,reply\nhours,We are open every day.\n", encoding="utf-8")
    assert typed("faq", "import", "faq.csv", "--brand", "shop").status == 0
    return typed


def test_a_brand_sets_its_number_sees_it_and_takes_it_back(run: Run) -> None:
    before, changed = run("brand", "threshold", "shop"), run("brand", "threshold", "shop", "0.7")
    kept, back = run("brand", "threshold", "shop"), run("brand", "threshold", "shop", "--reset")

    assert "shop abstains below 0.4, as the setting says." in before.err
    assert "shop abstains below 0.7." in changed.err
    assert kept == changed
    assert back == before


@pytest.mark.parametrize("wrong", ["1.2", "nan"])
def test_what_is_no_probability_is_refused_in_one_line(run: Run, wrong: str) -> None:
    refused = run("brand", "threshold", "shop", wrong)
    assert (refused.status, refused.err) == (2, "error: field 'threshold': a probability is needed, 0 to 1\n")
    assert "as the setting says" in run("brand", "threshold", "shop").err


def test_a_number_and_its_reset_exclude_each_other(run: Run) -> None:
    assert run("brand", "threshold", "shop", "0.5", "--reset").status == 2
