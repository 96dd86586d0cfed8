from __future__ import annotations

import pytest

from replyassist.pipeline.instructions import Change, Wish, read_wish, wants


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


@pytest.mark.parametrize(
    ("instruction", "wish"),
    [
        ("mention the tour and the price", Wish(mentioned=("tour", "price"))),
        ("leave the price out", Wish(left_out=("price",))),
        ("leave out the bit about shoes and chalk bags", Wish(left_out=("shoes", "chalk bags"))),
        ("don't mention the app, and make it warmer", Wish(frozenset({Change.WARMER}), left_out=("app",))),
        ("tell them about the 10 day limit", Wish(mentioned=("10 day limit",))),
        ("no prices", Wish(left_out=("prices",))),
        ("mention our Spanish classes", Wish(mentioned=("spanish classes",))),
        ("in German", Wish(language="de")),
        ("auf Deutsch bitte", Wish(language="de")),
        ("en français", Wish(language="fr")),
        ("shorter, in francais", Wish(frozenset({Change.SHORTER}), language="fr")),
        ("drop the apology", Wish(frozenset({Change.NOT_SORRY}))),
        ("add an apology", Wish(frozenset({Change.SORRIER}))),
        ("cut it down", Wish(frozenset({Change.SHORTER}))),
        ("add a friendly word", Wish(frozenset({Change.WARMER}))),
        ("more detail", Wish(frozenset({Change.LONGER}))),
        ("as a list, and more formal", Wish(unread=("as a list", "more formal"))),
    ],
)
def test_an_instruction_is_read_in_its_parts(instruction: str, wish: Wish) -> None:
    assert read_wish(instruction) == wish
