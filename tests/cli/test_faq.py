"""`replyassist faq`, as it is typed."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.retrieval.renewal import ENCODED_AT_ONCE
from tests.cli.result import Run

BITEXT = """intent,category,reply_template
cancel_order,ORDER,"We're sorry to hear that. You can cancel in your account, under 'Orders'."
change_order,ORDER,"To make changes, open your order history and choose the order."
check_invoice,INVOICE,Your invoice is in the 'Order History' section of your account.
"""
GOOD = (
    "id: hours\nquestions: ['when are you open?', opening hours, 'open today?']\nreply: 'From {{ open }}.'\n"
    "facts: {open: '9:00'}\n"
)


@pytest.fixture
def run(typed: Run) -> Run:
    """Runs ``replyassist faq``."""
    return partial(typed, "faq")


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class TestImport:
    def test_a_foreign_csv_is_imported_into_a_new_brand(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path / "bitext.csv", BITEXT)
        result = run("import", path, "--brand", "bitext", "--map", "id=intent,reply=reply_template", "--json")
        assert result.status == 0
        assert result.document == {
            "brand": "bitext",
            "brand_created": True,
            "dry_run": False,
            "templates": 3,
            "added": 3,
            "changed": 0,
            "unchanged": 0,
            "removed": 0,
            "faq_revision": 1,
            "ignored_columns": ["category"],
            "notes": [],
            "ids": {
                "added": ["cancel_order", "change_order", "check_invoice"],
                "changed": [],
                "unchanged": [],
                "removed": [],
            },
            "mended": [],
            "left_out": [],
            "refused": [],
        }
        assert "Created the brand 'bitext' with a neutral voice" in result.err
        assert "Ignored columns: category" in result.err
        listed = run("list", "--brand", "bitext", "--json").document
        assert [item["id"] for item in listed] == ["cancel_order", "change_order", "check_invoice"]

    def test_the_same_files_again_change_nothing(self, run: Run) -> None:
        folder = resource_folder("faq") / "fernhill"
        first = run("import", folder, "--brand", "fernhill")
        assert "with the voice rules that travel with replyassist" in first.err
        assert "23 added, 0 changed, 0 unchanged, 0 removed" in first.err
        assert first.out == ""
        again = run("import", folder, "--brand", "fernhill", "--json")
        assert (again.document["unchanged"], again.document["faq_revision"]) == (23, 1)
        assert not again.document["brand_created"]

    def test_a_dry_run_only_tells(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path / "hours.yaml", GOOD)
        result = run("import", path, "--brand", "new", "--dry-run", "--json")
        assert (result.document["added"], result.document["dry_run"]) == (1, True)
        assert run("list", "--json").document == []
        assert run("list", "--brand", "new").status == 2

    def test_replacing_takes_the_others_out_of_use(self, run: Run, tmp_path: Path) -> None:
        run("import", written(tmp_path / "hours.yaml", GOOD), "--brand", "b")
        path = written(tmp_path / "other.csv", "id,reply\nother,Yes.\n")
        assert run("import", path, "--brand", "b", "--replace", "--json").document["removed"] == 1
        assert [item["id"] for item in run("list", "--json").document] == ["other"]

    def test_every_bad_row_is_one_line_on_stderr(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path / "bad.csv", "id,reply\na,\nb,Order {{Order Number}}\n")
        result = run("import", path, "--brand", "b", "--json")
        assert (result.status, result.out) == (2, "")
        assert [line.startswith("error: ") for line in result.err.splitlines()] == [True, True]
        assert "bad.csv:2, field 'reply'" in result.err.splitlines()[0]
        assert "bad.csv:3, field 'reply'" in result.err.splitlines()[1]
        assert run("list", "--brand", "b").status == 2

    def test_a_refused_template_keeps_only_itself_out(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path / "a.csv", "id,reply,active\na,Hi {name}. Yes.,1\nb,In XX days.,1\nc,Old.,no\n")
        result = run("import", path, "--brand", "b", "--json")
        assert result.status == 1
        assert [item["reply"] for item in run("list", "--brand", "b", "--json").document] == ["Yes."]
        (mended,), (refused,), (left,) = (result.document[key] for key in ("mended", "refused", "left_out"))
        assert (mended["template_id"], mended["after"]) == ("a", "Yes.")
        assert (refused["line"], refused["field"]) == (3, "reply")
        assert left["name"] == "c"
        assert f"refused: {path}:3, field 'reply': 'XX'" in result.err
        assert "1 added, 0 changed, 0 unchanged, 0 removed, 1 refused, 1 left out" in result.err

    def test_replacing_removes_nothing_when_some_were_refused(self, run: Run, tmp_path: Path) -> None:
        run("import", written(tmp_path / "a.csv", "id,reply\na,One.\nb,Two.\n"), "--brand", "b")
        path = written(tmp_path / "b.csv", "id,reply\na,One.\nb,In XX days.\n")
        result = run("import", path, "--brand", "b", "--replace", "--json")
        assert (result.status, result.document["removed"]) == (1, 0)
        assert "Nothing is taken out of use" in result.err

    def test_a_preview_names_every_template_and_stores_nothing(self, run: Run, tmp_path: Path) -> None:
        run("import", written(tmp_path / "a.csv", "id,reply\na,One.\nb,Two.\n"), "--brand", "b")
        path = written(tmp_path / "b.csv", "id,reply\na,One.\nb,<b>Three</b>.\nc,Four.\nd,TBD\n")
        result = run("import", path, "--brand", "b", "--dry-run")
        assert result.status == 1
        lines = result.err.splitlines()
        assert [line for line in lines if line.count(" ") == 1] == ["added: c", "changed: b", "unchanged: a"]
        assert any(line.startswith("mended: b: ") and "'<b>Three</b>.' -> 'Three.'" in line for line in lines)
        assert len(run("list", "--brand", "b", "--json").document) == 2

    def test_what_is_exported_after_an_import_changes_nothing(self, run: Run, tmp_path: Path) -> None:
        run("import", written(tmp_path / "a.csv", "question,answer\nopen?,<p>Hi %NAME%</p>Yes.\n"), "--brand", "b")
        run("export", tmp_path / "out", "--brand", "b")
        again = run("import", tmp_path / "out", "--brand", "b", "--json")
        assert (again.status, again.document["unchanged"], again.document["mended"]) == (0, 1, [])

    def test_who_imports_many_texts_is_told_what_has_to_wait_for_them(self, run: Run, tmp_path: Path) -> None:
        rows = [f"t{number},Reply {number}.\n" for number in range(ENCODED_AT_ONCE + 1)]
        path = written(tmp_path / "many.csv", "id,reply\n" + "".join(rows))
        said = [run("import", path, "--brand", "b", *more).err for more in (["--dry-run"], [], [])]

        assert ["the first search waits" in each for each in said] == [False, True, False], said

    def test_many_templates_are_imported(self, run: Run, tmp_path: Path) -> None:
        rows = "".join(f"t{number},Reply number {number}.\n" for number in range(301))
        result = run("import", written(tmp_path / "many.csv", "id,reply\n" + rows), "--brand", "b", "--json")
        assert (result.status, result.document["added"]) == (0, 301)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--brand", "../b"], "a brand id is"),
            (["--brand", "b", "--map", "id"], "is not FIELD=COLUMN"),
            (["--brand", "b", "--map", "answer=reply"], "no template field 'answer'"),
        ],
    )
    def test_wrong_use_is_told_in_one_line(self, run: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
        result = run("import", written(tmp_path / "hours.yaml", GOOD), *arguments)
        assert result.status == 2
        assert message in result.err
        assert len(result.err.splitlines()) == 1


class TestExport:
    @pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out"])
    def test_what_is_exported_is_what_was_imported(self, run: Run, tmp_path: Path, name: str) -> None:
        folder = resource_folder("faq") / "harbour"
        run("import", folder, "--brand", "harbour")
        result = run("export", tmp_path / name, "--brand", "harbour")
        assert result.status == 0
        assert "22 templates" in result.err
        back = read_templates(tmp_path / name).templates
        assert sorted(item.version for item in back) == sorted(
            item.version for item in read_templates(folder).templates
        )
        assert run("import", tmp_path / name, "--brand", "harbour", "--json").document["unchanged"] == 22

    def test_the_format_may_be_named(self, run: Run, tmp_path: Path) -> None:
        run("import", written(tmp_path / "hours.yaml", GOOD), "--brand", "b")
        assert run("export", tmp_path / "out", "--brand", "b", "--format", "jsonl").status == 0
        assert json.loads((tmp_path / "out").read_text())["id"] == "hours"

    def test_an_unknown_brand_is_told(self, run: Run, tmp_path: Path) -> None:
        result = run("export", tmp_path / "out", "--brand", "nobody")
        assert (result.status, result.err) == (2, "error: there is no brand 'nobody'\n")


class TestList:
    def test_a_table_shows_every_brand(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path / "hours.yaml", GOOD)
        for brand in ("one", "two"):
            run("import", path, "--brand", brand)
        result = run("list")
        assert result.status == 0
        for text in ("one", "two", "hours", "always"):
            assert text in result.out

    def test_json_holds_whole_templates(self, run: Run, tmp_path: Path) -> None:
        run("import", written(tmp_path / "hours.yaml", GOOD), "--brand", "b")
        (item,) = run("list", "--json").document
        assert (item["brand"], item["facts"], len(item["version"])) == ("b", {"open": "9:00"}, 64)


class TestLint:
    def test_good_templates_pass(self, run: Run, tmp_path: Path) -> None:
        result = run("lint", written(tmp_path / "hours.yaml", GOOD), "--exact")
        assert (result.status, result.out) == (0, "1 templates: 0 errors, 0 warnings\n")

    def test_errors_end_with_one(self, run: Run, tmp_path: Path) -> None:
        text = GOOD.replace("From", "[date], see https://a.example/x from")
        result = run("lint", written(tmp_path / "hours.yaml", text), "--exact")
        assert result.status == 1
        assert "hours.yaml:3, field 'reply': '[date]' is a gap" in result.out

    def test_links_that_are_not_listed_end_with_one(self, run: Run, tmp_path: Path) -> None:
        result = run("lint", written(tmp_path / "hours.yaml", GOOD.replace("From", "https://a.example/x")), "--exact")
        assert result.status == 1
        assert "error [unlisted_link] hours: 'https://a.example/x'" in result.out

    def test_what_import_would_mend_is_told(self, run: Run, tmp_path: Path) -> None:
        result = run("lint", written(tmp_path / "hours.yaml", GOOD.replace("'From", "'Hi [name], from")), "--exact")
        assert result.status == 0
        assert "warning [mended] hours: " in result.out
        assert "greeting taken out" in result.out

    def test_what_cannot_be_loaded_but_has_a_rule_is_a_finding(self, run: Run, tmp_path: Path) -> None:
        header = "id,reply,valid_from,valid_until\n"
        rows = header + "a,One {{ price }}.,,\nb,Two.,,\nb,Three.,,\nc,Four.,2026-02-01,2026-01-01\n"
        result = run("lint", written(tmp_path / "rows.csv", rows), "--exact", "--json")
        assert result.status == 1
        found = [(item["rule"], item["explanation"]) for item in result.document["findings"]]
        errors = [(rule, text) for rule, text in found if rule != "no_questions"]
        assert [rule for rule, _ in errors] == ["missing_slot", "duplicate_id", "contradicting_validity"]
        assert "rows.csv:2, field 'reply'" in errors[0][1]
        assert "rows.csv:3" in errors[1][1]
        assert (result.document["templates"], result.document["errors"]) == (1, 3)

    def test_a_file_that_cannot_be_read_is_bad_input(self, run: Run, tmp_path: Path) -> None:
        result = run("lint", written(tmp_path / "a.yaml", "id: a\nreply: [\n"))
        assert result.status == 2
        assert "a.yaml:3: not valid YAML" in result.err

    def test_nothing_to_lint_is_wrong_use(self, run: Run) -> None:
        assert run("lint").status == 2

    def test_a_stored_brand_is_checked_with_its_voice(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path / "oops.yaml", GOOD.replace("hours", "oops", 1).replace("From", "Oops, from"))
        run("import", path, "--brand", "harbour")
        result = run("lint", "--brand", "harbour", "--exact", "--json")
        assert result.status == 1
        assert "banned_phrase" in [item["rule"] for item in result.document["findings"]]
        assert run("lint", path, "--exact").status == 0
        assert run("lint", path, "--brand", "harbour", "--exact").status == 1

    def test_a_folder_named_after_a_brand_is_checked_with_its_voice(self, run: Run, tmp_path: Path) -> None:
        text = GOOD.replace("From", "Oops, from")
        assert run("lint", written(tmp_path / "harbour" / "hours.yaml", text).parent, "--exact").status == 1
        assert run("lint", written(tmp_path / "other" / "hours.yaml", text).parent, "--exact").status == 0

    def test_without_the_model_nothing_is_tried(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path / "hours.yaml", GOOD)
        assert run("lint", path, "--exact", "--json").document["coverage"] is None
        result = run("lint", path, "--exact", "--report", tmp_path / "report")
        assert (result.status, "--report needs the model" in result.err) == (2, True)

    def test_a_report_that_cannot_be_written_is_told_before_the_work(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path / "hours.yaml", GOOD)
        result = run("lint", path, "--report", path / "report.html")
        assert (result.status, result.out) == (2, "")
        assert "cannot be written" in result.err

    @pytest.mark.encoder
    def test_the_report_and_the_document_hold_what_the_templates_would_catch(self, run: Run, tmp_path: Path) -> None:
        result = run("lint", resource_folder("faq") / "fernhill", "--report", tmp_path / "report", "--json")
        coverage = result.document["coverage"]
        assert result.status == 0
        assert 0.5 < coverage["now"]["low"] < coverage["now"]["value"] < coverage["with_more"]["value"] < 1
        assert len(coverage["templates"]) == result.document["templates"]
        assert {action["kind"] for action in coverage["actions"]} <= {"add_questions", "tell_apart"}
        assert "of 100" in (tmp_path / "report" / "coverage.html").read_text(encoding="utf-8")

    @pytest.mark.encoder
    @pytest.mark.parametrize("brand", ["fernhill", "harbour"])
    def test_the_sample_brands_pass_with_the_real_encoder(self, run: Run, brand: str) -> None:
        result = run("lint", resource_folder("faq") / brand, "--json")
        assert (result.status, result.document["errors"]) == (0, 0)
