from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from replyassist.cli import app
from replyassist.core.settings import Settings
from replyassist.core.words import read
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeEncoder
from replyassist_bench.retrieval.accuracy import accuracy, answers_of, calibrated, nearest_neighbour, summary
from replyassist_bench.retrieval.bench import Bench
from replyassist_bench.retrieval.data import (
    OUT_OF_SCOPE,
    RETRIEVAL_DEV,
    Task,
    everyday_brands,
    few_shot,
    retrieval_dev,
)
from replyassist_bench.retrieval.scores import DRAFT_FROM, Answer, auroc, figures, hits, mean_of

from .small_data import write_small_data

TRAIN = [
    *((f"do you ship to {place}", "ship_abroad") for place in ("Norway", "Sweden", "Spain", "Malta")),
    *((f"is there a decaf {kind}", "decaf_coffee") for kind in ("bean", "bag", "blend", "roast")),
    ("who are you", OUT_OF_SCOPE),
]
TEST = [("can you ship to Italy", "ship_abroad"), ("a decaf please", "decaf_coffee"), ("hm", OUT_OF_SCOPE)]


def test_templates_are_made_of_drawn_examples_and_none_of_what_is_out_of_scope() -> None:
    task = few_shot(TRAIN, TEST, examples=2, seed=0)

    assert [(template.id, len(template.questions)) for template in task.templates] == [
        ("decaf_coffee", 2),
        ("ship_abroad", 2),
    ]
    assert [wanted for _, wanted in task.messages] == ["ship_abroad", "decaf_coffee", None]


def test_another_seed_draws_other_examples() -> None:
    drawn = {tuple(few_shot(TRAIN, TEST, examples=2, seed=seed).templates[0].questions) for seed in range(8)}

    assert len(drawn) > 1
    assert few_shot(TRAIN, TEST, examples=2, seed=3) == few_shot(TRAIN, TEST, examples=2, seed=3)


def test_figures_count_ranks_of_messages_in_scope() -> None:
    answers = [
        Answer(True, 1, 0.9, 0.8),
        Answer(True, 3, 0.8, 0.8),
        Answer(True, 0, 0.4, 0.4),
        Answer(False, 0, 0.5, 0.1),
    ]
    found = figures(answers)

    assert found["hit_at_1"] == pytest.approx(1 / 3)
    assert found["hit_at_3"] == pytest.approx(2 / 3)
    assert found["mrr"] == pytest.approx((1 + 1 / 3) / 3)
    assert found["auroc_abstain"] == pytest.approx(2 / 3)
    assert found["accuracy_with_abstention"] == 0.5


def test_a_cosine_is_not_judged_as_a_probability() -> None:
    assert figures([Answer(True, 1, 0.9), Answer(False, 0, 0.2)]).keys() == {
        "hit_at_1",
        "hit_at_3",
        "mrr",
        "auroc_abstain",
    }


def test_drafting_starts_where_the_product_drafts() -> None:
    assert Settings(_env_file=None).abstain_threshold == DRAFT_FROM
    below, at = Answer(True, 1, 0.9, DRAFT_FROM - 0.01), Answer(True, 1, 0.9, DRAFT_FROM)

    assert figures([below, at])["accuracy_with_abstention"] == 0.5


def test_a_message_counts_by_how_often_it_came_out_over_the_draws() -> None:
    right, wrong, outside = Answer(True, 1, 0.9), Answer(True, 2, 0.9), Answer(False, 0, 0.9)

    assert hits([[right, outside, wrong], [right, outside, right]]).tolist() == [1.0, 0.5]


def test_the_first_of_several_right_templates_counts() -> None:
    task = Task((), (("a", "one"), ("b", "two"), ("c", None)), {"b": frozenset({"two", "one"})})

    assert [task.rank(number, ["three", "one", "two"]) for number in range(3)] == [2, 2, 0]


