from __future__ import annotations

from replyassist.retrieval.index import TemplateMatch
from replyassist.retrieval.questions import second_question


def match(template_id: str, probability: float) -> TemplateMatch:
    return TemplateMatch(
        template_id=template_id,
        version="",
        title="",
        score=0.5,
        probability=probability,
        matched_text="",
        matched_field="question",
        reply="",
    )


FEES, RATE, JOINT = match("fees", 0.95), match("rate", 0.97), match("joint", 0.4)


def test_another_part_that_surely_asks_something_else_is_a_second_question() -> None:
    assert second_question(FEES, [[FEES, JOINT], [RATE, FEES]]) == RATE


def test_one_question_said_twice_is_one() -> None:
    assert second_question(FEES, [[FEES], [FEES]]) is None
    assert second_question(FEES, []) is None


def test_a_part_that_is_not_sure_is_no_second_question() -> None:
    assert second_question(FEES, [[FEES], [match("rate", 0.79)]]) is None


def test_without_a_part_for_the_first_the_others_are_its_explanation() -> None:
    assert second_question(FEES, [[JOINT], [RATE]]) is None
