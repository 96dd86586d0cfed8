"""Two labels of one message that cannot both be right are named by file, line and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.case_files import load_cases

from .labelled import record, write_cases


def lines_of(tmp_path: Path, *records: dict[str, Any]) -> list[str]:
    """What a file of these is refused with; nothing when it is taken."""
    try:
        load_cases(write_cases(tmp_path / "labels.jsonl", *records))
    except InvalidInput as error:
        return error.detail.splitlines()
    return []


def test_templates_that_exclude_each_other_are_named_with_both_lines(tmp_path: Path) -> None:
    labels: list[Any] = ["shipping-abroad", "delivery-time", None]
    records = [record(number, expected={"template_id": label}) for number, label in enumerate(labels)]

    second, third = lines_of(tmp_path, *records)

    path = tmp_path / "labels.jsonl"
    end = f"and for the same message in line 1 of {path} 'shipping-abroad': they contradict each other"
    assert second == f"{path}:2, field 'expected.template_id': 'delivery-time', {end}"
    assert third == f"{path}:3, field 'expected.template_id': none, {end}"


def test_a_table_names_its_own_column(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("id,text,template_id\n1,hi,a\n2,hi,b\n", encoding="utf-8")

    with pytest.raises(InvalidInput, match=r"labels\.csv:3, field 'template_id': 'b', and .* line 2 of .* 'a'"):
        load_cases(path)


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({"route": "draft"}, {"route": "escalate"}, "expected.route"),
        ({"must_not_include": ["€5"]}, {"must_include": ["5 euros"]}, "expected.must_include"),
        ({"must_include": ["free shipping over €35"]}, {"must_not_include": ["free shipping"]},
         "expected.must_not_include"),
    ],
)  # fmt: skip
def test_routes_and_passages_can_contradict_too(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], field: str
) -> None:
    (line,) = lines_of(tmp_path, record(1, expected=first), record(2, expected=second))

    assert line.startswith(f"{tmp_path / 'labels.jsonl'}:2, field '{field}': ")


def test_a_passage_that_must_and_must_not_be_said_is_a_contradiction_within_one_label(tmp_path: Path) -> None:
    label = {"must_include": ["4 to 7 working days"], "must_not_include": ["7 working days"]}

    (line,) = lines_of(tmp_path, record(1, expected=label))

    assert "who says '4 to 7 working days' says '7 working days', which must not be said" in line


@pytest.mark.parametrize("text", ["Do you ship to Norway??", "do  you ship\u200b to norway??"])
def test_a_message_is_the_same_in_any_case_and_spacing(tmp_path: Path, text: str) -> None:
    assert lines_of(tmp_path, record(1), record(2, text=text, expected={"template_id": None}))


@pytest.mark.parametrize(
    "other",
    [
        {"brand": "harbour"},
        {"channel": "x"},
        {"visibility": "private"},
        {"parent_text": "New roast!"},
        {"answered_text": "me too"},
    ],
)
def test_the_same_words_elsewhere_are_another_message(tmp_path: Path, other: dict[str, Any]) -> None:
    assert lines_of(tmp_path, record(1), record(2, expected={"template_id": None}, **other)) == []


def test_what_is_asked_twice_and_labelled_alike_is_told_and_taken(tmp_path: Path) -> None:
    path = write_cases(tmp_path / "labels.jsonl", record(1), record(2, author_name="Ana"))

    read = load_cases(path)

    assert len(read) == 2
    assert read.notes == (f"1 messages are there again and count again, such as {path}:2 as line 1",)


def test_a_fuller_label_of_the_same_message_is_told_and_taken(tmp_path: Path) -> None:
    fuller = record(2, expected={"also_template_ids": ["delivery-time"]})
    path = write_cases(tmp_path / "labels.jsonl", record(1), fuller)

    assert load_cases(path).notes[1] == f"{path}:2 accepts other templates than line 1 for the same message"
