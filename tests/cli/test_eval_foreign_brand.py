"""A brand from elsewhere, as its spreadsheets hold it: ready drafts that nobody should send count as wrong."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from replyassist.cli import main
from replyassist.evaluation.record import load_run
from tests.cli.result import Result

PEDAL = Path(__file__).parent / "pedal"
MAP = (
    "id=Code,title=Frage,questions=Varianten,reply=Antwort,cases.id=nr,text=message,author_name=name,"
    "template_id=intent,must_include=must,must_not_include=never"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, no model and no database from elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REPLYASSIST_LLM_DISABLED", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("REPLYASSIST_DATABASE_URL", raising=False)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Result:
    files = ("--cases", PEDAL / "labels.csv", "--faq", PEDAL / "templates.csv", "--map", MAP, "--brand", "pedal")
    typed = ["replyassist", "eval", "run", *map(str, files), "--day", "2026-11-22", *map(str, arguments)]
    monkeypatch.setattr(sys, "argv", typed)
    with pytest.raises(SystemExit) as caught:
        main()
    captured = capsys.readouterr()
    return Result(int(caught.value.code or 0), captured.out, captured.err)


@pytest.mark.encoder
def test_a_ready_draft_where_no_template_answers_is_wrong_though_nothing_in_it_is_forbidden(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(monkeypatch, capsys, "--voice", PEDAL / "voice.yaml", "--out", home / "run.json", "--json")

    results = load_run(home / "run.json").results
    ready = [result for result in results if "ready_right" in result.assertions]
    outside = {result.case.id for result in ready if not result.case.is_in_scope}
    figures = found.document
    assert (found.status, figures["in_scope"], figures["out_of_scope"]) == (0, 17, 8)
    assert outside
    assert all(result.assertions["says_nothing_forbidden"] for result in ready)
    assert {item["case"] for item in figures["ready_wrong"]} == outside
    assert figures["ready_right_rate"]["value"] == pytest.approx(1 - len(outside) / len(ready), abs=1e-4)
    assert figures["ready_right_rate"]["low"] > 0
    assert "Voice of pedal: 'Pedal & Co', version" in found.err
    assert json.loads((home / "run.json").read_text())["voice_sources"] == {"pedal": str(PEDAL / "voice.yaml")}


@pytest.mark.encoder
def test_the_summary_begins_with_the_rate_and_names_what_is_ready_and_wrong(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(monkeypatch, capsys, "--voice", "default", "--split", "")

    assert found.status == 0
    assert found.out.index("ready_right_rate") < found.out.index("cases")
    assert "Voice of pedal: 'Pedal', version" in found.err
    assert re.search(r"drafts are called ready, and are wrong:\n  \d+: template: \S+, not a template at all", found.out)


def test_without_a_voice_the_run_is_refused_before_anything_is_drafted(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(monkeypatch, capsys)

    assert (found.status, found.out) == (2, "")
    assert "field 'voice': the brand 'pedal' has no voice" in found.err
    assert not (home / "home" / "eval-runs").exists()
