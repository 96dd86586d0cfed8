from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replyassist.web.lead.differences import GONE, NEW, TextDifference, differences, field_differences

texts = st.text(alphabet="ab .!?\n", max_size=60)


def shown(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in differences(before, after)]


def test_a_changed_word_is_marked_within_its_sentence() -> None:
    assert shown("We ship to 32 countries. See you.", "We ship to 34 countries. See you.") == [
        ("", "We ship to "),
        (GONE, "32"),
        (NEW, "34"),
        ("", " countries. "),
        ("", "See you."),
    ]


def test_sentences_with_little_in_common_are_marked_whole() -> None:
    assert shown("We ship abroad.", "Gift cards never expire!") == [
        (GONE, "We ship abroad."),
        (NEW, "Gift cards never expire!"),
    ]


@given(before=texts, after=texts)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = differences(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != NEW) == before
    assert "".join(piece.text for piece in pieces if piece.kind != GONE) == after


def test_lists_are_compared_line_by_line_and_equal_fields_left_out() -> None:
    before = {"title": "Cards", "questions": ["gift cards?", "vouchers?"], "facts": {"days": 3}}
    after = {"title": "Cards", "questions": ["gift cards?", "a present?"], "facts": {"days": 4}}

    questions, facts = field_differences(before, after)

    assert questions.pieces == [
        TextDifference("gift cards?"),
        TextDifference("\n"),
        TextDifference("vouchers?", GONE),
        TextDifference("\n"),
        TextDifference("a present?", NEW),
    ]
    assert (facts.label, facts.pieces) == (
        "Facts",
        [TextDifference("days: 3", GONE), TextDifference("\n"), TextDifference("days: 4", NEW)],
    )


def test_a_first_version_is_all_new() -> None:
    (title,) = field_differences(None, {"title": "Cards", "reply": ""})

    assert title.pieces == [TextDifference("Cards", NEW)]
