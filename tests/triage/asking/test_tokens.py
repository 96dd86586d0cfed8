from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replyassist.triage.asking.tokens import PLACES, READ_CHARACTERS, places_of, tokens_of


def words(text: str) -> list[str]:
    return [token.word for token in tokens_of(text)]


def test_words_marks_and_line_breaks_are_tokens() -> None:
    assert words("Do you SHIP?\n\nIt's late") == ["do", "you", "ship", "?", "\n", "it's", "late"]


def test_the_sign_of_a_key_is_its_number_and_two_marks() -> None:
    assert [token.shape for token in tokens_of("1\ufe0f\u20e3 ship")] == ["digit", "sign", "sign", "word"]


def test_marks_and_joining_words_of_any_language_belong_to_no_question() -> None:
    assert [token.word for token in tokens_of("ship, and und cost?") if token.is_between] == [",", "and", "und", "?"]


@given(st.text(max_size=80))
def test_any_text_has_tokens_at_their_places_and_features_in_range(text: str) -> None:
    tokens = tokens_of(text)
    assert all(text[token.start : token.end].lower().startswith(token.word[:1]) for token in tokens)
    rows = places_of(tokens)
    assert len(rows) == len(tokens)
    assert all(len(row) and min(row) >= 0 and max(row) < PLACES for row in rows)


def test_the_same_word_is_seen_by_what_stands_before_it() -> None:
    first, second = (places_of(tokens_of(text))[-1] for text in ("a, ship", "a ship"))
    assert set(first) != set(second)


def test_of_a_long_message_the_beginning_is_read() -> None:
    assert tokens_of("a " * READ_CHARACTERS)[-1].end <= READ_CHARACTERS
