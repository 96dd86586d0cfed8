from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from replyassist.retrieval.confidence import (
    ANSWERABLE_SIGNALS,
    ENOUGH,
    MOST_PARTS,
    RIGHT_SIGNALS,
    SURE_FROM,
    Band,
    Calibration,
    Head,
    Signals,
    band_of,
    best_and_lead,
    expected_calibration_error,
    signals_of,
)
from replyassist.retrieval.ranking import LOOKED_AT, Ranking
from replyassist.retrieval.trained import BackgroundScores

BEFORE = Calibration(
    encoder="before",
    scores="those",
    answerable=Head(means=(0.0,) * 4, scales=(1.0,) * 4, weights=(1.0, 1.0, 0.0, 0.0), bias=0.0, cases=7),
    right=Head(means=(0.0,) * 2, scales=(1.0,) * 2, weights=(1.0, 0.0), bias=1.0, cases=7),
)


def ranking(*totals: float) -> Ranking:
    scores = np.array(totals, dtype=np.float32)
    return Ranking(total=scores, features=scores[:, None], entry=np.arange(len(totals)), cosine=scores)


def signals(
    *totals: float,
    chosen: tuple[int, ...] = (0,),
    allowed: list[bool] | None = None,
    usual: BackgroundScores | None = None,
    elsewhere: float = 0.0,
    parts: int = 1,
) -> Signals:
    return signals_of(
        ranking(*totals),
        allowed=np.array(allowed or [True] * len(totals)),
        chosen=np.array(chosen),
        usual=usual or BackgroundScores(),
        elsewhere=elsewhere,
        parts=parts,
    )


def answerable(found: Signals, name: str) -> float:
    return float(found.answerable[ANSWERABLE_SIGNALS.index(name)])


def share(found: Signals, *, of: int = 0) -> float:
    return float(found.right[of, RIGHT_SIGNALS.index("share")])


class TestSignals:
    def test_how_good_the_totals_are_and_how_far_the_first_leads(self) -> None:
        best, lead = best_and_lead(ranking(3.0, 1.0, 2.0), allowed=np.array([True] * 3))

        assert best == pytest.approx(np.log(np.exp([3.0, 1.0, 2.0]).sum()))
        assert lead == pytest.approx(1.5)

    def test_the_lead_is_over_those_that_were_looked_at(self) -> None:
        found = signals(*[3.0] + [1.0] * (LOOKED_AT - 1) + [-100.0] * 50)

        assert answerable(found, "lead") == pytest.approx(2.0)

    def test_both_are_less_what_is_usual_for_messages_from_elsewhere(self) -> None:
        totals = [3.0] + [1.0] * (ENOUGH - 1)
        plain, above = signals(*totals), signals(*totals, usual=BackgroundScores(best=2.0, lead=0.5))

        assert plain.answerable - above.answerable == pytest.approx([2.0, 0.5, 0.0, 0.0])

    def test_the_nearest_message_from_elsewhere_and_the_parts_are_told(self) -> None:
        found = signals(3.0, elsewhere=0.4, parts=MOST_PARTS + 3)

        assert answerable(found, "elsewhere") == 0.4
        assert answerable(found, "parts") == found.right[0, RIGHT_SIGNALS.index("parts")] == MOST_PARTS

    def test_a_template_has_its_share_of_the_odds(self) -> None:
        found = signals(2.0, 1.0, 0.0, *[-50.0] * ENOUGH, chosen=(0, 2))

        assert share(found) == pytest.approx(2.0 - np.log(np.exp(1.0) + 1.0), abs=1e-4)
        assert share(found, of=1) == pytest.approx(-np.log(np.exp(2.0) + np.exp(1.0)), abs=1e-4)

    def test_a_rival_that_may_not_be_used_here_does_not_count(self) -> None:
        found, alone = signals(1.2, 1.15, allowed=[True, False]), signals(1.2)

        assert np.array_equal(found.answerable, alone.answerable)
        assert np.array_equal(found.right, alone.right)

    def test_a_lone_template_is_compared_with_what_is_usual_for_messages_from_elsewhere(self) -> None:
        found = signals(5.0, usual=BackgroundScores(best=3.0))

        assert [answerable(found, name) for name in ("best", "lead")] == pytest.approx([2.0, 2.0])
        assert share(found) == pytest.approx(2.0, abs=1e-4)

    def test_fewer_templates_are_held_to_answer_fewer_messages(self) -> None:
        shifts = [signals(*[1.0] * count).shift for count in (1, 2, 4, ENOUGH, 3 * ENOUGH)]

        assert shifts == sorted(shifts)
        assert shifts[-2:] == pytest.approx([0.0, 0.0])
        lone = BEFORE.probabilities([signals(1.0)])
        assert lone < BEFORE.probabilities([replace(signals(1.0), shift=0.0)])


class TestCalibration:
    @pytest.mark.parametrize("name", ["means", "scales", "weights"])
    def test_a_head_has_as_many_of_each(self, name: str) -> None:
        fields = BEFORE.right.model_dump() | {name: (1.0,)}

        with pytest.raises(ValidationError, match="different lengths"):
            Head.model_validate(fields)

    def test_a_head_is_of_finite_numbers(self) -> None:
        with pytest.raises(ValidationError, match="finite"):
            Head.model_validate(BEFORE.right.model_dump() | {"bias": float("nan")})

    def test_each_head_weighs_its_own_signals(self) -> None:
        fields = BEFORE.model_dump()

        with pytest.raises(ValidationError, match="for each of its signals"):
            Calibration.model_validate(fields | {"answerable": fields["right"]})


@pytest.mark.parametrize(
    ("probability", "abstained", "band"),
    [
        (0.39, False, Band.NONE),
        (0.4, False, Band.LOOK),
        (SURE_FROM, False, Band.SURE),
        (0.4, True, Band.NONE),
        (1.0, True, Band.NONE),
    ],
)
def test_the_band_follows_threshold_and_sureness_but_what_was_not_drafted_is_in_none(
    probability: float, abstained: bool, band: Band
) -> None:
    assert band_of(probability, threshold=0.4, abstained=abstained) is band


def test_overconfidence_is_an_error_and_honesty_is_none() -> None:
    assert expected_calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0)
    assert expected_calibration_error([1.0] * 10, [True] * 6 + [False] * 4) == pytest.approx(0.4)
