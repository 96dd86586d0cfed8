from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.errors import InvalidInput
from replyassist.retrieval.confidence import ANSWERABLE_SIGNALS, RIGHT_SIGNALS, Calibration, signals_of
from replyassist.retrieval.fits import (
    FEATURES,
    Fit,
    calibrated_brands,
    calibration_file,
    fit_for,
    load_calibration,
    save_calibration,
    scores_digest,
    shipped_fits,
)
from replyassist.retrieval.ranking import Ranking
from replyassist.retrieval.trained import BackgroundScores

SHIPPED = fit_for("e").calibration
KEPT = SHIPPED.model_copy(update={"encoder": "e", "right": SHIPPED.right.model_copy(update={"bias": 0.5})})


def kept_at(home: Path) -> Path:
    """Where the calibration of brand b is kept, its folder made."""
    path = calibration_file(home, brand_id="b", encoder="e")
    path.parent.mkdir(parents=True)
    return path


def sureness(calibration: Calibration, *totals: float, chosen: int = 0) -> float:
    scores = np.array(totals, dtype=np.float32)
    signals = signals_of(
        Ranking(total=scores, features=scores[:, None], entry=np.arange(len(totals)), cosine=scores),
        allowed=np.ones(len(totals), dtype=np.bool_),
        chosen=np.array([chosen]),
        usual=BackgroundScores(),
        elsewhere=0.3,
        parts=1,
    )
    return float(calibration.probabilities([signals])[0])


def test_one_of_those_that_travel_along_was_fitted_with_the_embedded_encoder() -> None:
    digest = SentenceTransformerEncoder().model_digest

    assert fit_for(digest).encoder == digest


def test_of_an_encoder_that_none_was_made_for_it_is_the_first() -> None:
    assert fit_for("unknown") == shipped_fits()[0]


@pytest.mark.parametrize("fit", shipped_fits(), ids=lambda fit: fit.name)
class TestShipped:
    def test_each_belongs_to_its_encoder_and_weighs_every_feature_and_signal(self, fit: Fit) -> None:
        assert fit_for(fit.encoder) is fit
        assert fit.calibration.encoder == fit.encoder
        assert len(fit.ranking) == len(FEATURES)
        assert min(fit.ranking) > 0, "all are likenesses"
        for head, signals in ((fit.calibration.answerable, ANSWERABLE_SIGNALS), (fit.calibration.right, RIGHT_SIGNALS)):
            assert {len(head.means), len(head.scales), len(head.weights)} == {len(signals)}

    def test_a_close_match_is_surer_than_a_far_one_and_than_one_with_a_rival(self, fit: Fit) -> None:
        assert sureness(fit.calibration, 9.0, 2.0, 1.0) > 0.9
        assert sureness(fit.calibration, 1.0, 0.8, 0.8) < 0.4
        assert sureness(fit.calibration, 6.0, 5.8, 1.0) < sureness(fit.calibration, 6.0, 1.0, 1.0)

    def test_the_only_template_of_a_brand_is_not_sure_of_everything(self, fit: Fit) -> None:
        assert sureness(fit.calibration, 0.0) < 0.5
        assert 0.7 < sureness(fit.calibration, 7.0) < 0.9, "one template answers few of a brand's messages"

    def test_the_second_is_less_sure_than_the_first(self, fit: Fit) -> None:
        first, second = (sureness(fit.calibration, 6.0, 5.0, chosen=chosen) for chosen in (0, 1))

        assert second < first


def test_what_was_kept_is_used_with_the_encoder_that_it_was_fitted_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert load_calibration(home, brand_id="b", encoder="e") == SHIPPED
    save_calibration(KEPT, calibration_file(home, brand_id="b", encoder="e"))

    assert load_calibration(home, brand_id="b", encoder="e") == KEPT
    assert load_calibration(home, brand_id="b", encoder="another") == SHIPPED
    assert [path.relative_to(home) for path in home.rglob("*.json")] == [Path("calibrations/e/b.json")]


def test_each_encoder_keeps_its_own(tmp_path: Path) -> None:
    other = KEPT.model_copy(update={"encoder": "f"})
    for each in (KEPT, other):
        save_calibration(each, calibration_file(tmp_path, brand_id="b", encoder=each.encoder))

    assert [load_calibration(tmp_path, brand_id="b", encoder=name) for name in "ef"] == [KEPT, other]


def test_each_brand_has_its_own_and_the_others_the_shipped_one(tmp_path: Path) -> None:
    save_calibration(KEPT, calibration_file(tmp_path, brand_id="b", encoder="e"))

    assert load_calibration(tmp_path, brand_id="c", encoder="e") == SHIPPED
    assert calibrated_brands(tmp_path, encoder="e") == ["b"]
    assert calibrated_brands(tmp_path, encoder="f") == []


@pytest.mark.parametrize("change", ["missing", "unknown"])
def test_what_another_version_kept_is_not_used_and_stops_nothing(
    change: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fields = KEPT.model_dump(mode="json")
    if change == "missing":
        del fields["right"]
    else:
        fields["answerable"]["temperature"] = 2.0
    kept_at(tmp_path).write_text(json.dumps(fields), encoding="utf-8")

    assert load_calibration(tmp_path, brand_id="b", encoder="e") == SHIPPED
    assert "eval calibrate" in caplog.text


@pytest.mark.parametrize("change", ["encoder", "ranking", "a head of other signals", "a head that is uneven"])
def test_what_was_fitted_on_other_scores_is_not_used_and_the_log_says_so(
    change: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fields = KEPT.model_dump(mode="json")
    match change:
        case "encoder":
            fields["encoder"] = "e2"
        case "ranking":
            fields["scores"] = scores_digest([2 * weight for weight in fit_for("e").ranking])
        case "a head of other signals":
            fields["right"] = fields["answerable"]
        case _:
            fields["right"]["weights"].append(1.0)
    path = kept_at(tmp_path)
    path.write_text(json.dumps(fields), encoding="utf-8")

    assert load_calibration(tmp_path, brand_id="b", encoder="e") == SHIPPED
    assert str(path) in caplog.text
    assert "eval calibrate" in caplog.text


def test_a_fit_has_a_calibration_of_its_own_ranking() -> None:
    fields = fit_for("e").model_dump()

    with pytest.raises(ValidationError, match="another encoder or ranking"):
        Fit.model_validate(fields | {"ranking": [1.0] * len(FEATURES)})


@pytest.mark.parametrize("text", ["broken", '{"bias": 1}', '{"encoder": "e", "answerable": 1, "right": 2}', "\xff"])
def test_a_broken_file_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = kept_at(tmp_path)
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(InvalidInput, match="eval calibrate") as caught:
        load_calibration(tmp_path, brand_id="b", encoder="e")
    assert caught.value.file == str(path)
