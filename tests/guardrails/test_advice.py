from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.guardrails.advice import forbidden_advice

from .builders import context


def advice(text: str, reply: str | None = "All ingredients are on our site.") -> list[Severity]:
    return [finding.severity for finding in forbidden_advice(text, context(reply=reply))]


@pytest.mark.parametrize(
    "text",
    [
        "You should stop taking your medication.",
        "It is safe during pregnancy.",
        "It's perfectly safe.",
        "Decaf is fine while breastfeeding.",
        "It is suitable for coeliacs.",
        "Coffee lowers your blood pressure.",
        "That sounds like an allergy.",
        "There's no need to see a doctor.",
        "You could sue the courier.",
        "By law you have 14 days.",
        "You have statutory rights here.",
        "You could invest in a fund.",
        "It's risk-free.",
        "You don't have to pay tax.",
        "It won't hurt your credit score.",
        "Now is a good time to invest.",
    ],
)
def test_advice_that_the_template_does_not_give_blocks(text: str) -> None:
    assert advice(text) == [Severity.BLOCK]


@pytest.mark.parametrize(
    "text",
    [
        "We can't say whether it's safe during pregnancy, please ask your doctor.",
        "Is it for a baby?",
        "Please ask a doctor for advice.",
        "That's a great gift for kids.",
        "Keep the bag closed.",
        "Your order is in good hands.",
        "You can take your time.",
    ],
)
def test_what_only_sounds_like_advice_is_fine(text: str) -> None:
    assert advice(text) == []


def test_advice_of_the_template_may_be_given() -> None:
    assert advice("Stop using it, please.", "Please stop using the product and ask a doctor.") == []
    assert advice("It's tax-free up to €1,000.", "Interest is tax-free up to €1,000.") == []


def test_without_a_template_advice_is_a_warning() -> None:
    assert advice("You could sue them.", None) == [Severity.WARN]
