"""How much of a template a draft keeps."""

from __future__ import annotations

from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails.extraction import known, mentions
from replyassist.guardrails.mention import Mention, MentionKind

_ALWAYS_FACTS = frozenset(
    {
        MentionKind.LINK,
        MentionKind.EMAIL,
        MentionKind.HANDLE,
        MentionKind.PHONE,
        MentionKind.CODE,
        MentionKind.TIME_SPAN,
        MentionKind.PRICE,
        MentionKind.PERCENTAGE,
        MentionKind.DATE,
        MentionKind.WEEKDAY,
        MentionKind.TIME,
        MentionKind.NUMBER,
    }
)


def coverage(text: str, template: ReplyTemplate) -> float:
    """The share of the template's checkable facts that the text keeps, 0 to 1; 1 where it has none.

    A fact is a number with what it counts, a price, a percentage, a date, a weekday, a time or an address; the
    ends of a range count one each, and the same fact twice counts once.
    """
    facts = {fact.needs for fact in facts_of(template.rendered_reply)}
    if not facts:
        return 1.0
    offered = known((text,)).offers
    return sum(not needs.isdisjoint(offered) for needs in facts) / len(facts)


def facts_of(text: str) -> tuple[Mention, ...]:
    """The checkable facts of a text, in order; offsets are those of the folded text."""
    return tuple(mention for mention in mentions(text) if _is_fact(mention))


def _is_fact(mention: Mention) -> bool:
    return mention.kind in _ALWAYS_FACTS and bool(mention.needs)
