from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from replyassist.cli.encoder_checks import cost_of, encoder_in_use, other_encoders
from replyassist.cli.health import run_checks
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import KNOWN, MINILM, MPNET
from replyassist.core.errors import ConfigurationError
from replyassist.core.settings import Settings
from replyassist.retrieval.fits import calibration_file, fit_for, save_calibration

pytestmark = pytest.mark.encoder
ABSENT = replace(MPNET, folder=lambda: Path("/nowhere"))


def test_it_says_what_the_encoder_in_use_costs(tmp_path: Path) -> None:
    said = encoder_in_use(Settings(home=tmp_path, encoder_model="minilm"))

    assert re.match(r"all-MiniLM-L6-v2 \(minilm\): \d+ ms a text now, 9\d MB, 384 numbers a vector, ", said)


def test_it_says_what_the_other_one_would_cost(tmp_path: Path) -> None:
    said = other_encoders(Settings(home=tmp_path, encoder_model="minilm"))

    assert re.match(r"all-mpnet-base-v2 \(mpnet\): \d+ ms a text now, 43\d MB, 768 numbers a vector, ", said)


def test_it_says_how_to_get_one_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KNOWN, "mpnet", ABSENT)

    assert "'replyassist encoder install mpnet'" in other_encoders(Settings(home=tmp_path, encoder_model="minilm"))


def test_a_default_that_is_not_installed_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"encoder install mpnet.*all-MiniLM-L6-v2 \(minilm\): \d+ ms"):
        encoder_in_use(Settings(home=tmp_path, encoder_model=""), default=ABSENT)
    assert encoder_in_use(Settings(home=tmp_path, encoder_model=""), default=MINILM)


def test_it_says_whose_calibration_is_used(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, encoder_model="minilm")
    digest = SentenceTransformerEncoder("minilm").model_digest
    shipped = fit_for(digest).calibration
    right = shipped.right.model_copy(update={"cases": 41})
    fitted = shipped.model_copy(update={"encoder": digest, "right": right})
    save_calibration(fitted, calibration_file(tmp_path, brand_id="fernhill", encoder=digest))

    said = cost_of("minilm", settings)

    assert "its calibration is the shipped one, but for fernhill (on 41 messages with a template)" in said
    assert "but for" not in cost_of("minilm", Settings(home=tmp_path / "other"))


def test_the_doctor_tells_of_both(tmp_path: Path) -> None:
    checks = run_checks(Settings(home=tmp_path, encoder_model="minilm", llm_disabled=True))

    assert {check.name for check in checks if "encoder" in check.name} == {"encoder in use", "other encoders"}
    assert all(check.ok for check in checks if "encoder" in check.name), json.dumps([vars(each) for each in checks])
