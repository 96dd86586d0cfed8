"""What every test of the guardrails needs."""

from __future__ import annotations

import pytest

from replyassist.triage import warm_up


@pytest.fixture(scope="session", autouse=True)
def _languages_are_loaded() -> None:
    """What is loaded when a text needs it must not count against the deadline of a property."""
    warm_up()
