"""A brand from elsewhere, as its spreadsheets hold it: ready drafts that nobody should send count as wrong."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest

from replyassist.evaluation.record import load_run
from tests.cli.result import Run

PEDAL = Path(__file__).parent / "pedal"
MAP = (
    "id=Code,title=Frage,questions=Varianten,reply=Antwort,cases.id=nr,text=message,author_name=name,"
    "template_id=intent,must_include=must,must_not_include=never"
)


@pytest.fixture
def run(typed: Run) -> Run:
    """Runs ``replyassist eval run`` on the files of the foreign brand."""
    files = ("--cases", PEDAL / "labels.csv", "--faq", PEDAL / "templates.csv", "--map", MAP, "--brand", "pedal")
    return partial(typed, "eval", "run", *files, "--day", "2026-11-22")


@pytest.mark.encoder
def test_a_ready_draft_where_no_template_answers_is_wrong_though_nothing_in_it_is_forbidden(
    run: Run, tmp_path: Path
) -> None:
    found = run("--voice", PEDAL / "voice.yaml", "--out", tmp_path / "run.json", "--json")

    results = load_run(tmp_path / "run.json").results
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
    assert json.loads((tmp_path / "run.json").read_text())["voice_sources"] == {"pedal": str(PEDAL / "voice.yaml")}


@pytest.mark.encoder
def test_the_summary_begins_with_the_rate_and_names_what_is_ready_and_wrong(run: Run, tmp_path: Path) -> None:
    found = run("--voice", "default", "--split", "")

    assert found.status == 0
    assert found.out.index("ready_right_rate") < found.out.index("cases")
    assert "Voice of pedal: 'Pedal', version" in found.err
    assert re.search(r"drafts are called ready, and are wrong:\n  \d+: template: \S+, not a template at all", found.out)


def test_without_a_voice_the_run_is_refused_before_anything_is_drafted(run: Run, tmp_path: Path) -> None:
    found = run()

    assert (found.status, found.out) == (2, "")
    assert "field 'voice': the brand 'pedal' has no voice" in found.err
    assert not (tmp_path / "home" / "eval-runs").exists()
