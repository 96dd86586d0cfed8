from __future__ import annotations

import pytest

from replyassist.guardrails import Severity
from replyassist.guardrails.promises import unsupported_promises

from .builders import context

PARCEL = "If a parcel is late, send your order number to help@fernhill.example."


def promised(text: str, reply: str | None = PARCEL) -> list[tuple[str, Severity]]:
    return [(finding.rule, finding.severity) for finding in unsupported_promises(text, context(reply=reply))]


@pytest.mark.parametrize(
    "text",
    [
        "We'll refund you.",
        "You will get a full refund.",
        "You'll be fully reimbursed.",
        "Your refund is on its way.",
        "You are entitled to compensation.",
        "We offer a money-back option.",
        "Our team will gladly send you a replacement.",
        "We'll replace the bag.",
        "Here's a voucher: we'll add a small discount to your next order, so you get a 10 % discount.",
        "This one is on the house.",
        "Delivery is free.",
        "You can cancel for free.",
        "You get a free tour.",
        "We ship it at no extra cost.",
        "We'll send it right away.",
        "It will arrive within the hour.",
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
        "You'll hear from us soon.",
        "It will definitely arrive.",
        "We never lose a parcel.",
        "Shall we send you a replacement?",
    ],
)
def test_a_weaker_promise_is_a_warning(text: str) -> None:
    assert promised(text) == [("grounding.unsupported_promise", Severity.WARN)]


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
        ("We'll check with the courier.", "We ask the courier."),
        ("A person will call you.", "Send a phone number so that a person from our team can call you."),
        ("You'll have it soon.", "It takes 2 days."),
        ("It will always be there.", "It is there every day."),
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
