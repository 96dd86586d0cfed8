from __future__ import annotations

from replyassist.inbox.inbound import InboundMessage
from replyassist.triage import Kind
from replyassist.triage.asking.tokens import tokens_of
from replyassist_bench.asking_examples import begins_of
from replyassist_bench.kinds import Labelled
from replyassist_bench.put_together import OF_EACH_WRITER, put_together


def begins(text: str, *questions: str) -> list[str] | None:
    tokens = tokens_of(text)
    found = begins_of(text, tokens, questions)
    return None if found is None else [tokens[at].word for at in found]


def test_a_question_begins_past_what_joins_it() -> None:
    assert begins("hello, do you ship? and is it free", "do you ship?", "and is it free") == ["do", "is"]
    assert begins("1) where 2) when", "1) where", "2) when") == ["1", "2"]


def test_a_part_of_a_question_begins_nowhere_by_itself() -> None:
    assert begins("if it leaks, can I send it back", "if it leaks, can I send it back", "can I send it back") == ["if"]


def test_a_question_in_other_words_begins_nobody_knows_where() -> None:
    assert begins("the box is still here", "When is it collected?") is None


def test_every_question_that_is_put_together_is_found_again() -> None:
    asked = [f"do you sell number {number}?" for number in range(9)]
    own = [Labelled(each, "shop", InboundMessage(each), Kind.QUESTION, questions=(each,)) for each in asked]
    told = Labelled("told", "shop", InboundMessage("The lid is broken."), Kind.COMPLAINT)
    made = put_together([*own, told])
    assert len(made) == OF_EACH_WRITER
    assert {len(one.questions) for one in made} == {1, 2, 3, 4}
    for one in made:
        found = begins_of(one.message.text, tokens_of(one.message.text), one.questions)
        assert found is not None
        assert len(found) == len(one.questions), one.message.text
    upon = [question for one in made for question in one.questions if "the lid is broken, do you" in question]
    assert upon
