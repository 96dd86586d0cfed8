from __future__ import annotations

import pytest

from replyassist_bench.retrieval.published.axis import Axis, log_axis, short


def test_values_stand_in_proportion_and_never_beyond_an_end() -> None:
    axis = Axis(0.0, 2.0, 100.0, 300.0)

    assert [axis.place(value) for value in (0.0, 0.5, 2.0, 9.0, -1.0)] == [100.0, 150.0, 300.0, 300.0, 100.0]


def test_an_upright_axis_grows_upwards() -> None:
    assert Axis(0.0, 1.0, 260.0, 60.0).place(0.75) == 110.0


def test_powers_of_ten_are_evenly_spaced() -> None:
    axis = log_axis([0.2, 30.0], start=0.0, end=300.0)

    assert axis.ticks() == [(0.0, "0.1"), (100.0, "1"), (200.0, "10"), (300.0, "100")]
    assert axis.place(0.316227766) == pytest.approx(50.0, abs=0.01)


def test_one_value_still_has_an_axis() -> None:
    assert log_axis([1.0], start=0.0, end=10.0).ticks() == [(0.0, "1"), (10.0, "10")]


def test_ticks_are_round_numbers() -> None:
    assert [words for _, words in Axis(0.0, 1.0, 0.0, 1.0).ticks()] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert [words for _, words in Axis(0.0, 2000.0, 0.0, 1.0).ticks()] == ["0", "500", "1000", "1500", "2000"]


def test_large_numbers_are_shortened() -> None:
    assert [short(value) for value in (0.5, 1000.0, 10_000.0, 1e6)] == ["0.5", "1000", "10k", "1M"]
