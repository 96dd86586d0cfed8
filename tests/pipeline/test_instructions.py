from __future__ import annotations

import pytest

from replyassist.pipeline.instructions import LengthOrTone, ParsedInstruction, read_wish


@pytest.mark.parametrize(
    ("instruction", "changes"),
    [
        ("shorter, please", {LengthOrTone.SHORTER}),
        ("SHORTEN IT", {LengthOrTone.SHORTER}),
        ("too long", {LengthOrTone.SHORTER}),
        ("more apologetic", {LengthOrTone.SORRIER}),
        ("say sorry and keep it brief", {LengthOrTone.SHORTER, LengthOrTone.SORRIER}),
        ("write it as a pirate", set()),
        ("mention the shortbread", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_a_wish_that_needs_no_model_is_understood(instruction: str | None, changes: set[LengthOrTone]) -> None:
    assert read_wish(instruction).changes == changes


@pytest.mark.parametrize(
    ("instruction", "wish"),
    [
        ("mention the tour and the price", ParsedInstruction(mentioned=("tour", "price"))),
        ("leave the price out", ParsedInstruction(left_out=("price",))),
        ("leave out the bit about shoes and chalk bags", ParsedInstruction(left_out=("shoes", "chalk bags"))),
        (
            "don't mention the app, and make it warmer",
            ParsedInstruction(frozenset({LengthOrTone.WARMER}), left_out=("app",)),
        ),
        ("tell them about the 10 day limit", ParsedInstruction(mentioned=("10 day limit",))),
        ("no prices", ParsedInstruction(left_out=("prices",))),
        ("mention our Spanish classes", ParsedInstruction(mentioned=("spanish classes",))),
        ("in German", ParsedInstruction(language="de")),
        ("auf Deutsch bitte", ParsedInstruction(language="de")),
        ("en français", ParsedInstruction(language="fr")),
        ("shorter, in francais", ParsedInstruction(frozenset({LengthOrTone.SHORTER}), language="fr")),
        ("drop the apology", ParsedInstruction(frozenset({LengthOrTone.NOT_SORRY}))),
        ("add an apology", ParsedInstruction(frozenset({LengthOrTone.SORRIER}))),
        ("cut it down", ParsedInstruction(frozenset({LengthOrTone.SHORTER}))),
        ("add a friendly word", ParsedInstruction(frozenset({LengthOrTone.WARMER}))),
        ("more detail", ParsedInstruction(frozenset({LengthOrTone.LONGER}))),
        ("as a list, and more formal", ParsedInstruction(unread=("as a list", "more formal"))),
    ],
)
def test_an_instruction_is_read_in_its_parts(instruction: str, wish: ParsedInstruction) -> None:
    assert read_wish(instruction) == wish