def test_the_summary_names_the_worst_set() -> None:
    sets = {"a": {"gain": 0.1, "auroc_gain": 0.02}, "b": {"gain": -0.02}, "c": {"gain": 0.04, "auroc_gain": -0.01}}

    assert summary(sets) == {
        "sets": 3,
        "smallest_gain": -0.02,
        "smallest_gain_set": "b",
        "mean_gain": 0.04,
        "smallest_auroc_gain": -0.01,
        "smallest_auroc_gain_set": "c",
    }


def test_ties_count_half() -> None:
    assert auroc(np.array([0.5, 0.9]), np.array([0.5, 0.1])) == pytest.approx(0.875)


def test_the_mean_over_draws_is_rounded() -> None:
    assert mean_of([{"hit_at_1": 0.5}, {"hit_at_1": 0.66666}]) == {"hit_at_1": 0.5833}


def test_both_systems_answer_every_message() -> None:
    encoder, task = FakeEncoder(), few_shot(TRAIN, TEST, examples=3, seed=0)
    readings = read(encoder, [text for text, _ in task.messages])
    ours = answers_of(TemplateIndex(task.templates, encoder), task, readings)
    reference = nearest_neighbour(encoder, task, readings)

    assert [answer.rank for answer in ours[:2]] == [answer.rank for answer in reference[:2]] == [1, 1]
    assert [answer.in_scope for answer in ours] == [answer.in_scope for answer in reference] == [True, True, False]


def test_sureness_can_be_fitted_on_a_task() -> None:
    encoder, task = FakeEncoder(), few_shot(TRAIN, TEST * 15, examples=3, seed=0)
    found = calibrated(TemplateIndex(task.templates, encoder), task, encoder)

    assert (found.answerable.cases, found.encoder) == (45, encoder.model_digest)


def test_sets_in_the_products_own_formats_are_read_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "retrieval_dev"
    folder.mkdir()
    rows: dict[str, list[dict[str, object]]] = {
        "faq": [{"id": "decaf", "title": "decaf", "questions": ["is there one"], "reply": "Yes."}],
        "cases": [
            {"text": text, "expected": {"template_id": right}} for text, right in (("any?", "decaf"), ("hm", None))
        ],
    }
    for kind, several in rows.items():
        lines = "".join(json.dumps(row) + "\n" for row in several)
        (folder / f"{RETRIEVAL_DEV[0]}.{kind}.jsonl").write_text(lines, encoding="utf-8")
    task = retrieval_dev(tmp_path, RETRIEVAL_DEV[0])

    assert [(template.id, template.questions) for template in task.templates] == [("decaf", ["is there one"])]
    assert task.messages == (("any?", "decaf"), ("hm", None))


def test_every_set_stands_beside_nearest_neighbour_with_intervals(tmp_path: Path) -> None:
    write_small_data(tmp_path)
    found = accuracy(Bench(tmp_path, FakeEncoder(), FakeEncoder(), True, lambda what, done, total: None))
    brands = {f"brand_{name}": part for part in ("dev", "test") for name, _ in everyday_brands(part)}
    summed, clinc = found.pop("summary"), found["clinc150_10"]

    assert found.keys() >= {"banking77_5", "banking77_all", "clinc150_10", "bitext_cold", *RETRIEVAL_DEV, *brands}
    assert {name: found[name]["split"] for name in brands} == brands
    assert clinc["auroc_gain"] == pytest.approx(clinc["auroc_cosine"] * -1 + clinc["auroc_abstain"], abs=1e-4)
    assert clinc["calibrated"].keys() == {"auroc_abstain", "accuracy_with_abstention", "ece"}
    for name, figures_of_set in found.items():
        low, high = figures_of_set["hit_at_1_interval"]
        assert low <= figures_of_set["hit_at_1"] <= high, name
        assert figures_of_set["nearest_neighbour"]["hit_at_1"] + figures_of_set["gain"] == pytest.approx(
            figures_of_set["hit_at_1"], abs=2e-4
        )
    assert summed["all"]["sets"] == len(found) > summed["test"]["sets"] > 0


def test_without_the_data_it_says_so_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYASSIST_BENCH_DATA", str(tmp_path))
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(app, ["bench", "retrieval", "--json"])

    assert result.exit_code != 0
    assert "banking77_train.csv" in str(result.exception)
