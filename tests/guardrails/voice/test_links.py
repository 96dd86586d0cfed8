from __future__ import annotations

import pytest

from replyassist.guardrails import Severity

from ..builders import context, excerpts, findings

DOMAINS = {"allowed_link_domains": ["fernhill.example"]}


@pytest.mark.parametrize(
    "link",
    [
        "https://fernhill.example/shipping",
        "HTTPS://FERNHILL.EXAMPLE",
        "fernhill.example",
        "www.fernhill.example/a?b=c",
        "shop.fernhill.example",
        "https://fernhill.example:443/x",
        "help@fernhill.example",
        "mailto:help@fernhill.example",
    ],
)
def test_the_brands_own_domain_and_its_subdomains_are_fine(link: str) -> None:
    assert not excerpts(f"See {link}. Or ({link})!", context(rules=DOMAINS), "voice.link_domain")


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/x",
        "evil.com",
        "evil.com/login",
        "EVIL.COM",
        "www.evil.com",
        "https://fernhill.example.evil.com",
        "https://fernhill.example@evil.com/x",
        "https://evil.com\\@fernhill.example",
        "https://notfernhill.example",
        "fernhill-example.com",
        "https://xn--fernhll-9ya.example",
        "https://fеrnhill.example",
        "http://192.168.0.1/login",
        "192.168.0.1/login",
        "//evil.com/x",
        "https:evil.com",
        "ftp://evil.com",
        "bit.ly/abc",
        "javascript:alert(1)",
        "data:text/html,x",
        "tel:+35391234567",
        "evil[.]com",
        "evil (dot) com",
        "evil dot com",
        "e\u200bvil.com",
        "evil．com",
        "evil。com",
        "somebody@evil.com",
        "help@fernhill.example.evil.com",
        "help (at) evil (dot) com",
    ],
)
def test_what_leads_elsewhere_or_hides_where_it_leads_blocks(link: str) -> None:
    found = findings(f"Please see {link} now.", context(rules=DOMAINS), "voice.link_domain")
    assert found, link
    assert found[0].severity is Severity.BLOCK


def test_the_finding_covers_the_link_and_not_the_stop_after_it() -> None:
    assert excerpts("See (https://evil.com/a_(b)).", context(rules=DOMAINS), "voice.link_domain") == [
        "https://evil.com/a_(b)"
    ]


@pytest.mark.parametrize(
    "text",
    ["It costs 4.50 today.", "We ship it.We do.", "e.g. at 9 a.m. or so", "Version 4.8 fixes it", "See menu.pdf there",
     "Thanks...really", "Ask at the bar.In Galway", "Dr.Who", "order.It comes"],
)  # fmt: skip
def test_a_full_stop_in_a_text_is_no_link(text: str) -> None:
    assert not excerpts(text, context(rules=DOMAINS), "voice.link_domain")


def test_an_email_address_of_the_template_is_fine_on_another_domain() -> None:
    there = context(rules=DOMAINS, reply="Write to claims@courier.example.")
    assert not excerpts("Please write to claims@courier.example.", there, "voice.link_domain")


def test_a_brand_without_a_list_still_blocks_tricks() -> None:
    assert not excerpts("See https://partner.com.", context(), "voice.link_domain")
    assert excerpts("See https://a.example@b.com.", context(), "voice.link_domain") == ["https://a.example@b.com"]
