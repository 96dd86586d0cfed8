"""`replyassist eval calibrate`, as it is typed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from replyassist.cli import main
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.retrieval.fits import calibrated_brands, calibration_file, fit_for, load_calibration

OUTSIDE = [
    "who painted the mural in your shop?",
    "what is the capital of Peru?",
    "do you sell umbrellas?",
    "can I rent the whole street",
    "when does the match start",
    "is the manager single",
]


def write_cases(path: Path, *, questions: int) -> Path:
    """The sample brand's own questions, and messages that it has no template for."""
    templates = read_templates(resource_folder("faq") / "fernhill").templates
    asked = [(f"hey, {template.questions[0]}", template.id) for template in templates[:questions]]
    records = [
        {"id": f"c{number}", "brand": "fernhill", "text": text, "expected": {"template_id": right}}
        for number, (text, right) in enumerate([*asked, *((text, None) for text in OUTSIDE * 3)])
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def calibrate(monkeypatch: pytest.MonkeyPatch, home: Path, cases: Path, *more: str) -> int:
    monkeypatch.setenv("REPLYASSIST_HOME", str(home))
    monkeypatch.setenv("REPLYASSIST_LLM_DISABLED", "1")
    monkeypatch.delenv("REPLYASSIST_DATABASE_URL", raising=False)
    arguments = ["--cases", str(cases), "--day", "2026-11-22", "--json", *more]
    monkeypatch.setattr(sys, "argv", ["replyassist", "eval", "calibrate", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


@pytest.mark.encoder
def test_what_is_fitted_is_kept_for_the_brand_and_its_error_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = write_cases(tmp_path / "cases.jsonl", questions=23)
    encoder = SentenceTransformerEncoder("minilm").model_digest
    path = calibration_file(tmp_path, brand_id="fernhill", encoder=encoder)
    path.parent.mkdir(parents=True)
    path.write_text("broken", encoding="utf-8")
    status = calibrate(monkeypatch, tmp_path, cases, "--report", str(tmp_path / "page"))
    said = json.loads(capsys.readouterr().out)
    figures = said["brands"]["fernhill"]
    kept = load_calibration(tmp_path, brand_id="fernhill", encoder=encoder)

    assert status == 0
    assert figures["cases"] == kept.answerable.cases == 41
    assert kept.right == fit_for(encoder).calibration.right, "23 cases are too few"
    assert said["encoder"] == kept.encoder == encoder
    assert 0 <= figures["ece_before"] <= 1
    assert 0 <= figures["ece_held_out"] < 0.2
    page = (tmp_path / "page" / "calibration.html").read_text(encoding="utf-8")
    assert f"{figures['ece_before']:.3f}</strong>" in page
    assert f"{figures['ece_held_out']:.3f}</strong>" in page


@pytest.mark.encoder
def test_too_few_cases_are_refused_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = calibrate(monkeypatch, tmp_path, write_cases(tmp_path / "cases.jsonl", questions=2))

    assert status == 2
    assert "at least 30 cases" in capsys.readouterr().err
    assert not (tmp_path / "calibrations").exists()


@pytest.mark.encoder
def test_each_brand_of_the_cases_has_its_own_and_what_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = write_cases(tmp_path / "cases.jsonl", questions=23)
    more = [
        {"id": "h1", "brand": "harbour", "text": "is my money safe?", "expected": {"template_id": "deposit-protektion"}}
    ]
    with cases.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in more)
    status = calibrate(monkeypatch, tmp_path, cases)
    told = capsys.readouterr()

    assert status == 0
    assert list(json.loads(told.out)["brands"]) == ["fernhill"]
    assert calibrated_brands(tmp_path, encoder=SentenceTransformerEncoder("minilm").model_digest) == ["fernhill"]
    assert "harbour, 1 cases, stays as it is: at least 30 cases" in told.err
    assert "cases.jsonl:42, field 'expected.template_id': no template of harbour has the id" in told.err
    assert "did you mean 'deposit-protection'?" in told.err
