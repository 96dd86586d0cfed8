from __future__ import annotations

import pytest

from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confusion import thefts
from replyassist.testing import FakeEncoder

PARCEL = ReplyTemplate(
    id="late-parcel",
    title="My parcel is late",
    questions=["my parcel is late", "my parcel has not come", "parcel still not here", "when does my parcel come"],
    reply="We are sorry. Please wait for two more days.",
)
TEA = ReplyTemplate(
    id="tea",
    title="Do you sell tea?",
    questions=["do you sell tea", "is there green tea", "any tea for sale"],
    reply="We sell three kinds of tea.",
)
VAGUE = ReplyTemplate(
    id="tracking",
    title="Order tracking",
    questions=["where is my parcel", "my parcel is not here", "has my parcel come"],
    reply="The link in the confirmation shows the way of the order.",
)


def test_templates_that_sound_alike_steal_from_each_other() -> None:
    found = thefts([PARCEL, TEA, VAGUE], FakeEncoder())

    assert {(theft.robbed, theft.thief, theft.of) for theft in found} == {
        ("tracking", "late-parcel", 3),
        ("late-parcel", "tracking", 4),
    }
    assert all("parcel" in question for theft in found for question in theft.questions)


def test_templates_that_differ_are_left_in_peace() -> None:
    assert thefts([PARCEL, TEA], FakeEncoder()) == []


def test_one_template_or_none_has_nobody_to_steal_from() -> None:
    assert thefts([], FakeEncoder()) == thefts([PARCEL], FakeEncoder()) == []


@pytest.mark.parametrize(("stray", "is_named"), [(2, False), (3, True)])
def test_two_stray_questions_of_ten_may_be_chance_and_three_are_not(stray: int, is_named: bool) -> None:
    strays = ["which tea is for sale", "do you sell any tea", "is there any tea for sale"][:stray]
    own = [f"my parcel has not come in {number} days" for number in range(10 - stray)]
    late = PARCEL.model_copy(update={"questions": [*own, *strays]})

    assert [(theft.robbed, theft.thief, len(theft.questions)) for theft in thefts([late, TEA], FakeEncoder())] == (
        [("late-parcel", "tea", 3)] if is_named else []
    )
