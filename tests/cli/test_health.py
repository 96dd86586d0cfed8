from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.cli.health import HealthCheck, run_checks
from replyassist.core.settings import Settings

pytestmark = pytest.mark.encoder


def model_check(settings: Settings) -> HealthCheck:
    (check,) = [check for check in run_checks(settings) if check.name == "language model"]
    return check


def test_a_model_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    check = model_check(Settings(home=tmp_path, llm_model_path=str(tmp_path / "gone.gguf")))

    assert not check.ok
    assert check.detail.endswith("gone.gguf cannot be read (No such file or directory)")


def test_an_unknown_profile_is_said_before_the_model_is_started(tmp_path: Path) -> None:
    check = model_check(Settings(home=tmp_path, llm_profile="no-such"))

    assert not check.ok
    assert "no-such" in check.detail


@pytest.mark.llm
def test_a_model_file_of_ones_own_is_named(tmp_path: Path, model_file: Path) -> None:
    own = tmp_path / "our-model.gguf"
    own.symlink_to(model_file)

    check = model_check(Settings(home=tmp_path, llm_model_path=str(own)))

    assert check.detail.startswith(f"our-model (chat-small) from {own} answered in ")
