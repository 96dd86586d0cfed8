"""`replyassist faq generated`, as it is typed."""

from __future__ import annotations

import pytest

from tests.faq.test_generated import BERGEN, ROME, active, kept
from tests.world import BRAND, World

from .result import Run
from .test_faq_learned import run, world

__all__ = ["run", "world"]


def test_what_counts_is_listed_and_removed(run: Run, world: World) -> None:
    kept(world, BERGEN, ROME)
    number = active(world)[BERGEN]
    assert run("generated", "remove", number, "--brand", BRAND).status == 0

    listed = run("generated", "list", "--brand", BRAND, "--json")
    assert [(row["template_id"], row["text"], row["model"]) for row in listed.document] == [
        ("shipping-abroad", ROME, "tiny")
    ]
    assert ROME in run("generated", "list", "--brand", BRAND).out


def test_a_question_that_is_not_there_is_a_wrong_use(run: Run) -> None:
    found = run("generated", "remove", 7, "--brand", BRAND)

    assert (found.status, "no generated question 7" in found.err) == (2, True)


def test_without_a_model_none_are_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLYASSIST_LLM_DISABLED", "1")
    found = run("generated", "make", "--brand", BRAND)

    assert (found.status, "REPLYASSIST_LLM_DISABLED" in found.err) == (2, True)
