"""Label files as a command reads them: columns, brands, and what is told on stderr."""

from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.brands.service import ensure_brand
from replyassist.cli.evaluation.cases import ColumnMaps, read_cases
from replyassist.core.database import Database
from replyassist.core.errors import InvalidInput
from replyassist.evaluation.contexts import TemplateSource, unknown_templates
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.service import import_templates
from replyassist.testing import FakeClock
from tests.evaluation.labelled import context
from tests.faq.builders import template


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


class TestMaps:
    @pytest.mark.parametrize(
        ("typed", "with_faq", "faq", "cases"),
        [
            ("text=message,template_id=intent", True, {}, {"text": "message", "template_id": "intent"}),
            ("id=intent,reply=answer", True, {"id": "intent", "reply": "answer"}, {}),
            ("id=nr,text=message", False, {}, {"id": "nr", "text": "message"}),
            ("id=code,cases.id=nr", True, {"id": "code"}, {"id": "nr"}),
            ("questions=q,unheard=x", True, {"questions": "q", "unheard": "x"}, {}),
        ],
    )
    def test_a_field_is_of_the_file_that_has_it(
        self, typed: str, with_faq: bool, faq: dict[str, str], cases: dict[str, str]
    ) -> None:
        found = ColumnMaps.of([typed], with_faq=with_faq)

        assert (found.faq, found.cases) == (faq, cases)


class TestReading:
    def test_what_is_odd_is_told_and_a_case_without_a_brand_gets_the_named_one(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = written(tmp_path / "labels.csv", "id,brand,text,template_id,note\n1,,hi,a,x\n2,other,ho,b,y\n")

        read = read_cases(path, brand="acme")

        assert [case.brand for case in read.cases] == ["acme", "other"]
        assert capsys.readouterr().err.replace("\n", "") == f"warning: {path}: ignored columns: note"

    def test_what_is_no_brand_is_named_by_its_line(self, tmp_path: Path) -> None:
        path = written(tmp_path / "labels.csv", "id,brand,text,template_id\n1,acme,hi,a\n2,Ac Me,hi,a\n")

        with pytest.raises(InvalidInput, match="case '2': a brand id is") as caught:
            read_cases(path, brand="")

        assert (caught.value.file, caught.value.line, caught.value.field) == (str(path), 3, "brand")

    def test_a_missing_id_is_mapped_with_the_prefix_that_means_cases(self, tmp_path: Path) -> None:
        path = written(tmp_path / "labels.csv", "No,text,template_id\n1,hi,a\n")

        with pytest.raises(InvalidInput, match=r"--map cases\.id=COLUMN says which one holds it"):
            read_cases(path, brand="", column_map={})


class TestTemplates:
    def test_without_a_file_and_a_folder_the_stored_ones_are_taken_and_told(
        self, database: Database, clock: FakeClock
    ) -> None:
        with database.writing() as session:
            ensure_brand(session, "shop", now=clock.now())
            import_templates(session, "shop", [template("hours")], now=clock.now())

        told: list[str] = []
        found = TemplateSource(None).templates_of("shop", database, tell=told.append)

        assert [item.id for item in found] == ["hours"]
        assert told == ["Templates of shop: the 1 in the database"]

    def test_a_brand_that_has_none_anywhere_is_refused(self, database: Database) -> None:
        with pytest.raises(InvalidInput, match="no templates travel with the program for the brand 'shop', and none"):
            TemplateSource(None).templates_of("shop", database, tell=print)


class TestUnknownTemplates:
    def test_each_unknown_id_is_named_once_with_its_place_and_the_nearest(self, tmp_path: Path) -> None:
        rows = ["1,hi,shiping-abroad", "2,ho,opening-hours | zzz", "3,he,zzz", "4,ha,", "5,hu,shipping-abroad"]
        path = written(tmp_path / "labels.csv", "id,text,template_id\n" + "\n".join(rows))

        found = list(unknown_templates(read_cases(path, brand="fernhill"), {"fernhill": context().index}))

        assert found == [
            f"{path}:2, field 'template_id': no template of fernhill has the id 'shiping-abroad', so it can only be "
            "missed; did you mean 'shipping-abroad'?",
            f"{path}:3, field 'template_id': no template of fernhill has the id 'zzz' (2 cases, first here), "
            "so it can only be missed",
        ]


def test_generated_questions_are_read_as_they_are_listed(tmp_path: Path) -> None:
    listed = tmp_path / "generated.json"
    listed.write_text('[{"id": 7, "template_id": "hours", "text": "open on sunday?", "model": "tiny"}]')

    assert TemplateSource(None, {}, listed).examples() == [
        LearnedExample(1, "hours", "open on sunday?", is_generated=True)
    ]
    assert TemplateSource(None, {}).examples() == []


def test_a_file_that_is_no_list_of_generated_questions_is_named(tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text('{"text": "open?"}')

    with pytest.raises(InvalidInput, match=r"wrong\.json: this is no list of generated questions"):
        TemplateSource(None, {}, tmp_path / "wrong.json").examples()
