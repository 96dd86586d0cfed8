from __future__ import annotations

import numpy as np
import pytest

from replyassist.learning import grouping
from replyassist.learning.grouping import grouped, mean_direction, varied
from replyassist.testing import FakeEncoder

TEXTS = (
    "do you sell gift cards",
    "is oat milk gluten free",
    "do you sell gift cards online",
    "where do you sell gift cards",
    "is your oat milk gluten free",
    "what a strange evening",
)
VECTORS = FakeEncoder().encode(TEXTS)


def sets(fewest: int) -> list[set[int]]:
    return [set(map(int, group)) for group in grouped(VECTORS, fewest=fewest)]


def test_texts_that_ask_about_the_same_are_one_group_the_largest_first() -> None:
    assert sets(2) == [{0, 2, 3}, {1, 4}]


def test_the_most_central_text_of_a_group_comes_first() -> None:
    (group, *_) = grouped(VECTORS, fewest=3)
    likeness = VECTORS[group] @ mean_direction(VECTORS[group])
    assert list(likeness) == sorted(likeness, reverse=True)


def test_what_nobody_else_asks_is_a_group_only_on_demand() -> None:
    assert {5} in sets(1)
    assert sets(4) == []


@pytest.mark.parametrize(("texts", "fewest", "found"), [(0, 1, 0), (1, 1, 1), (1, 2, 0)])
def test_no_text_and_one_text_are_no_trouble(texts: int, fewest: int, found: int) -> None:
    assert len(grouped(VECTORS[:texts], fewest=fewest)) == found


def test_of_a_large_pile_a_sample_is_grouped_and_the_others_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "LARGEST_AT_ONCE", 30)
    vectors = FakeEncoder().encode([f"{TEXTS[number % 2]} please" for number in range(100)] + ["qqq zzz"])

    assert [len(group) for group in grouped(vectors, fewest=2)] == [50, 50]


def test_varied_texts_begin_in_the_middle_and_are_unlike_each_other() -> None:
    vectors = FakeEncoder().encode(
        ["gift cards here", "gift cards here", "gift cards there", "gift cards anywhere at all"]
    )
    chosen = varied(vectors, count=2)

    assert vectors[chosen[0]] @ vectors[chosen[1]] < 0.99
    assert len(varied(vectors, count=9)) == 4


def test_the_mean_of_nothing_in_common_is_no_division_by_zero() -> None:
    assert np.isfinite(mean_direction(np.stack([VECTORS[0], -VECTORS[0]]))).all()
