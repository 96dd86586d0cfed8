"""What every test of the guardrails needs."""

from __future__ import annotations

import pytest

from replyassist.core.language import guess_language


@pytest.fixture(scope="session", autouse=True)
def _languages_are_loaded() -> None:
    """The detector loads its models at the first use, which must not count against the deadline of a property."""
    guess_language("Wo ist meine Bestellung? Ich warte schon seit einer Woche.")
