from __future__ import annotations

import pytest

from replyassist.guardrails import Severity

from .builders import context, findings, template

PARCEL = "You get an e-mail with a tracking link as soon as your parcel leaves the roastery."


@pytest.mark.parametrize(
    "claim",
    [
        "We have refunded your order",
        "I've sent it again",
        "We’ve just shipped it",
        "Your order has been cancelled",
        "Your order is on its way",
        "It's back in stock now",
        "We'll cancel it",
        "Our team has already checked it",
        "Your refund is being processed",
    ],
)
def test_a_claim_of_action_that_the_template_does_not_make_is_a_warning(claim: str) -> None:
    found = findings(f"Thanks. {claim}.", context(reply=PARCEL), "grounding.unsupported_action")
    assert [finding.severity for finding in found] == [Severity.WARN]


@pytest.mark.parametrize(
    ("claim", "reply"),
    [
        ("We've refunded the fee", "We have refunded the fee."),
        ("We'll send a replacement", "We send a replacement within 3 days."),
        ("We will refund the fee", "The fee is refunded later."),
        ("It is back in stock", "It is back in stock."),
        ("Your order has been shipped", "All orders have been shipped."),
    ],
)
def test_a_claim_that_the_template_makes_is_fine(claim: str, reply: str) -> None:
    assert not findings(f"Thanks. {claim}.", context(reply=reply), "grounding.unsupported_action")


def test_that_something_can_be_done_does_not_mean_that_it_was_done() -> None:
    there = context(reply="The price is refunded once we have it here.")
    assert findings("We have refunded it.", there, "grounding.unsupported_action")


@pytest.mark.parametrize(
    "text",
    [
        "You get an e-mail when it's back in stock.",
        "Once we have sent it, you get a link.",
        "If it has been shipped, look here.",
        "You can send it back.",
        "Please check your post.",
    ],
)
def test_conditions_and_requests_are_no_claims(text: str) -> None:
    assert not findings(text, context(reply=PARCEL), "grounding.unsupported_action")


def test_a_sentence_from_nowhere_is_a_warning() -> None:
    invented = "Baristas from Lisbon celebrate every harvest with music, dancing and fireworks."
    found = findings(
        f"Your parcel leaves the roastery. {invented}", context(reply=PARCEL), "grounding.unsupported_sentence"
    )
    assert [(finding.rule, finding.severity, finding.excerpt) for finding in found] == [
        ("grounding.unsupported_sentence", Severity.WARN, invented)
    ]


def test_the_message_the_title_and_the_questions_support_a_sentence() -> None:
    full = template(PARCEL, title="Lisbon baristas", questions=["do you celebrate the harvest"])
    there = context(template=full, message="what about music and fireworks")
    text = "Baristas from Lisbon celebrate every harvest with music, dancing and fireworks."
    assert not findings(text, there, "grounding.unsupported_sentence")


@pytest.mark.parametrize(
    "text",
    ["Thank you so much for the kind words, we are so happy to hear it!", "Sounds lovely, dear friend.", "Woof woof!"],
)
def test_pleasantries_and_short_sentences_need_no_support(text: str) -> None:
    assert not findings(text, context(reply=PARCEL), "grounding.unsupported_sentence")


def test_a_person_without_a_template_may_write_what_they_like() -> None:
    text = "Baristas from Lisbon celebrate every harvest with music, dancing and fireworks."
    assert not findings(text, context(reply=None), "grounding.unsupported_sentence")
