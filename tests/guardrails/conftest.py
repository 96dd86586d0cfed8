"""What every test of the guardrails needs."""

from __future__ import annotations

import pytest

from replyassist.core.language import guess_language


@pytest.fixture(scope="session", autouse=True)
def _languages_are_loaded() -> None:
    """The detector loads its models when a text needs them, which must not count against the deadline of a property."""
    for text in (
        "Wo ist meine Bestellung? Ich warte schon seit einer Woche.",
        "x𝐓𝐡𝐞 𝐪𝐮𝐢𝐜𝐤 𝐛𝐫𝐨𝐰𝐧 𝐟𝐨𝐱 𝐣𝐮𝐦𝐩𝐬",
        "где мой заказ",
    ):
        guess_language(text)
