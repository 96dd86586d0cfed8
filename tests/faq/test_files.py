"""Templates in files, read and written."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replyassist.core.errors import InvalidInput
from replyassist.core.resources import resource_folder
from replyassist.faq.files import FileFormat, load_templates, read_templates, write_templates
from replyassist.faq.problems import InvalidTemplates
from replyassist.faq.template import ReplyTemplate

from .builders import admitted_templates, template

BITEXT = """intent,category,reply_template
cancel_order,ORDER,"We're sorry to hear that, you want to cancel. Click 'Cancel Order' in your account."
change_order,ORDER,"To make changes, open your order history.
Changes are possible for a short time."
check_invoice,INVOICE,Your invoice is in the 'Order History'.
"""


def problems(path: Path) -> list[str]:
    with pytest.raises(InvalidTemplates) as caught:
        read_templates(path)
    return caught.value.detail.split("\n")


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", ["templates.csv", "templates.jsonl", "folder"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(items=st.lists(admitted_templates(), min_size=1, max_size=4, unique_by=lambda item: item.id.casefold()))
def test_what_is_written_reads_back_the_same(name: str, items: list[ReplyTemplate]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_templates(items, path)
        back = read_templates(path).templates
    assert sorted(back, key=lambda item: item.id) == sorted(items, key=lambda item: item.id)
    assert {item.version for item in back} == {item.version for item in items}


@pytest.mark.parametrize(("brand", "number"), [("fernhill", 23), ("harbour", 22)])
def test_the_sample_brands_load(brand: str, number: int) -> None:
    loaded = read_templates(resource_folder("faq") / brand)
    assert len(loaded.templates) == number
    assert loaded.ignored_columns == ()


class TestCsv:
    def test_foreign_columns_are_mapped_and_the_rest_is_told(self, tmp_path: Path) -> None:
        path = written(tmp_path, "bitext.csv", BITEXT)
        loaded = read_templates(path, column_map={"id": "intent", "reply": "reply_template"})
        assert [item.id for item in loaded.templates] == ["cancel_order", "change_order", "check_invoice"]
        assert loaded.templates[1].reply.endswith("\nChanges are possible for a short time.")
        assert loaded.ignored_columns == ("category",)

    def test_missing_columns_are_named_with_those_that_are_there(self, tmp_path: Path) -> None:
        lines = problems(written(tmp_path, "bitext.csv", BITEXT))
        assert len(lines) == 2
        assert "bitext.csv:1, field 'id'" in lines[0]
        assert "there are: intent, category, reply_template" in lines[0]
        assert "--map id=COLUMN" in lines[0]

    def test_a_mapped_column_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="no column 'heading'"):
            read_templates(written(tmp_path, "a.csv", "id,reply\na,b\n"), column_map={"title": "heading"})

    def test_a_map_of_an_unknown_field_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="no template field 'answer'"):
            read_templates(written(tmp_path, "a.csv", "id,reply\na,b\n"), column_map={"answer": "reply"})

    def test_a_byte_order_mark_and_windows_line_ends_are_fine(self, tmp_path: Path) -> None:
        text = "\ufeffid,title,questions,reply\r\na,,how? | when?,Soon.\r\n\r\n"
        (item,) = read_templates(written(tmp_path, "excel.csv", text)).templates
        assert (item.id, item.title, item.questions, item.reply) == ("a", "", ["how?", "when?"], "Soon.")

    def test_semicolons_of_excel_are_fine(self, tmp_path: Path) -> None:
        (item,) = read_templates(written(tmp_path, "excel.csv", 'id;reply\na;"One, two; three"\n')).templates
        assert item.reply == "One, two; three"

    def test_every_bad_row_is_named_with_its_first_line(self, tmp_path: Path) -> None:
        text = (
            'id,reply,facts,route\ngood,"two\nlines",,\n,no id,,\nb,Order {{Order Number}},,\nc,ok,not json,\n'
            "d,ok,,send\ne,ok\n"
        )
        lines = problems(written(tmp_path, "rows.csv", text))
        assert [line.split(": ")[0].rsplit("/", 1)[-1] for line in lines] == [
            "rows.csv:4, field 'id'",
            "rows.csv:5, field 'reply'",
            "rows.csv:6, field 'facts'",
            "rows.csv:7, field 'route'",
            "rows.csv:8",
        ]
        assert "{{Order Number" in lines[1]

    def test_a_missing_quotation_mark_is_named_with_the_row(self, tmp_path: Path) -> None:
        (line,) = problems(written(tmp_path, "rows.csv", 'id,reply\na,b\nc,"never closed\nd,e\n'))
        assert "rows.csv:3: not valid CSV" in line

    def test_a_column_that_is_there_twice_is_refused(self, tmp_path: Path) -> None:
        assert "'reply' is there twice" in problems(written(tmp_path, "rows.csv", "id,reply,reply\na,b,c\n"))[0]

    def test_a_header_alone_holds_no_template(self, tmp_path: Path) -> None:
        assert "no template" in problems(written(tmp_path, "rows.csv", "id,reply\n"))[0]

    def test_long_cells_are_read(self, tmp_path: Path) -> None:
        many = template(questions=[f"{number} " + "x" * 900 for number in range(300)])
        write_templates([many], tmp_path / "long.csv")
        assert read_templates(tmp_path / "long.csv").templates == [many]


class TestJsonl:
    def test_foreign_fields_are_mapped_and_the_rest_is_told(self, tmp_path: Path) -> None:
        text = '{"intent": 7, "answer": "Yes.", "lang": "en", "title": null}\n\n'
        loaded = read_templates(written(tmp_path, "a.jsonl", text), column_map={"id": "intent", "reply": "answer"})
        assert loaded.templates == [ReplyTemplate(id="7", reply="Yes.")]
        assert loaded.ignored_columns == ("lang",)

    def test_each_bad_line_is_named(self, tmp_path: Path) -> None:
        text = '{"id": "a", "reply": "b"\n[]\n{"id": "c"}\n{"id": "d", "reply": "x", "questions": 1}\n'
        lines = problems(written(tmp_path, "a.jsonl", text))
        assert "a.jsonl:1: not valid JSON" in lines[0]
        assert "a.jsonl:2: expected a JSON object" in lines[1]
        assert "a.jsonl:3, field 'reply'" in lines[2]
        assert "--map" in lines[2]
        assert "a.jsonl:4, field 'questions'" in lines[3]

    def test_an_id_that_comes_twice_is_named_with_both_places(self, tmp_path: Path) -> None:
        text = '{"id": "a", "reply": "b"}\n{"id": "a", "reply": "c"}\n'
        (line,) = problems(written(tmp_path, "a.jsonl", text))
        assert "a.jsonl:2, field 'id'" in line
        assert "a.jsonl:1" in line

    def test_a_mapped_field_that_never_comes_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="no object has 'heading'"):
            read_templates(written(tmp_path, "a.jsonl", '{"id":"a","reply":"b"}'), column_map={"title": "heading"})

    @pytest.mark.parametrize("line", ["[" * 100_000, '{"id": ' + "9" * 5000 + "}", '{"id": "\\ud800", "reply": "x"}'])
    def test_hostile_json_is_a_problem_and_not_a_traceback(self, tmp_path: Path, line: str) -> None:
        assert "a.jsonl:1" in problems(written(tmp_path, "a.jsonl", line))[0]


class TestYaml:
    def test_one_file_is_read(self, tmp_path: Path) -> None:
        path = written(tmp_path, "hours.yaml", "id: hours\nreply: 'From {{ open }}.'\nfacts: {open: '9:00'}\n")
        assert read_templates(path).templates[0].rendered_reply == "From 9:00."

    def test_wrong_syntax_is_named_with_its_line(self, tmp_path: Path) -> None:
        (line,) = problems(written(tmp_path, "a.yaml", "id: a\nreply: [\n"))
        assert "a.yaml:3: not valid YAML" in line

    def test_fields_are_named_with_their_lines(self, tmp_path: Path) -> None:
        text = "id: a\nreply: |\n  Hello\nquestions:\n  - fine\n  - yes\nroute: send\nowner: [x]\n"
        lines = problems(written(tmp_path, "a.yaml", text))
        assert [line.split(": ")[0].rsplit("/", 1)[-1] for line in lines] == [
            "a.yaml:6, field 'questions.1'",
            "a.yaml:7, field 'route'",
            "a.yaml:8, field 'owner'",
        ]
        assert "put it in quotes" in lines[0]

    def test_an_unknown_field_is_refused_with_the_one_that_was_meant(self, tmp_path: Path) -> None:
        (line,) = problems(written(tmp_path, "a.yaml", "id: a\nreply: b\ntag: [x]\n"))
        assert "a.yaml:3, field 'tag'" in line
        assert "did you mean 'tags'?" in line

    def test_a_field_that_is_there_twice_is_refused(self, tmp_path: Path) -> None:
        assert "a.yaml:3, field 'reply'" in problems(written(tmp_path, "a.yaml", "id: a\nreply: b\nreply: c\n"))[0]

    def test_an_id_unlike_its_file_is_refused_naming_both(self, tmp_path: Path) -> None:
        (line,) = problems(written(tmp_path, "hours.yaml", "id: opening\nreply: b\n"))
        assert "'opening'" in line
        assert "'hours.yaml'" in line

    def test_a_slot_without_a_fact_is_named_with_the_line_of_the_reply(self, tmp_path: Path) -> None:
        (line,) = problems(written(tmp_path, "a.yaml", "id: a\ntitle: x\nreply: '{{ price }}'\n"))
        assert "a.yaml:3, field 'reply': reply has slots without a fact: price" in line

    @pytest.mark.parametrize("written_as", ["1.50", "11:00", "0x1F", "010", "1_000"])
    def test_a_number_that_would_be_shown_otherwise_must_be_quoted(self, tmp_path: Path, written_as: str) -> None:
        text = f"id: a\nreply: 'x {{{{ price }}}}'\nfacts:\n  price: {written_as}\n"
        (line,) = problems(written(tmp_path, "a.yaml", text))
        assert "a.yaml:4, field 'facts.price'" in line
        assert "put it in quotes" in line
        text = text.replace(written_as, f"'{written_as}'")
        assert read_templates(written(tmp_path, "a.yaml", text)).templates[0].rendered_reply == f"x {written_as}"

    @pytest.mark.parametrize("written_as", ["yes", "2026-11-01"])
    def test_words_that_yaml_reads_as_something_else_must_be_quoted(self, tmp_path: Path, written_as: str) -> None:
        text = f"id: a\nreply: '{{{{ open }}}}'\nfacts: {{open: {written_as}}}\n"
        assert "quotes" in problems(written(tmp_path, "a.yaml", text))[0]

    @pytest.mark.parametrize(
        "text",
        [
            "id: a\nreply: !!python/object/apply:os.system ['true']\n",
            "id: a\nreply: &r x\ntitle: *r\n",
            "a: &a {x: 1}\nb: &b {<<: [*a, *a]}\nid: a\nreply: b\n",
            "id: a\nreply: b\nvalid_from: 2026-13-45\n",
            "id: a\nreply: b\nfacts: {x: " + "9" * 5000 + "}\n",
            "id: a\nreply: b\ntags: " + "[" * 5000 + "\n",
            "- id: a\n",
            "id: a\nreply: b\n---\nid: b\nreply: c\n",
            "id: a\nreply: b\x07\n",
            "? [x]\n: y\n",
        ],
    )
    def test_hostile_yaml_is_a_problem_and_not_a_traceback(self, tmp_path: Path, text: str) -> None:
        assert "a.yaml" in problems(written(tmp_path, "a.yaml", text))[0]

    def test_a_folder_without_yaml_is_refused(self, tmp_path: Path) -> None:
        written(tmp_path, "notes.txt", "hello")
        assert "no *.yaml file" in problems(tmp_path)[0]

    def test_the_same_id_in_two_files_is_named_with_both(self, tmp_path: Path) -> None:
        written(tmp_path, "a.yaml", "id: a\nreply: b\n")
        written(tmp_path, "a.yml", "id: a\nreply: c\n")
        (line,) = problems(tmp_path)
        assert "a.yml:1" in line
        assert "a.yaml:1" in line

    def test_ids_that_no_file_can_be_named_after_are_encoded(self, tmp_path: Path) -> None:
        items = [template("../etc/passwd"), template(".hidden"), template("ü" * 200), template("what? a/b | c")]
        write_templates(items, tmp_path / "out")
        names = sorted(path.name for path in (tmp_path / "out").iterdir())
        assert "..%2Fetc%2Fpasswd.yaml" not in names
        assert "%2E.%2Fetc%2Fpasswd.yaml" in names
        assert len(read_templates(tmp_path / "out").templates) == 4

    def test_a_folder_with_other_templates_is_not_written_to(self, tmp_path: Path) -> None:
        write_templates([template("old")], tmp_path)
        with pytest.raises(InvalidInput, match="holds other templates"):
            write_templates([template("new")], tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["old.yaml"]

    def test_long_replies_stay_on_one_line_so_that_changes_are_easy_to_review(self, tmp_path: Path) -> None:
        write_templates([template("a", reply="word " * 100)], tmp_path)
        assert "word word word" in (tmp_path / "a.yaml").read_text().split("reply: ")[1].split("\n")[0]


class TestAnyFile:
    @pytest.mark.parametrize("name", ["a.yaml", "a.csv", "a.jsonl"])
    @pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf"])
    def test_an_empty_file_is_refused(self, tmp_path: Path, name: str, content: bytes) -> None:
        assert problems(written(tmp_path, name, content))[0].endswith(f"{name}: is empty")

    @pytest.mark.parametrize(
        ("content", "note"),
        [
            ("id,reply\na,café\n".encode("cp1252"), "read as Windows-1252"),
            ("id,reply\na,café\n".encode("utf-16"), "read as UTF-16"),
            ("id,reply\na,café\n".encode("utf-16-le"), "read as UTF-16"),
        ],
    )
    def test_encodings_of_spreadsheets_are_read_and_told(self, tmp_path: Path, content: bytes, note: str) -> None:
        loaded = read_templates(written(tmp_path, "a.csv", content))
        assert [item.reply for item in loaded.templates] == ["café"]
        assert [note in said for said in loaded.notes] == [True]

    @pytest.mark.parametrize("name", ["a.yaml", "a.csv", "a.jsonl"])
    def test_a_mixture_of_encodings_is_named_with_its_line(self, tmp_path: Path, name: str) -> None:
        content = "id,reply\na,café\n".encode() + b"b,caf\xe9\n"
        assert f"{name}:3: not UTF-8" in problems(written(tmp_path, name, content))[0]

    def test_a_missing_path_and_a_foreign_suffix_are_refused(self, tmp_path: Path) -> None:
        assert "no such file or folder" in problems(tmp_path / "none.csv")[0]
        assert "expected a folder of YAML files" in problems(written(tmp_path, "a.xlsx", b"x"))[0]

    def test_a_file_that_is_too_large_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "large.csv"
        with path.open("wb") as file:
            file.truncate(64 * 1024 * 1024 + 1)
        assert "larger than 64 MiB" in problems(path)[0]

    def test_twenty_problems_are_shown_and_the_others_counted(self, tmp_path: Path) -> None:
        rows = "".join(f"{number},\n" for number in range(50))
        lines = problems(written(tmp_path, "a.csv", "id,reply\n" + rows))
        assert len(lines) == 21
        assert lines[-1] == "and 30 more problems"

    def test_good_templates_are_given_beside_the_problems(self, tmp_path: Path) -> None:
        loaded = load_templates(written(tmp_path, "a.csv", "id,reply\na,\nb,good\n"))
        assert [item.id for item in loaded.templates] == ["b"]
        assert [(problem.line, problem.field) for problem in loaded.problems] == [(2, "reply")]

    def test_a_problem_says_file_line_and_field_apart(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidTemplates) as caught:
            read_templates(written(tmp_path, "a.csv", "id,reply\na,\n"))
        assert (caught.value.line, caught.value.field) == (2, "reply")
        assert caught.value.extra["errors"][0]["file"].endswith("a.csv")


def test_csv_and_jsonl_are_readable_by_others(tmp_path: Path) -> None:
    item = template(questions=["one?", "two | three"], tags=["a", "b"])
    write_templates([item], tmp_path / "a.csv")
    write_templates([item], tmp_path / "a.jsonl")
    with (tmp_path / "a.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row)[:4] == ["id", "title", "questions", "reply"]
    assert (json.loads(row["questions"]), row["tags"]) == (["one?", "two | three"], "a | b")
    assert json.loads((tmp_path / "a.jsonl").read_text()) == item.model_dump(mode="json")


def test_a_format_may_be_asked_for_in_spite_of_the_suffix(tmp_path: Path) -> None:
    assert write_templates([template()], tmp_path / "out", file_format=FileFormat.CSV) is FileFormat.CSV
    assert (tmp_path / "out").read_text().startswith("id,title,questions,reply,")


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_templates([template()], tmp_path / "file" / "out.csv")
    with pytest.raises(InvalidInput, match="name a folder"):
        write_templates([template()], tmp_path / "out.yaml")
