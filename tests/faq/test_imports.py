"""Files as other programs export them: what goes in, what is mended, what stays out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.faq.files import load_templates, read_templates, write_templates
from replyassist.faq.template import ReplyTemplate
from tests.cases import cases_folder

HOURS = "We are open 9:00 to 17:00."
GREETING, SIGNATURE, HTML, DAMAGE = (
    ("greeting taken out",), ("signature taken out",), ("HTML made text",), ("damaged text mended",)
)  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """Replies by id, what was done to the reply of each mended one, refusals as (line, field), ids left out."""

    replies: dict[str, str]
    mended: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused: tuple[tuple[int, str], ...] = ()
    left_out: tuple[str, ...] = ()


EXPECTED = {
    "chatwoot-canned.csv": Expected({"hours": HOURS, "thanks": "You're welcome!"}, {"hours": GREETING}),
    "dify.csv": Expected({"when-are-you-open": HOURS}, refused=((3, "questions"),)),
    "dup-id.csv": Expected({"hours": HOURS}, refused=((3, "id"),)),
    "excel-trailing.csv": Expected({"hours": HOURS}),
    "foreign-brand.jsonl": Expected(
        {
            "hours": HOURS,
            "returns": "You can send items back within 30 days.",
            "gift": "Gift wrapping costs 3 euros.",
            "warranty": "The warranty lasts 2 years.",
            "store": "Our shop is in Cork.",
            "dim": "Hi,\n\nThe lamp works with a dimmer.\nSee our guide & video.",
            "colour": "The lamp comes in green and blue— it’s €40.",
            "size": "The lamp is 40 cm tall.\n\nThe shade is 20 cm wide.",
            "clean": "Hi,\n\nUse a dry cloth.",
            "assembly": "Thanks for asking! As I said on the phone, I have just e-mailed you the assembly guide.",
            "pay": "You can pay by card or invoice.",
            "care": "The lamp is for indoor use only.",
        },
        {
            **dict.fromkeys(("hours", "returns", "gift", "warranty", "store", "pay", "care"), GREETING),
            "dim": HTML,
            "colour": DAMAGE,
            "size": DAMAGE,
            "clean": SIGNATURE,
        },
        refused=((6, "reply"), (12, "reply")),
    ),
    "header-case.csv": Expected({"hours": HOURS}),
    "html.csv": Expected(
        {"hours": "We're open 9:00 to 17:00.\n\nSee our hours (https://fernhill.example/hours) & map."},
        {"hours": HTML + DAMAGE},
    ),
    "literal-backslash-n.csv": Expected({"hours": f"{HOURS}\n\nClosed on Sundays."}, {"hours": DAMAGE}),
    "mojibake.csv": Expected({"price": "It costs €4 – and we’re open on Sundays."}, {"price": DAMAGE}),
    "q-newlines.csv": Expected({"hours": HOURS}),
    "semi-comma-header.csv": Expected({"hours": "We are open 9:00 to 17:00, and closed on Sundays."}),
    "sep-line.csv": Expected({"hours": HOURS}),
    "zammad.csv": Expected({"1": HOURS}, left_out=("2",)),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_foreign_file_comes_in(name: str) -> None:
    loaded = load_templates(cases_folder("imports") / name)
    assert (
        Expected(
            {template.id: template.reply for template in loaded.templates},
            {change.template_id: change.done for change in loaded.changes if change.field == "reply"},
            tuple((problem.line or 0, problem.field or "") for problem in loaded.problems),
            tuple(item.name for item in loaded.left_out),
        )
        == EXPECTED[name]
    )


def test_every_file_of_templates_has_its_expectation() -> None:
    files = {path.name for path in cases_folder("imports").iterdir() if not path.name.startswith("eval")}
    assert files == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("written", ["again.csv", "again.jsonl", "again"])
def test_what_came_in_and_goes_out_comes_in_unchanged(name: str, written: str, tmp_path: Path) -> None:
    templates = read_usable(cases_folder("imports") / name)
    write_templates(templates, tmp_path / written)
    again = read_templates(tmp_path / written)
    assert again.changes == ()
    assert {item.id: item.version for item in again.templates} == {item.id: item.version for item in templates}


def read_usable(path: Path) -> list[ReplyTemplate]:
    loaded = load_templates(path)
    assert loaded.is_usable
    return loaded.templates


def test_questions_on_lines_of_one_cell_are_several() -> None:
    (template,) = read_usable(cases_folder("imports") / "q-newlines.csv")
    assert template.questions == ["when are you open?", "are you open on sundays?", "what time do you close?"]


class TestColumns:
    """Made files, one trait each."""

    def load(self, tmp_path: Path, text: str | bytes, name: str = "a.csv", **column_map: str) -> list[ReplyTemplate]:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_templates(path, column_map=column_map).templates

    @pytest.mark.parametrize(
        "header",
        ["Title,Body", "Name;Text", "subject\tcontent_html", "Macro name,Comment value", "title|Canned response",
         "name,body_text", "Shortcut;Message", "Titel;Antwort", "Question,Answer", "Titre,Réponse"],
    )  # fmt: skip
    def test_the_names_of_other_helpdesks_are_known(self, tmp_path: Path, header: str) -> None:
        mark = next(sign for sign in ",;\t|" if sign in header)
        (template,) = self.load(tmp_path, f"{header}\nOpening hours{mark}{HOURS}\n")
        assert (template.id.lower().replace(" ", "-"), template.reply) == ("opening-hours", HOURS)

    def test_our_own_name_goes_before_a_foreign_one(self, tmp_path: Path) -> None:
        (template,) = self.load(tmp_path, "name,id,title,content,reply\nx,a,T,no,yes\n")
        assert (template.id, template.title, template.reply) == ("a", "T", "yes")

    def test_one_column_may_be_mapped_to_two_fields(self, tmp_path: Path) -> None:
        (template,) = self.load(tmp_path, "Q,A\nopen?,Yes.\n", title="Q", questions="Q", reply="A", id="Q")
        assert (template.id, template.title, template.questions) == ("open?", "open?", ["open?"])

    def test_a_quoted_header_may_hold_the_delimiter(self, tmp_path: Path) -> None:
        (template,) = self.load(tmp_path, 'id,"questions, as people ask",reply\na,open?,Yes.\n')
        assert template.questions == ["open?"]

    def test_empty_columns_and_rows_are_nothing(self, tmp_path: Path) -> None:
        templates = self.load(tmp_path, "id,reply,,\r\n,,,\r\na,Yes.,,\r\nb,No.,,,,\r\n,,,\r\n")
        assert [template.id for template in templates] == ["a", "b"]

    def test_a_column_that_only_numbers_the_rows_is_nothing(self, tmp_path: Path) -> None:
        (template,) = self.load(tmp_path, ",id,reply\n0,a,Yes.\n")
        assert (template.id, template.reply) == ("a", "Yes.")

    def test_a_reply_that_an_unquoted_comma_cuts_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=r"a\.csv:2: there is text in a column without a name"):
            self.load(tmp_path, "id,reply,\na,Yes, we do.\n")

    def test_the_same_template_twice_is_taken_once(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("id,reply\na,Yes.\na,Yes.\n")
        loaded = load_templates(path)
        assert ([item.id for item in loaded.templates], loaded.problems) == (["a"], ())
        assert loaded.left_out[0].reason == f"the same as in {path}:2"

    @pytest.mark.parametrize("value", ["false", "FALSE", "0", "no", "inactive", "archived", "nein", "Off"])
    def test_what_is_not_in_use_is_left_out(self, tmp_path: Path, value: str) -> None:
        templates = self.load(tmp_path, f"id,reply,active\na,Yes.,true\nb,No.,{value}\nc,Maybe.,\n")
        assert [template.id for template in templates] == ["a", "c"]

    @pytest.mark.parametrize(
        ("column", "value"),
        [("archived", "yes"), ("Is Deleted", "TRUE"), ("disabled", "1"), ("hidden", "x"), ("inactive", "Ja"),
         ("retired", "y"), ("draft", "true"), ("deleted_at", "2026-11-01T10:00:00Z"), ("Archiviert", "ja"),
         ("status", "draft"), ("state", "Archived"), ("published", "false")],
    )  # fmt: skip
    def test_what_is_out_of_use_is_left_out_and_told(self, tmp_path: Path, column: str, value: str) -> None:
        path = tmp_path / "a.csv"
        path.write_text(f"id,reply,{column}\na,Yes.,{value}\nb,No.,\n")
        loaded = load_templates(path)
        assert [template.id for template in loaded.templates] == ["b"]
        assert loaded.left_out[0].reason == f"'{column}' is '{value}'"

    @pytest.mark.parametrize("value", ["no", "FALSE", "0", "", "nein"])
    def test_what_is_not_out_of_use_comes_in(self, tmp_path: Path, value: str) -> None:
        assert len(self.load(tmp_path, f"id,reply,archived\na,Yes.,{value}\n")) == 1

    def test_each_column_about_use_counts(self, tmp_path: Path) -> None:
        assert self.load(tmp_path, "id,reply,active,archived\na,Yes.,true,yes\nb,No.,true,no\n")[0].id == "b"

    @pytest.mark.parametrize("written", ["01.12.2026", "1.12.2026", "2026-12-01"])
    def test_a_day_may_be_written_as_german_sheets_do(self, tmp_path: Path, written: str) -> None:
        (template,) = self.load(tmp_path, f"id,reply,valid until\na,Yes.,{written}\n")
        assert str(template.valid_until) == "2026-12-01"

    def test_a_day_whose_month_nobody_can_tell_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=r"a\.csv:2.*month.*2026-12-01"):
            self.load(tmp_path, "id,reply,valid_until\na,Yes.,01/12/2026\n")

    @pytest.mark.parametrize("sign", ["- ", "• ", "* ", "1. ", "1) "])
    def test_bullets_and_numbers_before_questions_are_no_part_of_them(self, tmp_path: Path, sign: str) -> None:
        (template,) = self.load(tmp_path, f'id,questions,reply\na,"{sign}one?\n{sign}2 two?",Yes.\n')
        assert template.questions == ["one?", "2 two?"]

    def test_a_reply_of_an_image_alone_is_refused_as_such(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=r"a\.csv:2.*nothing is left of it but an image"):
            self.load(tmp_path, "id,reply\na,<img src=x.png>\n")

    @pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
    @pytest.mark.parametrize("indent", [None, 1])
    def test_a_json_array_is_read(self, tmp_path: Path, name: str, indent: int | None) -> None:
        records = [{"id": "a", "reply": "Yes."}, {"id": "b", "reply": "No."}]
        templates = self.load(tmp_path, json.dumps(records, indent=indent), name)
        assert [template.id for template in templates] == ["a", "b"]

    def test_objects_over_many_lines_are_read(self, tmp_path: Path) -> None:
        text = "\n".join(json.dumps({"id": name, "reply": "Yes."}, indent=2) for name in "ab")
        assert len(self.load(tmp_path, text, "a.jsonl")) == 2

    def test_a_broken_json_array_is_one_problem_with_its_line(self, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        path.write_text('[\n {\n  "id": "a",\n  "reply": }\n]\n')
        (problem,) = load_templates(path).problems
        assert (problem.line, problem.detail) == (4, "not valid JSON: Expecting value")

    def test_a_made_id_stays_when_rows_come_and_go(self, tmp_path: Path) -> None:
        first = self.load(tmp_path, "question,answer\nDo you ship?,Yes.\n¿Dónde está?,Aquí.\n")
        second = self.load(tmp_path, "question,answer\nNew?,Yes.\n¿Dónde está?,Aquí.\nDo you ship?,Yes.\n")
        assert {item.id for item in first} == {"do-you-ship", "donde-esta"}
        assert {item.id for item in first} < {item.id for item in second}

    def test_questions_that_look_alike_get_ids_of_their_own(self, tmp_path: Path) -> None:
        templates = self.load(
            tmp_path, "question,answer\nc++?,Yes.\nc#?,No.\n" + "x " * 50 + ",A.\n" + "x " * 49 + ",B.\n"
        )
        assert len({item.id for item in templates}) == 4

    def test_json_lines_of_other_programs_are_read(self, tmp_path: Path) -> None:
        text = '{"Question": "open?", "Answer": "Yes.", "enabled": true}\n'
        text += '{"question": "old?", "answer": "No.", "enabled": false}\n'
        (template,) = self.load(tmp_path, text, "a.jsonl")
        assert (template.id, template.questions, template.reply) == ("open", ["open?"], "Yes.")
