"""Labelled cases in files: what is taken, and what is refused by file, line and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.case_files import load_cases
from replyassist.triage import Route

from .labelled import case, record, write_cases


def test_the_smallest_case_is_enough(tmp_path: Path) -> None:
    path = write_cases(tmp_path / "cases.jsonl", {"id": "c1", "text": "hi", "expected": {"template_id": None}})

    (read,) = load_cases(path).cases

    assert (read.brand, read.channel, read.visibility, read.author_name) == ("", "instagram", "public", None)
    assert (read.is_in_scope, read.right_templates, read.should_be_drafted) == (False, frozenset(), False)


def test_every_field_of_the_contract_is_read(tmp_path: Path) -> None:
    expected = {"template_id": "a", "also_template_ids": ["b"], "route": "draft", "reply": "Hi!"}
    expected |= {"must_include": ["4 to 7 working days"], "must_not_include": ["free shipping"]}
    whole = {"id": 7, "brand": "fernhill", "channel": "x", "visibility": "private", "text": " hello ", "split": "dev"}
    whole |= {"author_name": "Ana", "author_handle": "ana", "parent_text": "New!", "tags": ["typo"]}

    (read,) = load_cases(write_cases(tmp_path / "cases.jsonl", whole | {"expected": expected})).cases

    assert (read.id, read.text, read.expected.route) == ("7", "hello", Route.DRAFT)
    assert (sorted(read.right_templates), read.should_be_drafted) == (["a", "b"], True)


@pytest.mark.parametrize(
    ("line", "field", "part"),
    [
        ('{"id": "c2"', None, "not valid JSON"),
        ("[1]", None, "expected a JSON object"),
        ('{"id": "c2", "text": "hi", "expected": {}}', "expected.template_id", "required"),
        ('{"id": "c2", "text": "hi"}', "expected", "required"),
        ('{"id": "c2", "text": " ", "expected": {"template_id": null}}', "text", "at least 1"),
        ('{"id": "c2", "text": "hi", "channle": "x", "expected": {"template_id": null}}', "channle", "not permitted"),
        ('{"id": "c2", "text": "hi", "expected": {"template_id": null, "replay": ""}}', "expected.replay", "permitted"),
        ('{"id": "c2", "text": "hi", "expected": {"template_id": null, "route": "send"}}', "expected.route", "draft"),
        ('{"id": "c1", "text": "hi", "expected": {"template_id": null}}', "id", "there twice, first in cases.jsonl"),
    ],
)
def test_a_bad_line_is_named_by_file_line_and_field(tmp_path: Path, line: str, field: str | None, part: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(f"{json.dumps(record(1))}\n\n{line}\n", encoding="utf-8")

    with pytest.raises(InvalidInput, match=part) as caught:
        load_cases(path)

    assert (caught.value.file, caught.value.line, caught.value.field) == (str(path), 3, field)


def test_a_folder_is_read_file_by_file_and_an_id_is_unique_over_all(tmp_path: Path) -> None:
    write_cases(tmp_path / "b.jsonl", record(2))
    write_cases(tmp_path / "a.jsonl", record(1))
    (tmp_path / "README.md").write_text("no cases", encoding="utf-8")

    assert [item.id for item in load_cases(tmp_path).cases] == ["c1", "c2"]

    write_cases(tmp_path / "c.jsonl", record(1))
    with pytest.raises(InvalidInput, match=r"first in a\.jsonl, line 1"):
        load_cases(tmp_path)


@pytest.mark.parametrize("name", ["missing.jsonl", "folder", "empty.jsonl", "latin.jsonl"])
def test_a_path_without_cases_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "caf\xe9"}')

    with pytest.raises(InvalidInput, match=name):
        load_cases(tmp_path / name)


def test_the_digest_follows_the_content_and_not_the_layout(tmp_path: Path) -> None:
    one = load_cases(write_cases(tmp_path / "one.jsonl", record(1), record(2)))
    (tmp_path / "two.jsonl").write_text(
        f"\n{json.dumps(dict(reversed(record(1).items())))}\n{json.dumps(record(2))}", encoding="utf-8"
    )
    changed = load_cases(write_cases(tmp_path / "three.jsonl", record(1), record(2, text="another")))

    assert load_cases(tmp_path / "two.jsonl").digest == one.digest != changed.digest


def test_a_selection_is_of_one_split_and_spread_evenly(tmp_path: Path) -> None:
    records = [record(number, split="dev" if number % 2 else "test") for number in range(1, 13)]
    dataset = load_cases(write_cases(tmp_path / "cases.jsonl", *records))

    assert [item.id for item in dataset.select(split="dev").cases] == ["c1", "c3", "c5", "c7", "c9", "c11"]
    assert [item.id for item in dataset.select(split="dev", limit=3).cases] == ["c1", "c5", "c9"]
    assert len(dataset.select(limit=50)) == 12
    with pytest.raises(InvalidInput, match="there are: dev, test"):
        dataset.select(split="training")


@pytest.mark.parametrize(
    ("route", "drafted"), [(None, True), ("draft", True), ("escalate", False), ("no_reply", False)]
)
def test_a_case_that_needs_a_person_should_not_be_drafted(route: Any, drafted: bool) -> None:
    assert case(expected={"route": route}).should_be_drafted is drafted
