from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.learning.past_messages import PastMessage, read_past_messages
from replyassist.learning.stored_messages import stored_messages
from tests.review.test_decisions import approve
from tests.world import BRAND, World


def lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path, **column_map: str) -> list[tuple[str, str]]:
    return [(row.text, row.reply) for row in read_past_messages(path, brand=BRAND, column_map=column_map).messages]


def product(number: int, text: str, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "brand": BRAND,
        "channel": "instagram",
        "external_id": f"m-{number}",
        "text": text,
        "author": {"external_id": "1", "name": "Tom", "handle": "tom.k"},
        "conversation": {"external_id": "post-1"},
        "posted_at": "2026-11-22T09:30:00Z",
    }
    return fields | more


def test_plain_rows_of_json_lines_need_a_text_only(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "m.jsonl", {"text": "gift cards?"}, {"text": "open on sunday?", "reply": "Yes.", "likes": 3}
    )
    assert read(path) == [("gift cards?", ""), ("open on sunday?", "Yes.")]


def test_a_table_of_any_program_is_read_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text('body;answer\n"gift; cards?";Yes.\nopen?;\n', encoding="utf-8")
    assert read(path, text="body", reply="answer") == [("gift; cards?", "Yes."), ("open?", "")]


def test_messages_of_the_products_format_keep_their_author(tmp_path: Path) -> None:
    path = lines(tmp_path / "m.jsonl", product(1, "gift cards?"))
    (message,) = read_past_messages(path, brand=BRAND, column_map={}).messages
    assert message == PastMessage("line 1", "gift cards?", "", "Tom", "tom.k", ("instagram", "m-1"))


def test_a_row_that_went_out_answers_the_message_it_names_else_the_last_of_its_conversation(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "m.jsonl",
        product(1, "gift cards?"),
        product(2, "open on sunday?"),
        product(3, "Under Gifts.", direction="out", in_reply_to="m-1"),
        product(4, "Until six.", direction="out"),
        product(5, "Nobody asked.", direction="out", conversation={"external_id": "post-2"}),
    )
    assert read(path) == [("gift cards?", "Under Gifts."), ("open on sunday?", "Until six.")]
    assert read_past_messages(path, brand=BRAND, column_map={}).unmatched_replies == 1


def test_rows_of_other_brands_are_left_out_and_counted(tmp_path: Path) -> None:
    path = lines(tmp_path / "m.jsonl", product(1, "gift cards?"), product(2, "rates?", brand="harbour"))
    past = read_past_messages(path, brand=BRAND, column_map={})
    assert (len(past.messages), past.of_other_brands, past.brands) == (1, 1, frozenset({BRAND, "harbour"}))


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ('{"text": 1.5}', "field 'text'"),
        ('{"reply": "Yes."}', "field 'text'"),
        ('{"text": "a", "direction": "up"}', "field 'direction'"),
        ("[1]", "expected a JSON object"),
        ("{", "not valid JSON"),
    ],
)
def test_a_bad_row_is_told_with_file_line_and_field_and_the_others_count(tmp_path: Path, row: str, place: str) -> None:
    path = lines(tmp_path / "m.jsonl", {"text": "gift cards?"}, row)
    past = read_past_messages(path, brand=BRAND, column_map={})

    assert len(past.messages) == 1
    assert past.problems[0].startswith(f"{path}:2")
    assert place in past.problems[0]


def test_in_which_encoding_a_file_was_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_bytes('{"text": "café open?"}\n'.encode("cp1252"))
    (note,) = read_past_messages(path, brand=BRAND, column_map={}).notes
    assert "Windows-1252" in note


def test_a_file_without_any_message_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"m\.jsonl:1"):
        read(lines(tmp_path / "m.jsonl", "{"))
    (tmp_path / "m.csv").write_text("body\ngift cards?\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="--map text=COLUMN"):
        read(tmp_path / "m.csv")
    with pytest.raises(InvalidInput, match="no field 'texts'"):
        read(tmp_path / "m.csv", texts="body")


def test_stored_messages_come_with_what_people_answered_here_or_elsewhere(world: World) -> None:
    who = world.person()
    item = world.item(message={"text": "do you ship to Norway?"})
    approve(world, who, item)
    world.message(text="gift cards?", conversation={"external_id": "post-77"})
    world.message(text="Under Gifts.", conversation={"external_id": "post-77"}, direction="out")
    world.message(text="gone soon", external_id="m-gone")
    world.delete("m-gone")

    with world.database.reading() as session:
        found = stored_messages(session, BRAND).messages
    assert [(message.text, message.reply) for message in found] == [
        ("gift cards?", "Under Gifts."),
        ("do you ship to Norway?", item.draft),
    ]
    assert found[1].key == f"message {item.message_id}"
    with world.database.reading() as session:
        assert stored_messages(session, "harbour").messages == []
