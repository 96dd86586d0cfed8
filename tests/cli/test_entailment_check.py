from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.cli.entailment_check import entailment_model
from replyassist.core.errors import ConfigurationError, EntailmentError
from replyassist.core.settings import Settings
from tests.nli import save_tiny_model


def test_the_doctor_says_that_there_is_none() -> None:
    assert entailment_model(Settings()).startswith("none: REPLYASSIST_ENTAILMENT_MODEL is not set")


def test_the_doctor_tells_what_a_model_costs_and_reads(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "nli")
    settings = Settings(entailment_model=str(folder), entailment_languages="en,de")

    assert entailment_model(settings).startswith(f"{folder}: loaded in ")
    assert entailment_model(settings).endswith(" ms a statement now, reads de, en")


def test_the_doctor_names_the_setting_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(EntailmentError, match="REPLYASSIST_ENTAILMENT_MODEL: there is no folder"):
        entailment_model(Settings(entailment_model=str(tmp_path / "gone")))


def test_the_doctor_refuses_a_model_of_another_kind(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "other", labels=("sad", "neutral", "happy"))

    with pytest.raises(ConfigurationError, match=r"REPLYASSIST_ENTAILMENT_MODEL: .* sad, neutral, happy"):
        entailment_model(Settings(entailment_model=str(folder)))
