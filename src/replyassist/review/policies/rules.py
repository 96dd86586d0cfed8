"""What a policy says of one item and one text: pure functions, which the approval, the page and the API all ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from replyassist.core.accounts import Principal
from replyassist.core.language import detect_language
from replyassist.core.security import Permission, Role
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict
from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.mention import MentionKind
from replyassist.proposal import Proposal
from replyassist.triage.kinds import Kind

from .policy import ANY_RISK, Policy, SendingRules

UNKNOWN_LANGUAGE = "und"


@dataclass(frozen=True)
class PolicyItem:
    """What policies look at in an item. ``templates``: of each template of the draft its id and its tags.

    ``verdict`` is that of the text that is to be sent, None where there is none; ``kind`` is None where nothing read
    the message.
    """

    channel: str
    kind: Kind | None
    risks: frozenset[str]
    language: str
    verdict: Verdict | None
    templates: tuple[frozenset[str], ...]


def policy_item(
    proposal: Proposal, channel: str, templates: Iterable[ReplyTemplate], verdict: Verdict | None = None
) -> PolicyItem:
    """The item of a proposal; ``templates`` are those of the draft that are in use."""
    tags = {template.id: template.tags for template in templates}
    reading = proposal.triage.reading
    return PolicyItem(
        channel=channel,
        kind=reading.kind if reading else None,
        risks=frozenset(risk.kind for risk in proposal.triage.risks),
        language=proposal.triage.language,
        verdict=verdict,
        templates=tuple(frozenset({used.id, *tags.get(used.id, ())}) for used in proposal.used_templates),
    )


def why_not(policy: Policy, principal: Principal, item: PolicyItem, text: str) -> str:
    """The rule that forbids this person to send this text, and who may instead; empty where none does."""
    broken = _broken_by(policy, principal.role, item, text)
    if not broken:
        return ""
    free = [role for role in (Role.MANAGER, Role.LEAD) if not _broken_by(policy, role, item, text)]
    others = " or ".join(role.value for role in free)
    return f"The policy of this brand lets a person who is {principal.role.value} send {broken} A {others} may send it."


def why_two(policy: Policy, item: PolicyItem, text: str) -> str:
    """Why the policy wants two people for this text; empty where one is enough."""
    rules = policy.second_person
    if named := _first(rules.templates, frozenset().union(*item.templates)):
        return f"replies from '{named}' need two people"
    if _has_risk(rules.risks, item):
        return "replies to messages with such a risk need two people"
    if item.channel in rules.channels:
        return f"replies on {item.channel} need two people"
    if word := next((word for word in rules.words if _says(text, word)), ""):
        return f"replies that say '{word}' need two people"
    if rules.amounts_above is not None and largest_sum(text) > rules.amounts_above:
        return f"replies that name more than {rules.amounts_above:g} need two people"
    return ""


def is_for_leads(policy: Policy, item: PolicyItem) -> bool:
    """Whether nobody below a lead sees this item."""
    rules = policy.leads_only
    named = _first(rules.templates, frozenset().union(*item.templates))
    return bool(named) or item.kind in rules.kinds or _has_risk(rules.risks, item)


def sees_what_leads_see(principal: Principal) -> bool:
    """Whether this person sees what a policy keeps for leads."""
    return principal.may(Permission.REVIEW_ESCALATED)


def largest_sum(text: str) -> float:
    """The largest sum of money that a text names in digits or in words, whatever the currency; 0 for none."""
    sums = (mention.same_number for mention in mentions(text) if mention.kind is MentionKind.PRICE)
    return max((float(number.lstrip("#")) for number in sums if number), default=0.0)


def _broken_by(policy: Policy, role: Role, item: PolicyItem, text: str) -> str:
    """How the rules of a role end the sentence "they may send"; empty where they allow the text."""
    held = {Role.AGENT: policy.agents, Role.MANAGER: policy.managers}.get(role)
    return _broken(held, item, text) if held is not None else ""


def _broken(rules: SendingRules, item: PolicyItem, text: str) -> str:
    if rules.templates and not (item.templates and all(names & {*rules.templates} for names in item.templates)):
        return f"only replies from these templates or tags: {_listed(rules.templates)}."
    if rules.channels and item.channel not in rules.channels:
        return f"only on {_listed(rules.channels)}; this is {item.channel}."
    if rules.kinds and item.kind not in rules.kinds:
        return f"only replies to: {_listed(kind.words for kind in rules.kinds)}."
    if rules.verdicts and item.verdict not in rules.verdicts:
        return f"only what the checks call {_listed(verdict.value.replace('_', ' ') for verdict in rules.verdicts)}."
    return _broken_by_text(rules, item, text)


def _broken_by_text(rules: SendingRules, item: PolicyItem, text: str) -> str:
    if rules.languages and (language := _language(item, text)) not in rules.languages:
        found = "could not be told" if language == UNKNOWN_LANGUAGE else f"is {language}"
        return f"only these languages: {_listed(rules.languages)}; the language of this text {found}."
    if rules.amounts_up_to is not None and largest_sum(text) > rules.amounts_up_to:
        return f"only sums up to {rules.amounts_up_to:g}."
    return ""


def _language(item: PolicyItem, text: str) -> str:
    """That of the text, else that of the message."""
    found = detect_language(text)
    return item.language if found == UNKNOWN_LANGUAGE else found


def _has_risk(risks: Collection[str], item: PolicyItem) -> bool:
    return bool(item.risks) and (ANY_RISK in risks or bool(item.risks & {*risks}))


def _first(names: Iterable[str], among: frozenset[str]) -> str:
    return next((name for name in names if name in among), "")


def _says(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text.casefold()) is not None


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:8]) + (" …" if len(shown) > 8 else "")
