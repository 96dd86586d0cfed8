from __future__ import annotations

from typing import Any

import pytest

from replyassist_bench.retrieval.peer_figures import best_framework, of_system, spread

BUILT = {"build_seconds": 2.0, "build_seconds_without_encoder": 0.5, "build_peak_mb": 700.0, "index_mb": 3.0}


def served(**other: Any) -> dict[str, Any]:
    times = {
        "added_ms": [1.0, 3.0],
        "over_bare_ms": [2.0, 2.0],
        "given_ms": [],
        "bare_ms": [9.0, 9.0],
        "call_ms": [10.0, 10.0],
    }
    start = {"import_seconds": 1.0, "load_seconds": 0.5, "first_answer_seconds": 0.1, "start_seconds": 1.6}
    return {**times, **start, "peak_mb": 600.0, "encoder_mb": 500.0, **other}


def test_times_are_pooled_over_rounds_and_memory_is_the_largest() -> None:
    found = of_system(BUILT, [served(), served(added_ms=[5.0, 7.0], peak_mb=650.0, start_seconds=2.0)])

    assert found["added_ms_p50"] == 4.0
    assert found["messages_per_second"] == 100.0
    assert (found["peak_mb"], found["added_mb"]) == (650.0, 150.0)
    assert found["start_seconds"] == pytest.approx(1.8)
    assert found["build_seconds_without_encoder"] == 0.5


def test_a_system_without_a_call_for_vectors_has_no_figure_for_it() -> None:
    assert of_system(BUILT, [served()])["given_vector_ms_p50"] is None


def test_the_99th_percentile_is_never_beyond_the_largest_value() -> None:
    found = spread("ms", [1.0, 2.0, 3.0])

    assert found["ms_p50"] == 2.0
    assert found["ms_p99"] is not None
    assert 2.9 < found["ms_p99"] <= 3.0


def test_our_share_is_of_the_fastest_framework_and_not_of_a_reference() -> None:
    systems = {
        "ours": {"added_ms_p50": 0.2, "given_vector_ms_p50": 0.1},
        "slow": {"added_ms_p50": 8.0, "given_vector_ms_p50": 0.2},
        "fast": {"added_ms_p50": 0.8, "given_vector_ms_p50": 0.5},
        "plain": {"added_ms_p50": 0.1, "given_vector_ms_p50": 0.1},
    }

    assert best_framework(systems, ours="ours", frameworks=("slow", "fast")) == {
        "ratio_to_best_framework": 0.25,
        "best_framework": "fast",
        "ratio_given_vector": 0.5,
    }


def test_without_a_framework_there_is_no_share() -> None:
    found = best_framework({"ours": {"added_ms_p50": 0.2, "given_vector_ms_p50": 0.1}}, ours="ours", frameworks=("a",))

    assert found == {"ratio_to_best_framework": None, "best_framework": None, "ratio_given_vector": None}
