from __future__ import annotations

from replyassist.evaluation.coverage.ways import asked
from replyassist.faq.template import ReplyTemplate
from replyassist.testing import FakeEncoder
from tests.evaluation.coverage.brand import BARE, PARCEL

REPEATING = ReplyTemplate(
    id="hours",
    title="When are you open on Sundays?",
    questions=[
        "when are you open on sundays",
        "do dogs come in",
        "When are you open on Sundays!",
        "late night shopping",
    ],
    reply="From nine to five.",
)


def test_questions_that_nearly_repeat_each_other_are_one_way_of_asking() -> None:
    (hours,) = asked([REPEATING], FakeEncoder())

    assert hours.ways == ((0, 2), (1,), (3,))


def test_what_is_hidden_is_hidden_with_its_repeats_and_with_the_title_that_says_it() -> None:
    (hours,) = asked([REPEATING], FakeEncoder())
    kept = hours.keeping((1, 2))

    assert (kept.title, kept.questions) == ("", ["do dogs come in", "late night shopping"])
    assert hours.keeping((0, 2)).title == REPEATING.title
    assert hours.keeping((0, 1, 2)) is REPEATING


def test_a_template_without_questions_has_no_way_of_asking() -> None:
    parcel, bare = asked([PARCEL, BARE], FakeEncoder())

    assert (len(parcel.ways), bare.ways, bare.titled) == (4, (), -1)
    assert asked([], FakeEncoder()) == []
