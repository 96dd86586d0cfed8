from __future__ import annotations

from replyassist.guardrails import OmittedFact, check

from .builders import context

REPLY = (
    "Delivery to Norway takes 4 to 7 working days. Delivery to Norway costs €9. "
    "You can track the parcel in your account."
)


def test_the_reply_of_the_template_leaves_nothing_out() -> None:
    assert check(REPLY, context(reply=REPLY, message="How long does delivery take?")).left_out == ()


def test_what_was_asked_and_is_left_out_is_marked() -> None:
    there = context(reply=REPLY, message="How long does delivery to Norway take?")
    result = check("Delivery to Norway costs €9. You can track the parcel in your account.", there)
    assert result.left_out == (OmittedFact(text="Delivery to Norway takes 4 to 7 working days.", was_asked=True),)


def test_what_was_not_asked_may_be_left_out_and_is_listed() -> None:
    there = context(reply=REPLY, message="How long does delivery to Norway take?")
    result = check("Delivery to Norway takes 4 to 7 working days.", there)
    assert result.left_out == (
        OmittedFact(text="Delivery to Norway costs €9.", was_asked=False),
        OmittedFact(text="You can track the parcel in your account.", was_asked=False),
    )


def test_a_single_fact_that_is_missing_from_a_kept_sentence_is_named_by_itself() -> None:
    reply = "The beans cost €9 and stay fresh for 6 weeks."
    left_out = check("The beans stay fresh for 6 weeks.", context(reply=reply, message="How much are they?")).left_out
    assert [fact.text for fact in left_out] == ["€9"]


def test_a_message_without_a_question_asks_for_nothing() -> None:
    there = context(reply=REPLY, message="Delivery to Norway, please")
    assert all(not fact.was_asked for fact in check("Delivery to Norway costs €9.", there).left_out)


def test_without_a_template_nothing_is_left_out() -> None:
    assert check("Hello.", context(reply=None, message="How long?")).left_out == ()
