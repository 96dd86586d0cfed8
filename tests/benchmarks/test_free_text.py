from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import InvalidInput
from replyassist_bench.free_text import FreeDraft, Judged, measure, read_drafts, score


def draft(number: int, *labels: str, writer: str = "edited") -> dict[str, Any]:
    sentences = [
        {"text": f"It costs {place + 1} euros.", "label": label, "second": label} for place, label in enumerate(labels)
    ]
    known = {"message": "what is it", "title": "Price", "source": "It costs 1 euros.", "writer": writer}
    return {"id": f"shop-{number}", "split": "dev", "temperature": None, "sentences": sentences} | known


def judged(rules: set[str], *labels: str) -> Judged:
    return Judged(FreeDraft.model_validate(draft(1, *labels)), frozenset(rules))


def test_shares_are_of_false_and_of_faithful_drafts_and_each_rule_is_taken_away() -> None:
    result = score(
        [
            judged({"grounding.a", "grounding.b"}, "supported", "contradicted"),
            judged({"grounding.a"}, "wrong_yes_no"),
            judged(set(), "unsupported"),
            judged({"grounding.b"}, "supported"),
            judged(set(), "harmless"),
            judged({"grounding.b"}, "supported", "missing_fact"),
        ]
    )
    assert (result["false_caught"]["share"], result["false_caught"]["of"]) == (0.6667, 3)
    assert (result["false_alarms"]["share"], result["false_alarms"]["of"]) == (0.5, 2)
    assert result["missing_fact_caught"]["share"] == 1.0
    assert result["by_label"]["contradicted"]["of"] == 1
    assert result["by_label"]["false_premise"] is None
    assert result["by_rule"]["grounding.a"] == {
        "caught": 2, "lost_without": 1, "false_alarms": 0, "false_alarms_alone": 0,
    }  # fmt: skip
    assert result["by_rule"]["grounding.b"]["false_alarms_alone"] == 1


def test_an_invented_figure_is_caught_and_the_templates_own_is_not(tmp_path: Path) -> None:
    lines = [draft(1, "supported"), draft(2, "supported", "contradicted")]
    (tmp_path / "dev.jsonl").write_text("\n".join(map(json.dumps, lines)))
    result = measure(read_drafts(tmp_path, split="dev"), encoder=None)
    assert result["false_caught"]["share"] == 1.0
    assert result["false_alarms"]["share"] == 0.0


def test_the_labelled_drafts_can_be_read() -> None:
    drafts = read_drafts(Path("eval/free_text"), split="dev")
    assert len(drafts) == 221
    assert sum(one.is_false for one in drafts) == 128


def test_missing_and_wrong_drafts_are_one_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="missing"):
        read_drafts(tmp_path, split="test")
    (tmp_path / "dev.jsonl").write_text(json.dumps(draft(1, "supported")) + '\n{"id": 3}\n')
    with pytest.raises(InvalidInput) as raised:
        read_drafts(tmp_path, split="dev")
    assert raised.value.line == 2
