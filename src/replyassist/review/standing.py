"""What stands against an item whatever its text is: doubts about the message, its template as it is now, its thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.errors import NotFound
from replyassist.faq.service import get_template
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Finding, Severity
from replyassist.inbox.service import load

from .models import ReviewItem
from .thread_findings import thread_findings

TEMPLATE_CHANGED = "template.changed"
TEMPLATE_NOT_FOR_HERE = "template.not_for_here"


def standing_findings(session: Session, item: ReviewItem, *, now: datetime) -> tuple[Finding, ...]:
    """Findings about the message and the template as things stand; those that a person confirmed ask nothing more."""
    found = (*thread_findings(session, item), *_of_templates(session, item, now=now), *item.proposal.doubts)
    return tuple(settled(finding, item) for finding in found)


def settled(finding: Finding, item: ReviewItem) -> Finding:
    """The finding, as confirmed where somebody did."""
    by = item.confirmed.by(finding)
    return finding.confirmed(by) if by else finding


def templates_of(session: Session, item: ReviewItem) -> tuple[ReplyTemplate, ...]:
    """The templates that the draft stands on, as they are now; without those that are gone."""
    ids = (item.template_id, item.proposal.also_template_id)
    found = (_template(session, item.brand_id, template_id) for template_id in ids if template_id)
    return tuple(template for template in found if template is not None)


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


def unusable_templates(session: Session, item: ReviewItem, *, now: datetime) -> tuple[str, ...]:
    """One sentence for each template of the item that may not be used here today (by the brand's own calendar)."""
    templates = templates_of(session, item)
    if not templates:
        return ()
    stored, brand = load(session, item.message_id), get_brand(session, item.brand_id)
    visibility, day = stored.conversation.visibility, brand.day(now)
    reasons = (
        (template, why_not_here(template, channel=item.channel, visibility=visibility, day=day))
        for template in templates
    )
    return tuple(f'The template "{template.title or template.id}" {why}.' for template, why in reasons if why)


def _of_templates(session: Session, item: ReviewItem, *, now: datetime) -> Iterator[Finding]:
    if not item.template_id:
        return
    kept = item.proposal
    drafted = tuple(filter(None, (kept.template_version, kept.also_template_version)))
    if tuple(template.version for template in templates_of(session, item)) != drafted:
        yield Finding(
            rule=TEMPLATE_CHANGED,
            severity=Severity.BLOCK,
            explanation="The template has changed since this was drafted. Please draft it anew.",
        )
    for explanation in unusable_templates(session, item, now=now):
        yield Finding(rule=TEMPLATE_NOT_FOR_HERE, severity=Severity.BLOCK, explanation=explanation)


def _template(session: Session, brand_id: str, template_id: str) -> ReplyTemplate | None:
    try:
        return get_template(session, brand_id, template_id)
    except NotFound:
        return None
