from __future__ import annotations

import pytest

from replyassist.guardrails.thanks import only_thanks

MESSAGE = "Just had the best climbing session ever at Mill Road, the setters are geniuses. Parcel came quickly too"


@pytest.mark.parametrize(
    "text",
    [
        "So glad you had such a great climbing session. Thank you!",
        "Thank you! It's lovely to hear that you had the best session at Mill Road.",
    ],
)
def test_thanks_that_take_up_what_was_said_pass(text: str) -> None:
    assert only_thanks(text, message=MESSAGE, longest=200)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much!",  # takes up nothing
        "So glad you liked the climbing session. We open at 9 on Sundays.",
        "So glad you liked the session. Come back for a free session!",
        "Glad you liked the session. Will you come again?",
        "Our setters are the best in the country.",
        "Thank you for the quick parcel service and careful couriers.",
        "So glad about the climbing session. " * 8,
        "",
    ],
)
def test_what_states_promises_or_asks_anything_does_not(text: str) -> None:
    assert not only_thanks(text, message=MESSAGE, longest=200)
