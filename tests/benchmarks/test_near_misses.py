from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Finding, Severity, verdict_of
from replyassist.guardrails.findings import FACT_NOT_IN_ANSWER, UNSURE_TEMPLATE
from replyassist.proposal import Proposal
from replyassist.triage import Route
from replyassist_bench.near_misses import ANSWERED, Label, Pair, measures_of, read_pairs
from tests.evaluation.builders import proposal

FOLDER = Path(__file__).parents[2] / "eval" / "near_misses"
DECAF = ReplyTemplate(id="decaf", title="Decaf", reply="Made with water alone.")


def pair(label: Label) -> Pair:
    evidence = DECAF.reply if label in ANSWERED else ""
    return Pair(label.value, "fernhill", DECAF, "is it organic?", label, evidence)


def drafted(*rules: str, template_id: str | None = "decaf") -> Proposal:
    doubts = tuple(Finding(rule=rule, severity=Severity.WARN, explanation="look") for rule in rules)
    return proposal(template_id=template_id, doubts=doubts, findings=(), verdict=verdict_of(doubts))


def test_no_writer_is_in_both_splits_and_every_label_is_in_each() -> None:
    train, test = (read_pairs(FOLDER, split=split) for split in ("train", "test"))
    assert (len(train), len(test)) == (1728, 288)
    assert not {each.brand for each in train} & {each.brand for each in test}
    assert {each.label for each in train} == {each.label for each in test} == set(Label)


def test_what_is_ready_and_what_is_doubted_is_counted() -> None:
    given = [
        (pair(Label.ABSENT), drafted(), 0.7),
        (pair(Label.ABSENT), drafted(FACT_NOT_IN_ANSWER), 0.2),
        (pair(Label.ABSENT), drafted(FACT_NOT_IN_ANSWER, UNSURE_TEMPLATE), 0.3),
        (pair(Label.ABSENT), drafted(template_id="tea"), 0.6),
        (pair(Label.STATED), drafted(), 0.9),
        (pair(Label.DENIED), drafted(FACT_NOT_IN_ANSWER), 0.1),
        (pair(Label.OFF_TOPIC), drafted(), 0.5),
    ]
    pairs, proposed, likely = zip(*given, strict=True)
    found = measures_of(pairs, proposed, likely=likely, doubtful=[one < 0.4 for one in likely])
    assert found["near_misses_ready"] == 0.25
    assert found["near_misses_ready_without"] == 0.5
    assert found["near_misses_ready_elsewhere"] == 0.25
    assert found["near_misses_doubted"] == 0.5
    assert found["answerable_ready"] == 0.5
    assert found["answerable_ready_without"] == 1.0
    assert found["answerable_doubted"] == 0.5
    assert found["answerable_auroc"] == 0.5
    assert found["off_topic_ready"] == 1.0


def test_an_escalated_question_is_not_ready() -> None:
    escalated = proposal(route=Route.ESCALATE, template_id=None, draft="", findings=(), verdict=None)
    found = measures_of([pair(Label.ABSENT)], [escalated], likely=[0.9], doubtful=[False])
    assert found["near_misses_ready"] == found["near_misses_ready_without"] == 0.0
    assert found["answerable_auroc"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": "perhaps"}, "label"),
        ({"template_id": "nowhere"}, "template_id"),
        ({"evidence": "what the reply does not say"}, "evidence"),
        ({"label": "stated", "evidence": None}, "evidence"),
        ({"question": ""}, "question"),
    ],
)
def test_a_line_that_is_no_pair_is_named(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    template = {"id": "decaf", "title": "Decaf", "reply": "Made with water alone."}
    line = {
        "id": "one",
        "split": "train",
        "template_id": "decaf",
        "question": "is it organic?",
        "form": "yes_no",
        "label": "absent",
        "evidence": None,
    }
    (tmp_path / "shop.templates.jsonl").write_text(json.dumps(template), encoding="utf-8")
    (tmp_path / "shop.questions.jsonl").write_text(json.dumps(line | change), encoding="utf-8")
    with pytest.raises(InvalidInput) as raised:
        read_pairs(tmp_path, split="train")
    assert (raised.value.line, raised.value.field) == (1, field)


def test_a_folder_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        read_pairs(tmp_path, split="test")
