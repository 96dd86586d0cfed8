from __future__ import annotations

from datetime import date

from replyassist.evaluation.template_trial import TriedMessage, sides_of, try_change
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.faq.trial_results import TrialOutcome
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeEncoder
from tests.world import shipping

DAY = date(2026, 11, 22)
CARDS = ReplyTemplate(id="cards", questions=["where are the gift cards", "gift cards"], reply="Under Gifts.")
PICKUP = "can i pick up my order"
TAUGHT = LearnedExample(7, "cards", PICKUP)


def message(number: int, text: str, decided: str | None = None) -> TriedMessage:
    return TriedMessage(number, 10 + number, text, "instagram", "public", decided)


def tried(
    proposed: ReplyTemplate | None, *messages: TriedMessage, template_id: str = "shipping-abroad"
) -> TrialOutcome:
    live = TemplateIndex([CARDS, shipping()], FakeEncoder(), examples=[TAUGHT])
    sides = sides_of(live, template_id, proposed, without_examples=frozenset({7}))
    return try_change(messages, template_id, sides, threshold=0.05, day=DAY)


def test_a_new_question_is_found_and_a_better_choice_is_told() -> None:
    changed = shipping(questions=[*shipping().questions, PICKUP])

    outcome = tried(changed, message(1, PICKUP, "shipping-abroad"), message(2, "gift cards", "cards"))

    assert outcome.messages == outcome.decided == 2
    assert (outcome.right_before, outcome.right_after) == (1, 2)
    (moved,) = outcome.movements
    assert (moved.message_id, moved.after) == (1, "shipping-abroad")
    assert moved.is_better
    assert not moved.is_worse


def test_what_goes_out_of_use_is_found_no_more_and_worse_comes_first() -> None:
    messages = (message(1, "gift cards"), message(2, "where are the gift cards", "cards"))

    outcome = tried(None, *messages, template_id="cards")

    assert (outcome.found_before, outcome.found_after, outcome.moved) == (2, 0, 2)
    assert [movement.message_id for movement in outcome.movements] == [2, 1]
    assert outcome.movements[0].is_worse


def test_what_the_tried_messages_taught_is_left_out_on_both_sides() -> None:
    live = TemplateIndex([CARDS, shipping()], FakeEncoder(), examples=[TAUGHT])

    sides = sides_of(live, "cards", CARDS, without_examples=frozenset({7}))

    assert (sides.before.examples, sides.after.examples) == ((), ())
    assert live.examples == (TAUGHT,)


def test_what_a_model_wrote_stays_on_both_sides() -> None:
    written = LearnedExample(7, "cards", "a voucher please", is_generated=True)
    live = TemplateIndex([CARDS, shipping()], FakeEncoder(), examples=[TAUGHT, written])

    sides = sides_of(live, "cards", CARDS, without_examples=frozenset({7}))

    assert (sides.before.examples, sides.after.examples) == ((written,), (written,))


def test_progress_is_told_after_each_message() -> None:
    told: list[int] = []
    live = TemplateIndex([CARDS], FakeEncoder())
    sides = sides_of(live, "cards", CARDS, without_examples=frozenset())

    outcome = try_change(
        [message(1, "a"), message(2, "b")], "cards", sides, threshold=0.5, day=DAY, progress=told.append
    )

    assert (told, outcome.moved) == ([1, 2], 0)


def test_a_label_that_no_template_answers_counts_too() -> None:
    changed = shipping(questions=[*shipping().questions, PICKUP])
    unanswered = TriedMessage(0, 0, PICKUP, "instagram", "public", None, "c1")

    outcome = tried(changed, unanswered)

    assert (outcome.decided, outcome.right_before, outcome.right_after) == (1, 1, 0)
    (moved,) = outcome.movements
    assert moved.is_worse
    assert not moved.is_better
    assert not tried(changed, message(1, PICKUP)).movements[0].is_worse, "nobody said anything of that one"
