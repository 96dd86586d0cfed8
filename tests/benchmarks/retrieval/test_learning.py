from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from replyassist.core.words import read
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeEncoder
from replyassist_bench.retrieval.bench import Bench
from replyassist_bench.retrieval.data import Task, few_shot
from replyassist_bench.retrieval.learning import RUNS, Learner, curve, drawn, learning, nearest, unchanged

PLACES = ("Norway", "Sweden", "Spain", "Malta", "Italy", "Greece", "Poland", "Latvia")
SHIPPING = [(f"do you ship anything to {place}", "ship_abroad") for place in PLACES]
PARCELS = [(f"can parcels reach {place} by Monday", "ship_abroad") for place in PLACES]
DECAF = [(f"is there a decaf {kind} by Monday", "decaf_coffee") for kind in ("bean", "bag", "blend", "roast")]


def a_task() -> Task:
    """It starts from "do you ship anything to" and "is there a decaf"; "can parcels reach" is unheard of."""
    start = few_shot([SHIPPING[0], DECAF[0]], [], examples=1, seed=0)
    return Task(start.templates, (*PARCELS, *DECAF[1:]))


def learner(task: Task, run: str) -> Learner:
    return Learner(FakeEncoder(), TemplateIndex(task.templates, FakeEncoder()), task.templates, RUNS[run])


def run_of(run: str) -> tuple[list[bool], Learner]:
    task = a_task()
    readings = read(FakeEncoder(), [text for text, _ in task.messages])
    made = learner(task, run)
    return curve(made, task, readings), made


def test_a_correction_makes_later_messages_of_its_kind_found() -> None:
    task = a_task()
    readings = read(FakeEncoder(), [text for text, _ in task.messages])
    before = unchanged(TemplateIndex(task.templates, FakeEncoder()), task, readings)
    after, made = run_of("learning")

    assert not all(before[1 : len(PARCELS)])
    assert all(after[1 : len(PARCELS)])
    assert {example.template_id for example in made.examples} == {"ship_abroad", "decaf_coffee"}


def test_without_corrections_nothing_is_an_example_of_what_was_not_found() -> None:
    task = a_task()
    made = learner(task, "without_corrections")
    made.decide("can parcels reach Norway", "ship_abroad", found="decaf_coffee", is_drafted=True)
    made.decide("can parcels reach Spain", "ship_abroad", found="decaf_coffee", is_drafted=False)

    assert [(example.template_id, example.counts_against) for example in made.examples] == [("decaf_coffee", True)]


@pytest.mark.parametrize(
    ("run", "taught"),
    [
        ("learning", [("ship_abroad", False), ("decaf_coffee", True)]),
        ("examples_alone", [("ship_abroad", False)]),
        ("rejections_alone", [("decaf_coffee", True)]),
    ],
)
def test_each_run_learns_only_its_lessons(run: str, taught: list[tuple[str, bool]]) -> None:
    made = learner(a_task(), run)
    made.decide("can parcels reach Norway", "ship_abroad", found="decaf_coffee", is_drafted=True)

    assert [(example.template_id, example.counts_against) for example in made.examples] == taught


def test_nothing_counts_against_a_template_from_which_nothing_was_drafted() -> None:
    made = learner(a_task(), "learning")
    made.decide("can parcels reach Norway", "ship_abroad", found="decaf_coffee", is_drafted=False)

    assert [(example.template_id, example.counts_against) for example in made.examples] == [("ship_abroad", False)]


def test_what_is_personal_or_known_is_not_learned() -> None:
    made = learner(a_task(), "learning")
    for text in ("write to tom@mail.example about parcels to Norway", SHIPPING[0][0], "ok"):
        made.decide(text, "ship_abroad", found="ship_abroad", is_drafted=True)

    assert [example.text for example in made.examples] == ["write to [EMAIL] about parcels to Norway"]


def test_the_reference_is_the_nearest_first_example() -> None:
    task = Task(a_task().templates, (SHIPPING[1], DECAF[1]))
    readings = read(FakeEncoder(), [text for text, _ in task.messages])

    assert nearest(FakeEncoder(), task, readings) == [True, True]
    assert nearest(FakeEncoder(), Task(task.templates, ((DECAF[1][0], "ship_abroad"),)), readings[1:]) == [False]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    for part, texts in (("train", [*SHIPPING, *DECAF]), ("test", [*PARCELS * 8, *DECAF * 8])):
        lines = [f"{text} {number},{intent}" for number, (text, intent) in enumerate(texts)]
        (tmp_path / f"banking77_{part}.csv").write_text("\n".join(["text,intent", *lines]), encoding="utf-8")
    return Bench(tmp_path, FakeEncoder(), FakeEncoder(), True, lambda what, done, total: None)


def test_messages_come_in_a_drawn_order_and_never_twice(bench: Bench) -> None:
    task = drawn(bench, seed=0)
    texts = [text for text, _ in task.messages]

    assert len(set(texts)) == len(texts) == 60
    assert texts == [text for text, _ in drawn(bench, seed=0).messages]
    assert texts != [text for text, _ in drawn(bench, seed=1).messages]
    assert not set(texts) & {question for template in task.templates for question in template.questions}


def test_the_figures_hold_a_curve_for_every_run(bench: Bench) -> None:
    found = learning(bench)

    assert set(found) == {
        "no_learning",
        "nearest_neighbour",
        *RUNS,
        "window",
        "learned_examples",
        "searchable_ms",
        "renewal_seconds",
    }
    for run in ("no_learning", *RUNS):
        points = found[run]["curve"]
        assert [end for end, _ in points] == [20, 30, 40, 50, 60]
        assert np.mean([share for _, share in points]) <= 1
        assert found[run]["lowest_draw"] == found[run]["last_500"]
    assert found["learning"]["last_500"] >= found["no_learning"]["last_500"]
