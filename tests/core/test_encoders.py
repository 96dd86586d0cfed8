from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from replyassist.core.encoders import KNOWN, MINILM, MPNET, KnownEncoder, model_named, source_of
from replyassist.core.errors import ConfigurationError

ABSENT = replace(MPNET, folder=lambda: Path("/nowhere"))


def test_a_short_name_is_the_folder_of_that_encoder() -> None:
    assert model_named("minilm") == "minilm"
    assert source_of("minilm") == str(MINILM.folder())


def test_any_other_name_or_path_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)

    assert source_of(model_named("intfloat/e5-small")) == "intfloat/e5-small"
    assert source_of(model_named("mine")) == str(tmp_path / "mine"), "the same from any folder"


def test_empty_is_the_default() -> None:
    assert model_named("", default=MINILM) == "minilm"
    assert model_named("", default=MPNET) == "mpnet"


def test_minilm_takes_the_place_of_a_default_that_is_not_installed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert model_named("", default=ABSENT) == "minilm"

    assert "replyassist encoder install mpnet" in caplog.text


def test_one_that_is_named_and_not_installed_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KNOWN, "mpnet", ABSENT)

    with pytest.raises(ConfigurationError, match="encoder install mpnet"):
        source_of("mpnet")
    with pytest.raises(ConfigurationError, match="encoder install mpnet"):
        ABSENT.require_genuine()


def test_weights_that_differ_are_told(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")

    with pytest.raises(ConfigurationError, match="differ from the original"):
        replace(MPNET, folder=lambda: tmp_path).require_genuine()


@pytest.mark.encoder
@pytest.mark.parametrize("name", KNOWN)
def test_the_weights_are_those_that_were_published(name: str) -> None:
    KNOWN[name].require_genuine()


@pytest.mark.parametrize("known", KNOWN.values(), ids=list(KNOWN))
def test_a_makers_name_means_the_same_as_the_short_one(known: KnownEncoder) -> None:
    assert model_named(known.title) == known.name
