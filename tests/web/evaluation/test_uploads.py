"""Files that people bring: odd ones are read, bad lines are named, and nothing is lost without a word."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile

import pytest

from replyassist.core.security import Role
from replyassist.evaluation.sets import CaseSets, TemplateSets
from replyassist.evaluation.upload_files import MAXIMUM_BYTES
from tests.web.console import words
from tests.web.evaluation.workbench import CASES, Workbench
from tests.world import BRAND

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def lead(workbench: Workbench) -> Workbench:
    workbench.console.sign_in(Role.LEAD)
    return workbench


def named(page: str, line: int) -> str:
    """The field that the page names for a line with a problem."""
    found = re.search(rf'<td class="number">{line}</td><td>([^<]*)</td>', page)
    assert found is not None, page
    return found[1]


def zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cases.csv", content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("cases.zip", zipped(b"0" * 1_000_000), "archives and workbooks are not read"),
        ("cases.csv", zipped(b"0" * 1_000_000), "archives and workbooks are not read"),
        ("cases.jsonl", gzip.compress(b"0" * 1_000_000), "archives and workbooks are not read"),
        ("cases.xlsx", b"PK", "expected .jsonl, .csv"),
        ("cases", b"text,template_id\n", "expected .jsonl, .csv"),
        ("../../etc/passwd", b"x", "expected .jsonl, .csv"),
    ],
)
def test_what_is_never_read_is_refused(lead: Workbench, name: str, content: bytes, why: str) -> None:
    answer = lead.bring("cases", name, content)

    assert answer.status_code == 422
    assert why in words(answer)
    assert not list((lead.console.world.settings.home / "eval-uploads").glob("*/files/*"))


def test_more_than_ten_megabytes_are_refused(lead: Workbench) -> None:
    answer = lead.bring("cases", "cases.csv", b"text,template_id\n" + b"a" * MAXIMUM_BYTES)
    assert answer.status_code == 413
    assert "at most 10 MiB" in words(answer)


def test_no_file_a_foreign_brand_and_too_many_kinds_are_refused(lead: Workbench) -> None:
    assert lead.bring("cases", "cases.csv", CASES, brand="harbour").status_code == 404
    mixed = lead.bring_all("templates", {"a.csv": b"id,reply\na,b\n", "b.yaml": b"id: b\n"})
    assert "several files can only be YAML" in words(mixed)
    again = lead.bring_all("cases", {"a/x.csv": CASES.encode(), "b/x.csv": CASES.encode()})
    assert "the same name" in words(again)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_odd_encodings_and_delimiters_are_read(lead: Workbench, encoding: str, delimiter: str) -> None:
    rows = [("Nachricht", "intent"), ("Liefert ihr nach Köln?", "shipping-abroad"), ("Ça va?", "")]
    text = "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
    name = lead.keep(lead.bring("cases", "fälle.csv", text.encode(encoding)))

    cases = CaseSets(lead.console.world.settings.home).load(name).cases
    assert [(case.text, case.expected.template_id) for case in cases] == [
        ("Liefert ihr nach Köln?", "shipping-abroad"),
        ("Ça va?", None),
    ]
    assert {case.brand for case in cases} == {BRAND}


def test_bad_lines_are_named_and_only_left_out_knowingly(lead: Workbench) -> None:
    text = "nr,message,intent,route\n1,hello there,a,\n2,,b,\n3,you there?,c,nowhere\n4,a\n"
    upload = lead.bring("cases", "mixed.csv", text).headers["location"]
    page = lead.page(upload)
    assert "1 are good, 3 are not" in page
    assert [named(page, line) for line in (3, 4, 5)] == ["text", "route", ""]
    assert "eval-uploads" not in page

    form = {"map-text": "message", "map-template_id": "intent", "map-id": "nr", "map-route": "route", "act": "keep"}
    assert lead.console.post(upload, form, page=upload).status_code == 200
    kept = lead.console.post(upload, {**form, "leave_out": "3"}, page=upload)
    assert kept.status_code == 303
    assert "3 lines were left out" in words(lead.console.get(kept.headers["location"]))


def test_a_map_is_checked_before_anything_is_kept(lead: Workbench) -> None:
    upload = lead.bring("cases", "odd.csv", "spalte a,spalte b\nhello?,x\n").headers["location"]
    assert "there is no column 'text'" in words(lead.console.get(upload))

    form = {"map-text": "spalte a", "map-template_id": "spalte b"}
    assert "All 1 are good" in words(lead.console.post(upload, {**form, "act": "check"}, page=upload))
    assert lead.console.post(upload, {**form, "act": "keep"}, page=upload).status_code == 303


def test_json_lines_of_the_contract_need_no_map_and_cases_of_other_brands_are_named(lead: Workbench) -> None:
    lines = [
        {"id": "1", "text": "hi?", "expected": {"template_id": "a"}},
        {"id": "2", "brand": "harbour", "text": "ho?", "expected": {"template_id": None}},
    ]
    upload = lead.bring("cases", "cases.jsonl", "".join(json.dumps(line) + "\n" for line in lines)).headers["location"]
    page = lead.page(upload)

    assert "Which column holds what?" not in page
    assert named(page, 2) == "brand"
    assert "is no brand of yours" in page


def test_a_folder_of_yaml_is_one_set_of_templates(lead: Workbench) -> None:
    files = {f"{name}.yaml": f"id: {name}\nreply: We open at 9.\n".encode() for name in ("a", "b")}
    name = lead.keep(lead.bring_all("templates", files, title="by hand"))

    assert [template.id for template in TemplateSets(lead.console.world.settings.home).load(name)] == ["a", "b"]
    assert "by hand" in lead.page(f"/evaluation/templates/{name}")


def test_bad_templates_are_named(lead: Workbench) -> None:
    upload = lead.bring("templates", "t.csv", "id,reply\na,We open at 9.\nb,\n").headers["location"]
    page = lead.page(upload)
    assert "1 are good, 1 are not" in page
    assert named(page, 3) == "reply"


def test_an_upload_is_its_owners_alone_and_can_be_discarded(lead: Workbench) -> None:
    upload = lead.bring("cases", "cases.csv", CASES).headers["location"]
    first = lead.console.sign_in(Role.LEAD)
    assert lead.console.get(upload).status_code == 404
    mine = lead.bring("cases", "cases.csv", CASES).headers["location"]
    assert lead.console.post(mine, {"act": "discard"}, page=mine).status_code == 303
    assert lead.console.get(mine).status_code == 404
    assert first.user_id


def test_a_set_is_removed_and_its_runs_stay(lead: Workbench) -> None:
    name = lead.cases()
    run_id = lead.run(cases=name)
    page = f"/evaluation/cases/{name}"
    assert lead.console.post(f"{page}/remove", {}, page=page).status_code == 303
    assert lead.console.get(page).status_code == 404
    assert lead.console.get(f"/evaluation/runs/{run_id}").status_code == 200
