from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.errors import InvalidInput
from replyassist.retrieval.confidence import (
    BELONGING,
    SIGNALS,
    Calibration,
    calibration_file,
    case_weights,
    default_calibration,
    expected_calibration_error,
    fit_calibration,
    held_out_probabilities,
    load_calibration,
    save_calibration,
    signals_of,
)
from replyassist.retrieval.ranking import Ranking

RANDOM = np.random.default_rng(7)
ROWS = RANDOM.normal(0, 1, (2000, len(SIGNALS)))
RIGHT = RANDOM.uniform(size=2000) < 1 / (1 + np.exp(-(2 * ROWS[:, 0] + 0.5)))
EVEN = np.full(2000, 1 / 2000)


def fitted(encoder: str = "e") -> Calibration:
    return fit_calibration(ROWS, RIGHT, encoder=encoder, weights=EVEN)


def ranking(*totals: float) -> Ranking:
    scores = np.array(totals, dtype=np.float32)
    half = (scores / 2).astype(np.float32)
    return Ranking(
        total=scores,
        nearest=half,
        centroid=half,
        logits=np.zeros_like(scores),
        entry=np.arange(len(totals)),
        cosine=half,
    )


def sureness(*totals: float, chosen: int = 0, allowed: list[bool] | None = None) -> float:
    signals = signals_of(ranking(*totals), allowed=np.array(allowed or [True] * len(totals)), chosen=np.array([chosen]))
    return float(default_calibration().probabilities(signals)[0])


def test_what_is_stated_comes_true_that_often() -> None:
    assert expected_calibration_error(fitted().probabilities(ROWS), RIGHT) < 0.03
    assert expected_calibration_error(held_out_probabilities(ROWS, RIGHT, weights=EVEN), RIGHT) < 0.04


def test_overconfidence_is_an_error_and_honesty_is_none() -> None:
    assert expected_calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0)
    assert expected_calibration_error([1.0] * 10, [True] * 6 + [False] * 4) == pytest.approx(0.4)


def test_a_close_lone_match_is_surer_than_a_far_one_and_than_one_with_a_rival() -> None:
    assert sureness(1.6, 0.4, 0.3) > 0.9
    assert sureness(0.5, 0.3, 0.3) < 0.4
    assert sureness(1.2, 1.15, 0.3) < sureness(1.2, 0.3, 0.3)


def test_a_rival_that_may_not_be_used_here_does_not_count() -> None:
    assert sureness(1.2, 1.15, allowed=[True, False]) == pytest.approx(sureness(1.2), abs=1e-6)


def test_the_only_template_of_a_brand_is_not_sure_of_everything() -> None:
    assert sureness(0.3) < 0.5 < sureness(1.7)


def test_the_second_is_less_sure_than_the_first() -> None:
    assert sureness(1.3, 1.0, chosen=1) < sureness(1.3, 1.0, chosen=0)


def test_cases_out_of_scope_get_a_fifth_of_the_weight_however_few_they_are() -> None:
    weights = case_weights(np.array([True] * 99 + [False]))

    assert weights.sum() == pytest.approx(1)
    assert weights[-1] == pytest.approx(0.2)
    assert case_weights(np.array([True, True])).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("right", [[True] * 40, [False] * 40, [True, False] * 14])
def test_too_few_cases_or_only_one_kind_cannot_be_fitted(right: list[bool]) -> None:
    with pytest.raises(InvalidInput, match="at least 30"):
        fit_calibration(ROWS[: len(right)], np.array(right), encoder="e", weights=np.full(len(right), 1 / len(right)))


def test_what_was_kept_is_used_with_the_encoder_that_it_was_fitted_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert load_calibration(home, encoder="e") == default_calibration()
    for encoder in ("e", "f"):
        save_calibration(fitted(encoder), calibration_file(home, encoder=encoder))

    assert [load_calibration(home, encoder=encoder).encoder for encoder in ("e", "f")] == ["e", "f"]
    assert load_calibration(home, encoder="another") == default_calibration()
    assert sorted(file.name for file in home.iterdir()) == ["calibration-e.json", "calibration-f.json"]


def test_the_only_one_that_was_kept_before_still_counts_for_its_encoder(tmp_path: Path) -> None:
    save_calibration(fitted("e"), tmp_path / "calibration.json")

    assert load_calibration(tmp_path, encoder="e") == fitted("e")
    assert load_calibration(tmp_path, encoder="another") == default_calibration()


@pytest.mark.parametrize("signals", [4, 9])
def test_what_another_version_kept_is_not_used_and_stops_nothing(
    signals: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "calibration.json"
    weights = dict.fromkeys(("means", "scales", "weights"), [1.0] * signals)
    path.write_text(json.dumps({"encoder": "e", "cases": 40, "bias": 0.1, **weights}), encoding="utf-8")

    assert load_calibration(tmp_path, encoder="e") == default_calibration()
    assert "eval calibrate" in caplog.text


def test_a_broken_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text('{"bias": 1}', encoding="utf-8")

    with pytest.raises(InvalidInput, match="eval calibrate"):
        load_calibration(tmp_path, encoder="e")


def test_the_default_was_fitted_with_the_embedded_encoder() -> None:
    assert default_calibration().encoder == SentenceTransformerEncoder("minilm").model_digest


def test_without_words_their_signal_says_neither_good_nor_bad() -> None:
    blind = ROWS[:5].copy()
    blind[:, SIGNALS.index("aligned")] = np.nan
    neutral = ROWS[:5].copy()
    neutral[:, SIGNALS.index("aligned")] = fitted().means[SIGNALS.index("aligned")]

    assert fitted().probabilities(blind) == pytest.approx(fitted().probabilities(neutral))
    found = signals_of(ranking(1.6, 0.4), allowed=np.array([True, True]), chosen=np.array([0]))[0]
    assert np.isnan(found[SIGNALS.index("aligned")])


def test_sureness_can_be_fitted_where_no_message_has_words() -> None:
    blind = ROWS.copy()
    blind[:, SIGNALS.index("aligned")] = np.nan
    found = fit_calibration(blind, RIGHT, encoder="e", weights=EVEN)

    assert found.weights[SIGNALS.index("aligned")] == 0.0
    assert expected_calibration_error(found.probabilities(blind), RIGHT) < 0.05


def test_where_belonging_is_not_known_the_other_signals_tell_as_much_as_they_can() -> None:
    blind = ROWS.copy()
    blind[:, BELONGING] = np.nan
    right = RANDOM.uniform(size=2000) < 1 / (1 + np.exp(-(2 * ROWS[:, 0] + 2 * ROWS[:, BELONGING])))
    found = fit_calibration(ROWS, right, encoder="e", weights=EVEN)

    assert found.weights[BELONGING] > 1.0 > found.cold_weights[BELONGING] == 0.0
    assert expected_calibration_error(found.probabilities(ROWS), right) < 0.04
    assert expected_calibration_error(found.probabilities(blind), right) < 0.04


def test_a_brand_without_examples_is_fitted_by_what_it_has() -> None:
    blind = ROWS.copy()
    blind[:, BELONGING] = np.nan
    found = fit_calibration(blind, RIGHT, encoder="e", weights=EVEN)

    assert found.weights == found.cold_weights
    assert expected_calibration_error(found.probabilities(blind), RIGHT) < 0.05
