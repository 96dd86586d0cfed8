from __future__ import annotations

from dataclasses import replace

import pytest

from replyassist.guardrails import check
from replyassist.guardrails.direct_answers import NO_FROM, with_answer, wrong_yes
from tests.guardrails.builders import context


@pytest.mark.parametrize(
    ("draft", "opened"),
    [
        ("Hi Tom, we ship to Norway.", "Hi Tom, yes, we ship to Norway."),
        ("Hi Tom! We ship to Norway.", "Hi Tom! Yes, we ship to Norway."),
        ("Parcels go to Norway.", "Yes. Parcels go to Norway."),
        (
            "Hello Kelvin, sorry for the trouble. If we can't, we pay.",
            "Hello Kelvin, sorry for the trouble. Yes, if we can't, we pay.",
        ),
        ("Hi! Oh no, sorry about that. We send a new one.", "Hi! Oh no, sorry about that. Yes, we send a new one."),
        ("Hi Tom! Unfortunately we only ship to Norway.", "Hi Tom! Yes. Unfortunately we only ship to Norway."),
        ("Hi Tom! No, we stay here.", "Hi Tom! No, we stay here."),
        ("Hi Tom! Yes. We ship to Norway.", "Hi Tom! Yes. We ship to Norway."),
        ("Yes. Parcels go to Norway.", "Yes. Parcels go to Norway."),
        ("", ""),
    ],
)
def test_a_person_may_put_the_answer_after_greeting_and_sympathy(draft: str, opened: str) -> None:
    assert with_answer(draft, "Yes") == opened


@pytest.mark.parametrize(
    ("text", "objected"),
    [
        ("Hi Tom! Yes, we ship to Norway.", "Yes, we ship to Norway."),
        ("Hi Tom, yes, we ship to Norway.", "Hi Tom, yes, we ship to Norway."),
        ("Hi Tom! Yes. We ship to Norway.", "Yes."),
        ("Hi! Oh no, sorry about that. Yes, we ship.", "Yes, we ship."),
        ("Hi Tom! No, we do not ship to Norway.", None),
        ("Hi Tom! We ship to Norway.", None),
        ("Hi. So. We. Yes, we ship.", None),
    ],
)
def test_a_yes_is_objected_to_where_the_template_amounts_to_no(text: str, objected: str | None) -> None:
    sure, unsure = (replace(context(), likely_no=likely) for likely in (NO_FROM, NO_FROM - 0.01))

    assert [finding.excerpt for finding in wrong_yes(text, sure)] == ([objected] if objected else [])
    assert list(wrong_yes(text, unsure)) == []


def test_it_is_one_of_the_rules_that_every_text_is_held_against() -> None:
    found = check("Hi Tom! Yes, we ship to Norway.", replace(context(), likely_no=0.9)).findings

    assert "draft.wrong_yes" in {finding.rule for finding in found}
