"""The worked examples as a model that plans is shown them."""

from __future__ import annotations

import json

import pytest

from replyassist.brands.voice.parts import WorkedExample
from replyassist.pipeline.plan_prompt import planned_examples


@pytest.mark.parametrize(
    ("reply", "answered_by", "bounded_by"),
    [
        ("Yes, we ship to Norway.", [1], []),
        ("Yes, we ship to Norway. Only orders under 5 kg are sent.", [1], [2]),
        ("Only orders under 5 kg are sent.", [2], []),
    ],
)
def test_what_answers_and_what_bounds_it_are_told_apart(
    reply: str, answered_by: list[int], bounded_by: list[int]
) -> None:
    template = "We ship to Norway. Only orders under 5 kg are sent."
    (shown,) = planned_examples([WorkedExample(message="do you ship to Norway?", template=template, reply=reply)])

    question = {"asks": "do you ship to Norway?", "answered_by": answered_by, "bounded_by": bounded_by}
    assert json.loads(shown.reply)["questions"] == [question]
