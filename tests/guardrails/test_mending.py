from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails.mending import keep_supported
from tests.world import shipping, voice

SECOND = "Delivery takes 4 to 7 working days."
RETURNS = ReplyTemplate(
    id="returns",
    reply="Unopened bags can come back within 30 days. We can't take back opened bags. Open Wednesday, 9:00 to 16:00, "
    "with tours at 11:00.",
)


def mended(text: str, template: ReplyTemplate | None = None) -> str:
    return keep_supported(text, template or shipping(), voice=voice(), greeting="Hi Tom!")


def test_a_faithful_draft_gets_the_brands_greeting_and_stays() -> None:
    assert mended(f"Hello there, we ship to 32 countries in Europe. {SECOND}") == (
        f"Hi Tom! We ship to 32 countries in Europe. {SECOND}"
    )


@pytest.mark.parametrize(
    "stray",
    [
        "I love Norway.",
        "Our machine is a bit basic.",
        "We ship to 45 countries in Europe.",
        "We don't ship to 32 countries in Europe.",
        "We do not ship to Norway.",
        "Your parcel is on its way.",
        "You can choose your favourite colour at the checkout.",
    ],
)
def test_a_stray_sentence_is_dropped(stray: str) -> None:
    assert mended(f"Hi Tom! {stray} {SECOND}") == f"Hi Tom! {SECOND}"


def test_numbers_keep_the_order_of_the_template() -> None:
    assert mended("Open Wednesday, 11:00 to 16:00.", RETURNS) == ""
    assert mended("Open Wednesday, 9:00 to 16:00.", RETURNS)


def test_a_denial_stays_a_denial() -> None:
    assert mended("We can't take back opened bags.", RETURNS)
    assert mended("We can take back opened bags.", RETURNS) == ""


def test_a_condition_is_not_dropped() -> None:
    template = ReplyTemplate(id="late", reply="If your parcel is more than 10 days late, we send a new one.")

    assert mended("If your parcel is more than 10 days late, we send a new one.", template)
    assert mended("Your parcel is more than 10 days late. We send a new one.", template) == "Hi Tom! We send a new one."


def test_a_leading_yes_that_the_template_does_not_say_is_dropped() -> None:
    assert mended("Hi Tom! Yes, we ship to 32 countries in Europe.") == "Hi Tom! We ship to 32 countries in Europe."


def test_repetitions_are_dropped_and_the_voices_own_phrases_stay() -> None:
    assert mended(f"Hey Tom! Sorry about that. {SECOND} {SECOND}") == f"Hi Tom! Sorry about that. {SECOND}"


@pytest.mark.parametrize("text", ["", "Hi Tom!", "I love it! I love it!", "Sorry about that."])
def test_nothing_is_left_of_a_draft_that_says_nothing(text: str) -> None:
    assert mended(text) == ""


@given(st.text(max_size=400))
def test_it_never_raises_and_adds_no_number(text: str) -> None:
    result = mended(text)
    assert not result or {word for word in result.split() if word.isdigit()} <= {"32", "4", "7"}
