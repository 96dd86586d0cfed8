from __future__ import annotations

from replyassist.retrieval.index import TemplateMatch
from replyassist.retrieval.questions import second_question, with_parts


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


def listed(matches: tuple[TemplateMatch, ...]) -> list[tuple[str, float]]:
    return [(found.template_id, found.probability) for found in matches]


FEES, RATE, JOINT = match("fees", 0.95), match("rate", 0.97), match("joint", 0.4)


def test_a_question_that_is_buried_in_the_whole_comes_up_by_its_part() -> None:
    whole = [match("late-parcel", 0.3), match("subscription", 0.2)]
    found = with_parts(whole, [[match("subscription", 0.9)], [match("thanks", 0.1)]], limit=2)

    assert listed(found) == [("subscription", 0.55), ("late-parcel", 0.3)]


def test_a_part_that_is_less_sure_than_the_whole_changes_nothing() -> None:
    whole = [match("fees", 0.9), match("rate", 0.1)]

    assert listed(with_parts(whole, [[match("fees", 0.5)]], limit=3)) == listed(tuple(whole))


def test_another_part_that_surely_asks_something_else_is_a_second_question() -> None:
    assert second_question(FEES, [[FEES, JOINT], [RATE, FEES]]) == RATE


def test_one_question_said_twice_is_one() -> None:
    assert second_question(FEES, [[FEES], [FEES]]) is None
    assert second_question(FEES, []) is None


def test_a_part_that_is_not_sure_is_no_second_question() -> None:
    assert second_question(FEES, [[FEES], [match("rate", 0.89)]]) is None


def test_without_a_part_for_the_first_the_others_are_its_explanation() -> None:
    assert second_question(FEES, [[JOINT], [RATE]]) is None
