from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.guardrails.claims import unsupported_promises

from .builders import context, findings, template

PARCEL = "You get an e-mail with a tracking link as soon as your parcel leaves the roastery."

LATE = "If a parcel is late, send your order number to help@fernhill.example."


@pytest.mark.parametrize(
    "claim",
    [
        "We have refunded your order",
        "I've sent it again",
        "We’ve just shipped it",
        "Your order has been cancelled",
        "Your order is on its way",
        "It's back in stock now",
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


def promised(text: str, reply: str | None = LATE) -> list[tuple[str, Severity]]:
    return [(finding.rule, finding.severity) for finding in unsupported_promises(text, context(reply=reply))]


@pytest.mark.parametrize(
    "text",
    [
        "We'll refund you.",
        "You will get a full refund.",
        "You'll be fully reimbursed.",
        "You are entitled to compensation.",
        "We offer a money-back option.",
        "Our team will gladly send you a replacement.",
        "We'll replace the bag.",
        "Here's a voucher: we'll add a small discount to your next order, so you get a 10 % discount.",
        "This one is on the house.",
        "Delivery is free.",
        "You can cancel for free.",
        "We ship it at no extra cost.",
        "A colleague will get back to you.",
        "We'll call you.",
        "Someone from our team will be in touch.",
        "We'll look into it.",
        "Our courier team will sort it.",
        "We can make an exception.",
        "We'll waive the fee.",
        "We guarantee it.",
        "We promise it gets there.",
        "Once the parcel is back, we'll refund you.",
    ],
)
def test_a_promise_that_the_template_does_not_make_blocks(text: str) -> None:
    found = promised(text)
    assert found
    assert set(found) == {("grounding.unsupported_promise", Severity.BLOCK)}


@pytest.mark.parametrize(
    "text",
    [
        "We can't refund it.",
        "We don't offer a discount.",
        "There is no free shipping.",
        "Free shipping is not available.",
        "Sorry, we're unable to send a replacement.",
        "You asked for a refund.",
        "We'd love to refund it, but we have to see the parcel.",
        "If we refund you, you get an e-mail.",
        "Would you like us to call you?",
        "Feel free to write to us!",
        "You are always welcome.",
        "Please call us right away.",
        "It's a gluten-free cake.",
        "You can always write to us.",
        "Sorry for the trouble, that's not what you want from a gift.",
    ],
)
def test_denied_supposed_and_harmless_wordings_promise_nothing(text: str) -> None:
    assert promised(text) == []


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("We'll refund the fee.", "We refund the express fee of €6."),
        ("You'll get a replacement.", "We send a replacement within 3 days."),
        ("You get a 10 % discount.", "The code gives 10 % off."),
        ("WiFi is free.", "WiFi is available at no extra charge."),
        ("Our team will get back to you.", "We reply within 2 working days."),
        ("A person will call you.", "Send a phone number so that a person from our team can call you."),
    ],
)
def test_what_the_template_promises_may_be_promised(text: str, reply: str) -> None:
    assert promised(text, reply) == []


def test_what_the_template_denies_may_not_be_promised() -> None:
    assert promised("We'll refund you.", "We don't refund opened bags.") == [
        ("grounding.unsupported_promise", Severity.BLOCK)
    ]


def test_without_a_template_every_objection_is_a_warning() -> None:
    assert promised("We'll refund you.", None) == [("grounding.unsupported_promise", Severity.WARN)]
