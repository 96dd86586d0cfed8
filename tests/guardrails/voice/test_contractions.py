from __future__ import annotations

import pytest

from ..builders import context, excerpts

WANTED = {"contractions": "wanted"}
AVOID = {"contractions": "avoid"}


@pytest.mark.parametrize("short", ["don't", "Can’t", "we're", "I'm", "You'll", "they've", "Let's"])
def test_a_formal_brand_writes_short_forms_out(short: str) -> None:
    assert excerpts(f"{short} be late.", context(rules=AVOID, reply=None), "voice.contractions") == [short]


@pytest.mark.parametrize("text", ["Don't you agree?", "Tom's bag", "it's fine", "We do not.", "ain't it"])
def test_what_has_no_plain_long_form_is_left(text: str) -> None:
    assert not excerpts(text, context(rules=AVOID), "voice.contractions")


def test_a_reply_of_long_forms_alone_is_stiff() -> None:
    stiff = "We are here and you will see that we do not close."
    assert excerpts(stiff, context(rules=WANTED), "voice.contractions") == ["We are", "you will", "do not"]


@pytest.mark.parametrize("text", ["We are here and we're glad that you will see we do not close.", "We do not ship."])
def test_a_long_form_here_and_there_is_fine(text: str) -> None:
    assert not excerpts(text, context(rules=WANTED), "voice.contractions")


def test_without_a_wish_and_in_other_languages_there_is_no_rule() -> None:
    assert not excerpts("We don't.", context(), "voice.contractions")
    assert not excerpts("We don't.", context(rules=AVOID, language="de"), "voice.contractions")
