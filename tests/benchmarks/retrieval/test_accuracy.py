from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from replyassist.benchmarks.retrieval.accuracy import answers_of, calibrated, nearest_neighbour
from replyassist.benchmarks.retrieval.data import OUT_OF_SCOPE, RETRIEVAL_DEV, few_shot, retrieval_dev
from replyassist.benchmarks.retrieval.scores import Answer, auroc, figures, mean_of
from replyassist.cli import app
from replyassist.core.words import read
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeEncoder

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
    answers = [Answer(True, 1, 0.9), Answer(True, 3, 0.8), Answer(True, 0, 0.4), Answer(False, 0, 0.2)]
    found = figures(answers)

    assert found["hit_at_1"] == pytest.approx(1 / 3)
    assert found["hit_at_3"] == pytest.approx(2 / 3)
    assert found["mrr"] == pytest.approx((1 + 1 / 3) / 3)
    assert found["auroc_abstain"] == 1.0
    assert found["accuracy_with_abstention"] == 0.5


def test_a_cosine_is_not_judged_as_a_probability() -> None:
    assert "ece" not in figures([Answer(True, 1, 0.9)], is_probability=False)


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


def test_without_the_data_it_says_so_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYASSIST_BENCH_DATA", str(tmp_path))
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(app, ["bench", "retrieval", "--json"])

    assert result.exit_code != 0
    assert "banking77_train.csv" in str(result.exception)
