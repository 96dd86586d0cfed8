from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.faq.template import ReplyTemplate
from replyassist.pipeline import PipelineContext
from replyassist_bench.redraft import Expected, Instruction, measure_redrafts, read_instructions
from tests.pipeline.builders import context

FILE = Path(__file__).parents[2] / "eval" / "redraft" / "instructions.jsonl"
TEMPLATE = ReplyTemplate(id="pass", title="Day pass", reply="A day pass is £13. Tours run on Saturdays.")


def instruction(text: str, expect: Expected) -> Instruction:
    return Instruction(
        id=text, split="dev", brand="b", message="how much?", template_id="pass", instruction=text, expect=expect
    )


def test_each_half_has_thirty_instructions() -> None:
    assert [len(read_instructions(FILE, split=split)) for split in ("dev", "test")] == [30, 30]


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "wrong.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")

    with pytest.raises(InvalidInput, match="Field required"):
        read_instructions(tmp_path / "wrong.jsonl", split="dev")


def test_what_is_followed_noted_and_dropped_is_counted() -> None:
    def here(_: str) -> PipelineContext:
        return context(None, TEMPLATE)

    found = measure_redrafts(
        [
            instruction("leave out the price", Expected(says_not=("£13",))),
            instruction("in German", Expected(language="de")),
            instruction("mention the tours", Expected(says=("Sundays",))),
        ],
        here,
    )

    assert (found["followed"], found["noted"], found["dropped"]) == (0.333, 0.333, 0.333)
    assert [each["came"] for each in found["misses"]] == ["noted", "dropped"]
