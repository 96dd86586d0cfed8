from __future__ import annotations

from datetime import UTC, datetime

import pytest

from replyassist.review.pace.planting import plant
from replyassist.review.pace.reading import TimedApproval, is_hurried, pace_of, word_count

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def approval(seconds: float, words: int = 40) -> TimedApproval:
    return TimedApproval(at=NOON, seconds=seconds, words=words)


def test_forty_words_take_ten_seconds_to_read() -> None:
    assert word_count("do you ship to Norway??", "Yes!\nWe do.") == 8
    assert approval(0).reading_seconds == 10
    assert (approval(4.9).is_much_faster, approval(5).is_much_faster) == (True, False)


def test_the_pace_is_a_median_of_what_has_words_enough() -> None:
    pace = pace_of([approval(2), approval(8), approval(30), approval(0.1, words=19)])
    assert pace is not None
    assert (pace.count, pace.seconds, pace.reading_seconds) == (3, 8, 10)
    assert pace.much_faster == pytest.approx(1 / 3)
    assert pace_of([approval(1, words=5)]) is None


def test_several_much_faster_approvals_of_the_last_ten_are_hurried() -> None:
    assert not is_hurried([approval(1)] * 4)
    assert is_hurried([approval(1)] * 5)
    assert not is_hurried([approval(1, words=10)] * 9), "at a glance"
    assert not is_hurried([approval(20)] * 10 + [approval(1)] * 9), "long ago"


def test_an_error_is_planted_into_the_last_plain_number() -> None:
    planted = plant("Hi Tom! We ship to 32 countries. Delivery takes 4 to 7 working days.")
    assert planted is not None
    assert planted.text == "Hi Tom! We ship to 32 countries. Delivery takes 4 to 14 working days."
    assert planted.right == "Delivery takes 4 to 7 working days."
    assert planted.wrong == "Delivery takes 4 to 14 working days."
    assert planted.wrong in planted.text
    years = plant("Open since 60 years!")
    assert years is not None
    assert years.text == "Open since 70 years!"


@pytest.mark.parametrize(
    "text",
    ["Hi there!", "See fernhill.example/a/7 for more", "Write to a7@x.example", "Order FH-1234", "At 10:30"],
)
def test_nothing_is_planted_without_a_plain_number(text: str) -> None:
    assert plant(text) is None
