from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from replyassist.cli import app
from replyassist.core.errors import InvalidInput
from replyassist_bench import pii

ROWS = [
    ("mail a@mail.example now", [["EMAIL_ADDRESS", 5, 19, "a@mail.example"]], 1),
    ("mail a@mail.example now", [["EMAIL_ADDRESS", 5, 19, "a@mail.example"]], 2),
    ("the card 4111111111111111", [["CREDIT_CARD", 9, 25, "4111111111111111"]], 3),
    ("I am Qwerx from 203.0.113.9", [["PERSON", 5, 10, "Qwerx"]], 5),
]


def write(folder: Path, rows: list[tuple[str, list[list[object]], int]]) -> None:
    lines = [json.dumps({"text": text, "spans": spans, "template_id": number}) for text, spans, number in rows]
    (folder / "presidio_pii.jsonl").write_text("\n".join(lines), encoding="utf-8")


def test_the_halves_share_no_template(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    tuned, reported = pii.read_texts(tmp_path, half="dev"), pii.read_texts(tmp_path, half="test")
    assert (len(tuned), len(reported)) == (1, 3)


def test_precision_and_recall_count_overlapping_places(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    result = pii.measure(pii.read_texts(tmp_path, half="test"))
    assert result["texts"] == 3
    assert result["email"]["precision"] == result["email"]["recall"] == result["email"]["exact_recall"] == 1.0
    assert result["card"]["labelled"] == 1
    assert result["card"]["recall_95"][0] < 0.5 < result["card"]["recall_95"][1]
    assert result["person"]["recall"] == 0.0
    assert result["ip"] == result["ip"] | {"precision": 0.0, "recall": None, "found": 1}


def test_a_place_that_is_found_only_in_part_is_not_exact() -> None:
    text = pii.LabelledText("mail a@mail.example now", (pii.Place("email", 0, 19),))
    score = pii.measure([text])["email"]
    assert (score["recall"], score["exact_recall"]) == (1.0, 0.0)


def test_the_reference_is_measured_on_the_same_texts(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    reference = pii.measure(pii.read_texts(tmp_path, half="test"))["email"]["reference"]
    assert reference["recall"] == 1.0


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "a"}', '{"text": "a", "spans": [["X"]], "template_id": 1}'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "presidio_pii.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        pii.read_texts(tmp_path, half="test")
    assert caught.value.line == 1


def test_missing_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        pii.read_texts(tmp_path, half="test")


def test_the_command_prints_one_json_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, ROWS)
    monkeypatch.setenv("REPLYASSIST_BENCH_DATA", str(tmp_path))
    result = CliRunner().invoke(app, ["bench", "pii", "--quick", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["email"]["recall"] == 1.0
