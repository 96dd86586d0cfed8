from __future__ import annotations

import pytest

from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.guardrails import Severity

from .builders import context, excerpts, findings

RULE = "privacy.personal_data_in_public"
CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("We wrote to anna@mail.example today.", "anna@mail.example"),
        ("We will call you on +353 87 123 4567.", "+353 87 123 4567"),
        ("We paid it back to IE29AIBK93115212345678.", "IE29AIBK93115212345678"),
        ("Your order FH-30982 left us today.", "FH-30982"),
        ("Order number 48213 is on its way.", "48213"),
        ("It goes to 14 Harbour Road as you asked.", "14 Harbour Road"),
        ("We see you log in from 203.0.113.9 only.", "203.0.113.9"),
        ("You were born on 3 May 1990.", "3 May 1990"),
        ("Your SSN is 123-45-6789.", "123-45-6789"),
    ],
)
def test_somebodys_data_blocks_a_public_reply(reply: str, found: str) -> None:
    seen = context(message=f"hello, {found}")
    assert excerpts(reply, seen, RULE) == [found]
    assert findings(reply, seen, RULE)[0].severity is Severity.BLOCK


@pytest.mark.parametrize(
    "reply",
    [
        "Write to help@fernhill.example.",
        "Write to HELP@fernhill.example or call 123-456-7890.",
        "You can call (123) 456-7890.",
        "See https://fernhill.example/shipping.",
        "Delivery takes 4 to 7 working days and costs €50 for 1,000 g, until 18 December 2026.",
        "We are open 9:00 to 18:00, 20 % off, version 5.12.1, 2026-11-22.",
        "Send us your order number and your e-mail address by direct message.",
        "Hi Tom, thanks for your message!",
    ],
)
def test_the_brands_own_contacts_and_ordinary_numbers_are_fine_in_public(reply: str) -> None:
    assert not excerpts(reply, context(author_name="Tom"), "privacy")


def test_an_address_at_one_of_the_brands_domains_is_the_brands_own() -> None:
    there = context(reply=None, rules={"allowed_link_domains": ["fernhill.example"]})
    assert not excerpts("Write to hello@shop.fernhill.example.", there, "privacy")
    assert excerpts("Write to hello@notfernhill.example.", there, RULE) == ["hello@notfernhill.example"]


def test_the_brands_street_in_the_template_is_fine() -> None:
    there = context(reply="Our cafe is at 12 Shop Street, Galway.")
    assert not excerpts("Come to 12 Shop Street!", there, "privacy")
    assert excerpts("Come to 13 Shop Street!", there, RULE) == ["13 Shop Street"]


def test_a_link_that_names_an_order_blocks_in_public() -> None:
    reply = "See https://fernhill.example/track?order=48213&email=a."
    assert excerpts(reply, context(), RULE) == ["https://fernhill.example/track?order=48213&email=a"]


def test_the_authors_own_data_is_fine_in_private() -> None:
    private = context(visibility="private", message="my order is FH-30982, mail me at anna@mail.example")
    assert not excerpts("Order FH-30982 is on its way, we wrote to Anna@mail.example.", private, "privacy")


def test_other_peoples_data_warns_in_private() -> None:
    private = context(visibility="private", message="where is it?", parent_text="mail bob@mail.example")
    found = findings("We wrote to bob@mail.example.", private, "privacy")
    assert [(finding.excerpt, finding.severity) for finding in found] == [("bob@mail.example", Severity.WARN)]


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_a_card_number_always_blocks(visibility: str) -> None:
    there = context(visibility=visibility, message=f"my card is {CARD}")
    found = findings(f"We charged {CARD}.", there, "privacy")
    assert [(finding.rule, finding.severity) for finding in found] == [("privacy.card_number", Severity.BLOCK)]


def test_signs_that_nobody_sees_hide_nothing() -> None:
    assert excerpts("Card 4111\u200b1111\u200b1111\u200b1111", context(), "privacy.card_number")
    assert excerpts("Mail anna＠mail．example", context(), RULE) == ["anna＠mail．example"]
    assert excerpts("Call +353 87 １２３ ４５６７", context(), RULE) == ["+353 87 １２３ ４５６７"]


def test_a_place_is_reported_once() -> None:
    assert len(findings("Mail ANNA@mail.example\u200b now", context(), RULE)) == 1


@pytest.mark.parametrize("brand", ["fernhill", "harbour"])
def test_the_sample_templates_can_be_sent_as_they_are(brand: str) -> None:
    templates = read_templates(resource_folder("faq") / brand).templates
    assert templates
    for template in templates:
        assert not findings(template.rendered_reply, context(template=template), "privacy"), template.id
