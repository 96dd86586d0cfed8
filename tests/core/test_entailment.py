"""The real adapter, on a real CrossEncoder that is made here."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from sentence_transformers import CrossEncoder
from torch.nn import Linear, Module
from torch.nn.modules.module import register_module_forward_hook
from transformers import BertForSequenceClassification

from replyassist.app import build_parts, entailment_of
from replyassist.core.entailment import TRIED_AGAIN_SECONDS, CrossEncoderEntailment, Entailment, EntailmentScores
from replyassist.core.errors import ConfigurationError, EntailmentError
from replyassist.core.settings import Settings
from tests.nli import save_tiny_model

SETTING = "REPLYASSIST_ENTAILMENT_MODEL"
PREMISE = "we ship to 32 countries in europe"
SAID, OPEN, DENIED = "we ship to europe", "maybe we ship to asia", "we never ship"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("nli") / "tiny")


@pytest.fixture(scope="module")
def model(folder: Path) -> Entailment:
    """The tiny model, found by the setting."""
    found = entailment_of(Settings(entailment_model=str(folder)))
    assert found is not None
    return found


def relations(model: Entailment, *statements: str) -> list[str]:
    """The likeliest relation of each statement; every one is short enough."""
    named = ("entailment", "neutral", "contradiction")
    found = []
    for scores in model.judge([(PREMISE, statement) for statement in statements]):
        assert scores is not None
        assert sum(getattr(scores, name) for name in named) == pytest.approx(1, abs=1e-5)
        found.append(max(named, key=lambda name: getattr(scores, name)))
    return found


class TestJudging:
    def test_each_statement_has_its_probabilities(self, model: Entailment) -> None:
        assert relations(model, SAID, OPEN, DENIED) == ["entailment", "neutral", "contradiction"]

    def test_many_pairs_keep_their_places_whatever_their_length(self, model: Entailment) -> None:
        statements = [f"{start} and {number} more words{' again' * (number % 9)}" for number in range(20)
                      for start in (SAID, OPEN, DENIED)]  # fmt: skip

        assert relations(model, *statements) == ["entailment", "neutral", "contradiction"] * 20

    def test_a_pair_that_would_be_cut_is_not_judged(self, model: Entailment) -> None:
        whole, cut = model.judge([(PREMISE, SAID), ("word " * 80, SAID)])

        assert isinstance(whole, EntailmentScores)
        assert cut is None

    def test_nothing_to_judge_loads_nothing(self, tmp_path: Path) -> None:
        assert CrossEncoderEntailment(str(tmp_path / "gone")).judge([]) == []

    def test_callers_of_many_threads_get_their_own(self, model: Entailment) -> None:
        with ThreadPoolExecutor(6) as threads:
            found = list(threads.map(lambda number: relations(model, f"{number} {DENIED}", f"{number}"), range(12)))

        assert found == [["contradiction", "entailment"]] * 12

    def test_what_it_judged_is_remembered_up_to_a_number(self, folder: Path) -> None:
        model, asked = CrossEncoderEntailment(str(folder), remembers=2), list[int]()

        def count(module: Module, inputs: Any, output: Any) -> None:
            if isinstance(module, Linear) and module.out_features == 3:  # the last one: a row for each pair
                asked.append(len(output))

        with register_module_forward_hook(count):
            model.judge([(PREMISE, SAID), (PREMISE, OPEN), (PREMISE, SAID)])
            model.judge([(PREMISE, DENIED), (PREMISE, OPEN)])
            model.judge([(PREMISE, DENIED), (PREMISE, OPEN)])
            model.judge([(PREMISE, SAID)])

        assert asked == [2, 1, 1]


class TestLabels:
    @pytest.mark.parametrize(
        ("labels", "meanings"),
        [
            (("contradiction", "entailment", "neutral"), ("contradiction", "entailment", "neutral")),
            (("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), ("contradiction", "neutral", "entailment")),
            (("Neutral", " entails", "contradicts"), ("neutral", "entailment", "contradiction")),
        ],
    )
    def test_usual_spellings_count_in_any_order(
        self, tmp_path: Path, labels: Sequence[str], meanings: Sequence[str]
    ) -> None:
        model = CrossEncoderEntailment(str(save_tiny_model(tmp_path / "m", labels=labels, meanings=meanings)))

        assert relations(model, SAID, OPEN, DENIED) == ["entailment", "neutral", "contradiction"]

    @pytest.mark.parametrize(
        "labels",
        [
            ("LABEL_0", "LABEL_1", "LABEL_2"),
            ("entailment", "not_entailment", "other"),
            ("entailment", "entailment", "neutral"),
            ("positive", "neutral", "negative"),
        ],
    )
    def test_a_model_with_other_labels_is_refused_before_it_is_loaded(
        self, tmp_path: Path, labels: Sequence[str]
    ) -> None:
        folder = save_tiny_model(tmp_path / "m", labels=labels)

        with pytest.raises(ConfigurationError, match=rf"{SETTING}: .*{labels[1]}.*entailment, neutral and contra"):
            build_parts(Settings(home=tmp_path / "home", entailment_model=str(folder), llm_disabled=True))

    def test_labels_that_are_known_only_when_loaded_are_refused_then(self, tmp_path: Path) -> None:
        folder = tmp_path / "m"
        model = CrossEncoderEntailment(str(folder))
        save_tiny_model(folder, labels=("A", "B", "C"))

        with pytest.raises(EntailmentError, match=rf"{SETTING}: .*A, B, C"):
            model.judge([(PREMISE, SAID)])


class TestFailing:
    def test_a_path_where_nothing_is_says_so_and_names_the_setting(self, tmp_path: Path) -> None:
        model = CrossEncoderEntailment(str(tmp_path / "gone"))

        with pytest.raises(EntailmentError, match=rf"{SETTING}: there is no folder .*gone"):
            model.judge([(PREMISE, SAID)])

    def test_a_folder_without_a_model_names_the_setting(self, tmp_path: Path) -> None:
        with pytest.raises(EntailmentError, match=SETTING):
            CrossEncoderEntailment(str(tmp_path)).judge([(PREMISE, SAID)])

    def test_a_configuration_that_is_none_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text("{", encoding="utf-8")

        with pytest.raises(ConfigurationError, match=rf"{SETTING}: .*config\.json cannot be read"):
            CrossEncoderEntailment(str(tmp_path))

    def test_loading_is_tried_again_after_a_while_and_not_before(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        now = [0.0]
        model = CrossEncoderEntailment(str(tmp_path / "late"), clock=lambda: now[0])
        with caplog.at_level(logging.WARNING, logger="replyassist.core.entailment"):
            for _ in range(3):
                with pytest.raises(EntailmentError):
                    model.judge([(PREMISE, SAID)])
        save_tiny_model(tmp_path / "late")
        with pytest.raises(EntailmentError):
            model.judge([(PREMISE, SAID)])
        now[0] += TRIED_AGAIN_SECONDS

        assert relations(model, DENIED) == ["contradiction"]
        assert len(caplog.records) == 1, "not with every draft"

    def test_an_answer_that_is_no_number_is_an_error(self, tmp_path: Path) -> None:
        folder = save_tiny_model(tmp_path / "m")
        broken = BertForSequenceClassification.from_pretrained(folder)
        with torch.no_grad():
            broken.classifier.bias.fill_(float("nan"))
        broken.save_pretrained(folder)

        with pytest.raises(EntailmentError, match="no probabilities"):
            CrossEncoderEntailment(str(folder)).judge([(PREMISE, SAID)])


class TestSetting:
    def test_none_is_used_by_itself(self) -> None:
        assert entailment_of(Settings()) is None

    def test_it_comes_from_the_environment(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(SETTING, str(folder))
        monkeypatch.setenv("REPLYASSIST_ENTAILMENT_LANGUAGES", "en, DE,")
        model = entailment_of(Settings())

        assert model is not None
        assert (model.name, model.languages) == (str(folder), frozenset({"en", "de"}))

    def test_a_model_that_sentence_transformers_saved_is_read_too(self, folder: Path, tmp_path: Path) -> None:
        CrossEncoder(str(folder), device="cpu", local_files_only=True).save_pretrained(str(tmp_path / "saved"))
        labels = json.loads((tmp_path / "saved" / "config.json").read_text(encoding="utf-8"))["id2label"]

        assert set(labels.values()) == {"entailment", "neutral", "contradiction"}
        assert relations(CrossEncoderEntailment(str(tmp_path / "saved")), DENIED) == ["contradiction"]
