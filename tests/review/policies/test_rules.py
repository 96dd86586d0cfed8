from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.accounts import PERSON, Principal
from replyassist.core.security import Role
from replyassist.guardrails import Verdict
from replyassist.review.policies.policy import Policy
from replyassist.review.policies.rules import PolicyItem, is_for_leads, largest_sum, why_not, why_two
from replyassist.triage.kinds import Kind

TEXT = "Hi Tom! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
REFUND = "Hi Tom! You get your refund of two hundred euros in 4 to 7 working days."


def who(role: Role) -> Principal:
    return Principal(user_id=1, name="Ana", role=role, kind=PERSON, brands=frozenset({"fernhill"}))


def item(**overrides: Any) -> PolicyItem:
    fields: dict[str, Any] = {
        "channel": "instagram",
        "kind": Kind.QUESTION,
        "risks": frozenset(),
        "language": "en",
        "verdict": Verdict.READY,
        "templates": (frozenset({"shipping-abroad", "shipping"}),),
    }
    return PolicyItem(**(fields | overrides))


def policy(**parts: Any) -> Policy:
    return Policy.model_validate(parts)


@pytest.mark.parametrize("role", list(Role))
def test_the_empty_policy_forbids_nothing(role: Role) -> None:
    risky = item(risks=frozenset({"legal"}), kind=None, templates=(), verdict=None, language="und")
    assert why_not(Policy(), who(role), risky, REFUND) == ""
    assert why_two(Policy(), risky, REFUND) == ""
    assert not is_for_leads(Policy(), risky)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"channels": ["email"]}, "only on email; this is instagram."),
        ({"templates": ["refunds"]}, "only replies from these templates or tags: refunds."),
        ({"kinds": ["praise"]}, "only replies to: praise."),
        ({"verdicts": ["blocked"]}, "only what the checks call blocked."),
        ({"languages": ["de"]}, "only these languages: de; the language of this text is en."),
        ({"amounts_up_to": 199}, "only sums up to 199."),
    ],
)
def test_a_refusal_says_which_rule_and_who_may_instead(rules: dict[str, Any], told: str) -> None:
    held = policy(agents=rules)
    refused = why_not(held, who(Role.AGENT), item(), REFUND)
    assert refused == (
        f"The policy of this brand lets a person who is agent send {told} A manager or lead may send it."
    )
    assert why_not(held, who(Role.MANAGER), item(), REFUND) == ""
    both = policy(agents=rules, managers=rules)
    assert why_not(both, who(Role.AGENT), item(), REFUND).endswith("A lead may send it.")
    assert why_not(both, who(Role.MANAGER), item(), REFUND) != ""
    assert why_not(both, who(Role.LEAD), item(), REFUND) == why_not(both, who(Role.ADMIN), item(), REFUND) == ""


def test_every_template_of_the_draft_must_be_allowed_by_its_id_or_a_tag() -> None:
    rules = policy(agents={"templates": ["shipping", "returns-how"]})
    shipping, returns = frozenset({"shipping-abroad", "shipping"}), frozenset({"returns-how"})
    agent = who(Role.AGENT)
    assert why_not(rules, agent, item(templates=(shipping, returns)), TEXT) == ""
    assert why_not(rules, agent, item(templates=(shipping, frozenset({"refunds"}))), TEXT) != ""
    assert why_not(rules, agent, item(templates=()), TEXT) != "", "a text of one's own is from no template"


def test_what_cannot_be_told_is_not_allowed() -> None:
    agent = who(Role.AGENT)
    unread = item(kind=None, language="und")
    assert why_not(policy(agents={"kinds": ["question"]}), agent, unread, TEXT) != ""
    assert "could not be told" in why_not(policy(agents={"languages": ["en"]}), agent, unread, "ok")
    assert why_not(policy(agents={"languages": ["en"]}), agent, item(), "ok") == "", (
        "then the message's language counts"
    )


@pytest.mark.parametrize(
    ("rules", "two"),
    [
        ({"templates": ["shipping"]}, True),
        ({"channels": ["instagram"]}, True),
        ({"channels": ["email"]}, False),
        ({"words": ["Refund"]}, True),
        ({"words": ["fund"]}, False),
        ({"amounts_above": 199.5}, True),
        ({"amounts_above": 200}, False),
        ({"risks": ["any"]}, False),
    ],
)
def test_what_needs_two_people(rules: dict[str, Any], two: bool) -> None:
    assert bool(why_two(policy(second_person=rules), item(), REFUND)) is two


def test_risks_need_two_people_or_a_lead_by_kind_or_all() -> None:
    legal = item(risks=frozenset({"legal"}))
    for names, found in ((["any"], True), (["press", "legal"], True), (["press"], False)):
        assert bool(why_two(policy(second_person={"risks": names}), legal, TEXT)) is found
        assert is_for_leads(policy(leads_only={"risks": names}), legal) is found
    assert is_for_leads(policy(leads_only={"kinds": ["question"]}), item())
    assert is_for_leads(policy(leads_only={"templates": ["shipping"]}), item())


@pytest.mark.parametrize(
    ("text", "largest"), [(TEXT, 0), (REFUND, 200), ("Between €20 and 1.250,50 € back.", 1250.5), ("40 EUR or $15", 40)]
)
def test_the_largest_sum_is_read_in_digits_and_words(text: str, largest: float) -> None:
    assert largest_sum(text) == largest
