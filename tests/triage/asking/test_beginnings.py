from __future__ import annotations

import numpy as np

from replyassist.triage.asking.beginnings import MOST_QUESTIONS, beginnings
from replyassist.triage.asking.tokens import tokens_of


def begins(*likely: float, asks_from: float = 0.5, text: str = "") -> list[int]:
    tokens = tokens_of(text or " ".join("word" for _ in likely))
    return list(beginnings(tokens, np.array(likely), asks_from=asks_from))


def begins_at(text: str, *words: str) -> list[str]:
    """The words at which questions begin where the reader takes each of these for a beginning."""
    tokens = tokens_of(text)
    likely = np.array([0.9 if token.word in words else 0.0 for token in tokens])
    return [tokens[at].word for at in beginnings(tokens, likely, asks_from=0.5)]


def test_a_question_begins_where_it_is_likeliest() -> None:
    assert begins(0.9, 0.0, 0.0, 0.0, 0.8, 0.0, 0.1) == [0, 4]
    assert begins() == []


def test_neighbours_speak_for_one_beginning() -> None:
    assert begins(0.0, 0.3, 0.35, 0.0, 0.0, 0.0) == [2]
    assert begins(0.3, 0.0, 0.0, 0.35, 0.0, 0.0) == []
    assert begins(0.9, 0.8) == [0]


def test_it_is_as_sure_as_they_are_together() -> None:
    found = beginnings(tokens_of("so can it fly"), np.array([0.25, 0.5, 0.0, 0.0]), asks_from=0.5)
    assert found == {1: 0.75}


def test_there_are_never_more_than_are_looked_up() -> None:
    assert len(begins(*[0.9, 0.0, 0.0] * 9)) == MOST_QUESTIONS


def test_what_depends_on_a_condition_begins_with_it() -> None:
    assert begins_at("if I open the bag, can I return it", "if", "can") == ["if"]
    assert begins_at("1) wenn er offen ist, darf ich ihn behalten", "wenn", "darf") == ["wenn"]
    assert begins_at("if I open the bag, can I return it and how do I", "if", "can", "how") == ["if", "how"]


def test_a_time_is_a_condition_and_no_question_about_it() -> None:
    assert begins_at("when i want to stop, how do I do that", "when", "how") == ["when"]
    assert begins_at("when do you open, how do I get there", "when", "how") == ["when", "how"]


def test_a_condition_reaches_no_further_than_its_sentence() -> None:
    assert begins_at("do you ship if it rains. can I return it", "if", "can") == ["if", "can"]
    assert begins_at("can I return it if I open it and do you ship", "can", "do") == ["can", "do"]


def test_the_other_half_of_a_question_is_no_other_question() -> None:
    assert begins_at("is it free or do I pay", "is", "do") == ["is"]
    assert begins_at("is it free, or do I pay", "is", "or") == ["is"]
