from __future__ import annotations

import pytest

from replyassist.guardrails.words import content_words


@pytest.mark.parametrize(
    ("one", "other"),
    [("e-mails", "email"), ("Wi-Fi", "wifi"), ("check-in", "checkin"), ("check out", "checkout"), ("E mail", "e-mail")],
)
def test_spellings_of_one_thing_have_one_stem(one: str, other: str) -> None:
    assert content_words(f"Use {one} here.") == content_words(f"Use {other} here.")
