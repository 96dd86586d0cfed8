"""Label files as spreadsheets and other programs write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.case_files import check_cases, load_cases
from replyassist.evaluation.columns import guessed_map
from replyassist.evaluation.dataset import Case
from replyassist.triage import Route

MAP = {"id": "nr", "text": "Nachricht", "template_id": "Vorlage", "must_include": "muss"}


def written(folder: Path, content: str | bytes, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cases(folder: Path, content: str | bytes, name: str = "labels.csv", **column_map: str) -> tuple[Case, ...]:
    return load_cases(written(folder, content, name), column_map=column_map).cases


def refused(path: Path, **column_map: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        load_cases(path, column_map=column_map)
    return caught.value.detail.splitlines()


class TestTables:
    def test_the_smallest_table_is_enough(self, tmp_path: Path) -> None:
        (case,) = cases(tmp_path, "id,brand,text,template_id\n1,fernhill,do you ship to norway?,shipping-abroad\n")

        assert (case.id, case.brand, case.text) == ("1", "fernhill", "do you ship to norway?")
        assert case.right_templates == {"shipping-abroad"}

    def test_every_field_has_a_column(self, tmp_path: Path) -> None:
        header = "id;brand;channel;visibility;text;author_name;split;tags;template_id;route;reply;must_include;"
        row = 'c1;acme;facebook;private;"one; two";Ana;dev;a | b;x | y;draft;Hi!;4 to 7 days | €5;free'

        (case,) = cases(tmp_path, f"{header}must_not_include\n{row}\n")

        label = case.expected
        assert (case.channel, case.visibility, case.text, case.tags) == ("facebook", "private", "one; two", ["a", "b"])
        assert (label.template_id, label.also_template_ids, label.route) == ("x", ["y"], Route.DRAFT)
        assert (label.reply, label.must_include, label.must_not_include) == ("Hi!", ["4 to 7 days", "€5"], ["free"])

    def test_an_empty_cell_says_that_no_template_answers_and_else_leaves_a_field_out(self, tmp_path: Path) -> None:
        (case,) = cases(tmp_path, "id,text,template_id,route,visibility,must_include,author_name\n1,hi,,,,,\n")

        assert (case.is_in_scope, case.expected.route, case.visibility) == (False, None, "public")
        assert (case.expected.must_include, case.author_name) == ([], None)

    def test_foreign_columns_are_mapped(self, tmp_path: Path) -> None:
        (case,) = cases(tmp_path, "nr;Nachricht;Vorlage;muss\n7;wann offen?;hours;9:00 | 18:00\n", **MAP)

        assert (case.id, case.text) == ("7", "wann offen?")
        assert case.right_templates == {"hours"}
        assert case.expected.must_include == ["9:00", "18:00"]

    @pytest.mark.parametrize("header", ["ID,Text,Template ID", "id,TEXT,template-id", "id,text,expected.template_id"])
    def test_a_header_is_known_in_any_case_and_spacing(self, tmp_path: Path, header: str) -> None:
        (case,) = cases(tmp_path, f"{header}\n1,hi,a\n")

        assert case.right_templates == {"a"}

    def test_columns_that_hold_no_field_are_left_out_and_told_of(self, tmp_path: Path) -> None:
        path = written(tmp_path, "id,text,template_id,annotator,must_inlcude\n1,hi,a,Kim,x\n")

        (note,) = load_cases(path).notes

        assert note == f"{path}: ignored columns: annotator, must_inlcude (did you mean must_include?)"

    def test_a_table_that_is_not_unicode_says_how_it_was_read(self, tmp_path: Path) -> None:
        path = written(tmp_path, "id;text;template_id\n1;wo ist das Café?;café\n".encode("cp1252"))

        read = load_cases(path)

        assert read.cases[0].right_templates == {"café"}
        assert "was read as Windows-1252" in read.notes[0]

    def test_a_folder_holds_tables_and_lines(self, tmp_path: Path) -> None:
        written(tmp_path, "id,text,template_id\n1,hi,a\n")
        written(tmp_path, '{"id": "2", "text": "ho", "expected": {"template_id": null}}\n', "more.jsonl")

        assert [case.id for case in load_cases(tmp_path).cases] == ["1", "2"]

    @pytest.mark.parametrize(
        ("content", "column_map", "line"),
        [
            ("sep=,\nid,text\n1,hi\n", {}, ":2, field 'template_id': there is no column 'template_id'; there are: id, "
             "text; --map template_id=COLUMN says which one holds it"),
            ("id,text,x\n1,hi,a\n", {"template_id": "y"}, ":1, field 'template_id': there is no column 'y'; there are: "
             "id, text, x; see --map"),
            ("id,text,template_id,route\n1,hi,a,send\n", {}, ":2, field 'route': Input should be 'draft', 'escalate', "
             "'no_reply' or 'review'"),
            ("id,text,template_id\n1,,a\n", {}, ":2, field 'text': String should have at least 1 character"),
        ],
    )  # fmt: skip
    def test_a_wrong_table_is_named_by_line_and_column(
        self, tmp_path: Path, content: str, column_map: dict[str, str], line: str
    ) -> None:
        path = written(tmp_path, content)

        assert refused(path, **column_map) == [f"{path}{line}"]

    def test_a_map_names_fields_of_cases(self, tmp_path: Path) -> None:
        (line,) = refused(written(tmp_path, "id,text,template_id\n1,hi,a\n"), intent="x")

        assert line.startswith("field 'map': there is no field 'intent' of a case")


class TestLines:
    def test_a_flat_object_is_a_row(self, tmp_path: Path) -> None:
        record = {"nr": 1, "Nachricht": "hi", "Vorlage": None, "muss": ["x"], "seen": True}
        path = written(tmp_path, json.dumps(record), "labels.jsonl")

        read = load_cases(path, column_map=MAP)

        assert (read.cases[0].id, read.cases[0].is_in_scope, read.cases[0].expected.must_include) == ("1", False, ["x"])
        assert read.notes == (f"{path}: ignored columns: seen",)

    def test_a_nested_object_keeps_its_label_and_may_have_foreign_names(self, tmp_path: Path) -> None:
        line = json.dumps({"nr": 1, "Nachricht": "hi", "expected": {"template_id": "a"}})

        (case,) = cases(tmp_path, line, "labels.jsonl", id="nr", text="Nachricht")

        assert case.text == "hi"
        assert case.right_templates == {"a"}


class TestSeveralRightTemplates:
    @pytest.mark.parametrize(
        "label",
        [
            {"template_id": "decaf", "also_template_ids": ["allergens"]},
            {"template_id": ["decaf", "allergens"]},
            {"template_id": ["decaf"], "also_template_ids": ["allergens"]},
        ],
    )
    def test_they_are_a_list_or_one_and_others(self, tmp_path: Path, label: dict[str, Any]) -> None:
        (case,) = cases(tmp_path, json.dumps({"id": 1, "text": "decaf ok?", "expected": label}), "labels.jsonl")

        assert case.right_templates == {"decaf", "allergens"}

    @pytest.mark.parametrize(
        ("label", "reason"),
        [
            ({"template_id": []}, "null says that none answers"),
            ({"template_id": ["a", None]}, "holds ids only"),
            ({"template_id": None, "also_template_ids": ["a"]}, "no template is right, and 'a' is"),
        ],
    )
    def test_a_list_that_says_nothing_or_both_is_refused(
        self, tmp_path: Path, label: dict[str, Any], reason: str
    ) -> None:
        path = written(tmp_path, json.dumps({"id": 1, "text": "hi", "expected": label}), "labels.jsonl")

        (line,) = refused(path)

        assert line.startswith(f"{path}:1, field 'expected': ")
        assert reason in line


def test_every_problem_of_a_file_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "id,text,template_id,route\n1,hi,a,\n1,ho,a,\n2,he,a,sned\n1,ha,a,\n3,you, me,a,\n")

    lines = refused(path)

    assert [line.split(":")[1].split(",")[0] for line in lines] == ["3", "4", "5", "6"]
    assert [line.count("the id '1' is there twice, first in labels.csv, line 2") for line in lines] == [1, 0, 1, 0]


def test_after_twenty_problems_the_rest_is_counted(tmp_path: Path) -> None:
    path = written(tmp_path, "id,text,template_id\n" + ",,\n" * 2 + "1,,a\n" * 25)

    lines = refused(path)

    assert (len(lines), lines[-1]) == (21, "and 5 more")


class TestGuessing:
    @pytest.mark.parametrize(
        ("columns", "text", "template", "number"),
        [
            (("No", "Customer message", "Intent"), "Customer message", "Intent", "No"),
            (("ticket_id", "body", "macro"), "body", "macro", "ticket_id"),
            (("text", "template_id"), "text", "template_id", None),
            (("utterance", "label", "tags"), "utterance", "label", None),
            (("a", "b"), None, None, None),
        ],
    )
    def test_columns_are_known_by_what_others_call_them(
        self, columns: tuple[str, ...], text: str | None, template: str | None, number: str | None
    ) -> None:
        found = guessed_map(columns)
        assert (found.get("text"), found.get("template_id"), found.get("id")) == (text, template, number)

    def test_no_column_is_guessed_twice(self) -> None:
        found = guessed_map(("question", "answer", "message", "label", "label_id", "#", "name"))
        assert len(set(found.values())) == len(found)

    def test_rows_without_an_id_are_numbered_by_their_line(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.tsv"
        path.write_text("text\ttemplate_id\nhello\ta\n\nthere\t\n", encoding="utf-8")
        read = check_cases(path, numbered=True)
        assert [case.id for case in read.dataset.cases] == ["shop-2", "shop-4"]

    def test_good_cases_are_read_beside_every_problem(self, tmp_path: Path) -> None:
        path = tmp_path / "mixed.csv"
        path.write_text("id,text,template_id\n1,hello,a\n2,,b\n1,you,c\n", encoding="utf-8")
        read = check_cases(path)
        assert [case.id for case in read.dataset.cases] == ["1"]
        assert [(problem.line, problem.field) for problem in read.problems] == [(3, "text"), (4, "id")]
