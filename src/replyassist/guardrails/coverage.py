"""How much of a template a draft keeps."""

from __future__ import annotations

from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails.extraction import known, mentions
from replyassist.guardrails.mention import Kind, Mention
from replyassist.guardrails.words import content_words

_ALWAYS_FACTS = frozenset(
    {
        Kind.LINK,
        Kind.EMAIL,
        Kind.HANDLE,
        Kind.PHONE,
        Kind.CODE,
        Kind.TIME_SPAN,
        Kind.PRICE,
        Kind.PERCENTAGE,
        Kind.DATE,
        Kind.WEEKDAY,
        Kind.TIME,
        Kind.NUMBER,
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


def content_recall(text: str, template_reply: str) -> float:
    """The share of the template reply's content words that the text has too, 0 to 1; 1 where it has none."""
    wanted = set(content_words(template_reply))
    if not wanted:
        return 1.0
    return len(wanted & set(content_words(text))) / len(wanted)


def _is_fact(mention: Mention) -> bool:
    return mention.kind in _ALWAYS_FACTS and bool(mention.needs)
