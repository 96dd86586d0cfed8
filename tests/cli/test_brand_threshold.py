"""`replyassist brand threshold`, as it is typed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from replyassist.cli import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REPLYASSIST_ABSTAIN_THRESHOLD", "0.4")
    monkeypatch.delenv("REPLYASSIST_DATABASE_URL", raising=False)
    (tmp_path / "faq.csv").write_text("id,reply\nhours,We are open every day.\n", encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["replyassist", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        return int(caught.value.code or 0), capsys.readouterr().err

    assert run("faq", "import", "faq.csv", "--brand", "shop")[0] == 0
    return run


def test_a_brand_sets_its_number_sees_it_and_takes_it_back(run: Run) -> None:
    before, changed = run("brand", "threshold", "shop"), run("brand", "threshold", "shop", "0.7")
    kept, back = run("brand", "threshold", "shop"), run("brand", "threshold", "shop", "--reset")

    assert "shop abstains below 0.4, as the setting says." in before[1]
    assert "shop abstains below 0.7." in changed[1]
    assert kept == changed
    assert back == before


@pytest.mark.parametrize("wrong", ["1.2", "nan"])
def test_what_is_no_probability_is_refused_in_one_line(run: Run, wrong: str) -> None:
    assert run("brand", "threshold", "shop", wrong) == (
        2,
        "error: field 'threshold': a probability is needed, 0 to 1\n",
    )
    assert "as the setting says" in run("brand", "threshold", "shop")[1]


def test_a_number_and_its_reset_exclude_each_other(run: Run) -> None:
    assert run("brand", "threshold", "shop", "0.5", "--reset")[0] == 2
