"""What stands against an item whatever its text is: doubts about the message, its template as it is now, its thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Finding, Severity

from .models import ReviewItem
from .surroundings import Surroundings
from .thread_findings import thread_findings

TEMPLATE_CHANGED = "template.changed"
TEMPLATE_NOT_FOR_HERE = "template.not_for_here"


def standing_findings(item: ReviewItem, around: Surroundings, *, now: datetime) -> tuple[Finding, ...]:
    """Findings about the message and the template as things stand; those that a person confirmed ask nothing more."""
    found = (*thread_findings(item, around), *_of_templates(item, around, now=now), *item.proposal.doubts)
    return tuple(settled(finding, item) for finding in found)


def settled(finding: Finding, item: ReviewItem) -> Finding:
    """The finding, as confirmed where somebody did."""
    by = item.confirmed.by(finding, read=item.read_digest)
    return finding.confirmed(by) if by else finding


def why_not_here(template: ReplyTemplate, *, channel: str, visibility: str, day: date) -> str:
    """In plain words, why a template may not be used there on that day; empty where it may."""
    if template.valid_from and day < template.valid_from:
        return f"is valid from {template.valid_from.isoformat()} only"
    if template.valid_until and day > template.valid_until:
        return f"was valid until {template.valid_until.isoformat()}"
    if template.channels and channel not in template.channels:
        return f"is for {', '.join(template.channels)}, not for {channel}"
    if template.visibility not in (visibility, "any"):
        return f"is for {template.visibility.value} replies only"
    return ""


def unusable_templates(item: ReviewItem, around: Surroundings, *, now: datetime) -> tuple[str, ...]:
    """One sentence for each template of the item that may not be used here today (by the brand's own calendar)."""
    visibility, day = around.stored.conversation.visibility, around.brand.day(now)
    reasons = (
        (template, why_not_here(template, channel=item.channel, visibility=visibility, day=day))
        for template in around.templates
    )
    return tuple(f'The template "{template.title or template.id}" {why}.' for template, why in reasons if why)


def _of_templates(item: ReviewItem, around: Surroundings, *, now: datetime) -> Iterator[Finding]:
    if not item.template_id:
        return
    kept = item.proposal
    drafted = tuple(used.version for used in kept.used_templates if used.version)
    if tuple(template.version for template in around.templates) != drafted:
        yield Finding(
            rule=TEMPLATE_CHANGED,
            severity=Severity.BLOCK,
            explanation="The template has changed since this was drafted. Please draft it anew.",
        )
    for explanation in unusable_templates(item, around, now=now):
        yield Finding(rule=TEMPLATE_NOT_FOR_HERE, severity=Severity.BLOCK, explanation=explanation)
