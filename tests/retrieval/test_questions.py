from __future__ import annotations

from replyassist.retrieval.index import TemplateMatch
from replyassist.retrieval.questions import SURE_OF_A_PART, MatchedQuestion, MessagePart, as_asked, asked_in, units_of
from replyassist.triage.asking import Question


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


A, B, C = (MessagePart(name, True) for name in "abc")
TOLD = MessagePart("my rate is odd", False)
FEES, RATE, JOINT = match("fees", 0.95), match("rate", 0.97), match("joint", 0.4)


def alone(*found: list[TemplateMatch]) -> list[list[list[TemplateMatch]]]:
    """What was found for units that are looked up by themselves only."""
    return [[matches] for matches in found]


def ids(questions: list[str], found: list[list[TemplateMatch]], whole: list[TemplateMatch]) -> list[str | None]:
    asked = asked_in([MessagePart(each, True) for each in questions], alone(*found), threshold=0.3, whole=whole)
    assert [each.text for each in asked] == questions
    return [each.match.template_id if each.match else None for each in asked]


def test_each_question_has_the_template_that_answers_it_by_itself() -> None:
    assert ids(["what fees?", "and the rate?"], [[FEES, JOINT], [RATE, FEES]], [FEES]) == ["fees", "rate"]


def test_a_question_that_no_template_surely_answers_has_none() -> None:
    unsure = match("rate", SURE_OF_A_PART - 0.01)
    assert ids(["what fees?", "my cat?", "?"], [[FEES], [unsure], []], [FEES]) == ["fees", None, None]


def test_the_template_of_the_whole_needs_no_more_than_the_whole() -> None:
    assert ids(["what fees?", "together?"], [[FEES], [JOINT]], [JOINT]) == ["fees", "joint"]
    assert ids(["what fees?", "together?"], [[FEES], [JOINT]], [FEES]) == ["fees", None]


def test_the_first_template_is_as_sure_as_the_question_that_asks_for_it() -> None:
    half = match("fees", 0.5)
    asked = asked_in([A, B], alone([FEES], [RATE]), threshold=0.3, whole=[half, JOINT])
    assert as_asked([half, JOINT], asked, threshold=0.3) == (FEES, JOINT, RATE)


def test_where_the_whole_is_like_no_template_the_surest_question_leads() -> None:
    unlike = match("joint", 0.1)
    asked = asked_in([A, B, C], alone([FEES], [RATE], []), threshold=0.3, whole=[unlike])
    assert as_asked([unlike], asked, threshold=0.3) == (RATE, unlike, FEES)
    assert as_asked([], asked, threshold=0.3) == (RATE, FEES)


def test_without_questions_all_stays_as_it_was_found() -> None:
    assert as_asked([FEES, JOINT], (), threshold=0.3) == (FEES, JOINT)


def test_what_is_told_counts_where_a_template_answers_it_surely_beside_another_part() -> None:
    both = asked_in([A, TOLD], alone([FEES], [RATE]), threshold=0.3, whole=[FEES])
    assert both == (MatchedQuestion("a", FEES), MatchedQuestion("my rate is odd", RATE))
    for of_question, of_told in ((FEES, FEES), (FEES, JOINT), (JOINT, RATE), (JOINT, FEES)):
        assert asked_in([A, TOLD], alone([of_question], [of_told]), threshold=0.5, whole=[FEES]) == ()


def test_one_question_told_in_several_sentences_is_looked_up_beside_them() -> None:
    text = "My parcel never came. It was due on Monday. How do I get it?"
    assert [unit.text for unit in units_of(text, [Question("How do I get it?")])] == [
        "My parcel never came.",
        "It was due on Monday.",
        "How do I get it?",
    ]
    assert units_of("How do I get it?", [Question("How do I get it?")]) == []
    assert units_of("no question", []) == []


def test_a_short_question_is_looked_up_with_what_stands_before_it_too() -> None:
    text = "Do you work with small shops, and who decides? How long does it take from now on?"
    first, short, other = ("Do you work with small shops", "who decides?", "How long does it take from now on?")
    units = units_of(text, [Question(first), Question(short), Question(other, is_sure=False)])
    assert [unit.texts for unit in units] == [(first,), (short, f"{first} {short}"), (other,)]
    assert [unit.is_sure for unit in units] == [True, True, False]


def test_the_template_of_the_whole_answers_a_short_question_that_leads_to_it_with_its_context() -> None:
    short = MessagePart("who decides?", True, before="a")

    def answer(by_itself: list[TemplateMatch], together: list[TemplateMatch]) -> TemplateMatch | None:
        return asked_in([A, short], [[[FEES]], [by_itself, together]], threshold=0.3, whole=[FEES])[1].match

    assert answer([], [FEES]) == FEES
    assert answer([RATE], [FEES]) == RATE
    assert answer([JOINT], [RATE]) is None
    assert answer([], [match("fees", SURE_OF_A_PART - 0.01)]) is None


def test_a_question_is_open_where_it_is_surely_one_or_another_template_answers_it() -> None:
    assert MatchedQuestion("my cat?", None).is_open(["fees"])
    assert not MatchedQuestion("is that so", None, is_sure=False).is_open(["fees"])
    assert MatchedQuestion("and the rate", RATE, is_sure=False).is_open(["fees"])
    assert not MatchedQuestion("and the rate", RATE).is_open(["fees", "rate"])
