"""Contexts and findings for tests."""

from __future__ import annotations

from typing import Any

from replyassist.brands.voice import VoiceRules
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, Finding, check
from replyassist.inbox.inbound import InboundMessage

_AROUND = ("author_name", "author_handle", "parent_text", "answered_text", "earlier_replies")

TEMPLATE = (
    "Delivery takes 4 to 7 working days and costs €50 for 1,000 g, with 20 % off until 18 December. "
    "We are open Monday to Saturday, 9:00 to 18:00. Write to help@fernhill.example, see "
    "https://fernhill.example/shipping or call (123) 456-7890."
)


def voice(**rules: Any) -> VoiceRules:
    """A voice that allows nearly everything that the test does not ask for."""
    open_rules: dict[str, Any] = {
        "brand": "fernhill",
        "name": "Fernhill",
        "exclamations_max": 20,
        "emoji": {"max": 20},
        "capitals_max_run": 20,
        "hashtags_max": 20,
        "length": {"default": {"min": 0, "max": 10_000}},
    }
    return VoiceRules.model_validate(open_rules | rules)


def template(reply: str = TEMPLATE, **fields: Any) -> ReplyTemplate:
    return ReplyTemplate.model_validate({"id": "delivery", "reply": reply} | fields)


def context(*, rules: dict[str, Any] | None = None, reply: str | None = TEMPLATE, **fields: Any) -> CheckContext:
    """A context with this voice and this template reply; None for no template at all.

    ``message`` is its text; the other fields of ``InboundMessage`` may stand beside those of ``CheckContext``.
    """
    fields.setdefault("template", None if reply is None else template(reply))
    inbound = {name: fields.pop(name) for name in ("channel", "visibility", *_AROUND) if name in fields}
    fields["message"] = InboundMessage(fields.pop("message", ""), **inbound)
    return CheckContext(voice=voice(**(rules or {})), **fields)


def findings(text: str, in_context: CheckContext, rule: str = "") -> list[Finding]:
    """The findings of one rule, or of a family such as ``grounding``."""
    return [finding for finding in check(text, in_context).findings if finding.rule.startswith(rule)]


def excerpts(text: str, in_context: CheckContext, rule: str) -> list[str]:
    """The places that one rule objects to, in the order of the text."""
    return [finding.excerpt for finding in findings(text, in_context, rule)]
