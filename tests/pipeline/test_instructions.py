from __future__ import annotations

import pytest

from replyassist.pipeline.instructions import Change, wants


@pytest.mark.parametrize(
    ("instruction", "changes"),
    [
        ("shorter, please", {Change.SHORTER}),
        ("SHORTEN IT", {Change.SHORTER}),
        ("too long", {Change.SHORTER}),
        ("more apologetic", {Change.SORRIER}),
        ("say sorry and keep it brief", {Change.SHORTER, Change.SORRIER}),
        ("write it as a pirate", set()),
        ("mention the shortbread", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_a_wish_that_needs_no_model_is_understood(instruction: str | None, changes: set[Change]) -> None:
    assert {change for change in Change if wants(change, instruction)} == changes
