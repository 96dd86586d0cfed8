"""Every number, date, price, link and the like in a draft must stand in its template or its message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.extraction import OfferedFacts, known, mentions
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.mention import Mention, MentionKind
from replyassist.guardrails.text import PlainText, compact, normalise

_NAMES = {
    MentionKind.LINK: "the link",
    MentionKind.EMAIL: "the e-mail address",
    MentionKind.HANDLE: "the account",
    MentionKind.PHONE: "the phone number",
    MentionKind.CODE: "the number or code",
    MentionKind.NUMBER: "the number",
    MentionKind.TIME_SPAN: "the time span",
    MentionKind.PRICE: "the price",
    MentionKind.PERCENTAGE: "the percentage",
    MentionKind.DATE: "the date",
    MentionKind.WEEKDAY: "the day",
    MentionKind.TIME: "the time",
    MentionKind.RELATIVE_TIME: "the time",
    MentionKind.ROUND_THE_CLOCK: "the opening hours",
}
_CONTACTS = frozenset({MentionKind.LINK, MentionKind.EMAIL, MentionKind.HANDLE, MentionKind.PHONE})
_COMMITMENTS = frozenset(
    {
        MentionKind.TIME_SPAN,
        MentionKind.PRICE,
        MentionKind.PERCENTAGE,
        MentionKind.DATE,
        MentionKind.WEEKDAY,
        MentionKind.TIME,
        MentionKind.RELATIVE_TIME,
        MentionKind.ROUND_THE_CLOCK,
    }
)
_NAME_LIKE = frozenset({MentionKind.DATE, MentionKind.WEEKDAY, MentionKind.NUMBER, MentionKind.CODE})
_SENTENCE_END = re.compile(r"[.!?\n]")
_ASKING = re.compile(r"(?<!\w)(?:would you|do you|did you|are you|will you|can i|may i|shall i|should i|could i)(?!\w)")
_TERM = re.compile(
    r"(?<!\w)(?:within|in|by|takes?|need|needs|allow|up to|every|until|the next|another)(?: (?:about|only|just))? $"
)
_NEAR_EXPLANATIONS = {
    "grounding.unit_changed": 'The template has the same number as "{excerpt}", but counts something else there '
    "(for example working days). Please use the template's wording.",
    "grounding.range_shortened": 'The template gives a range and "{excerpt}" is only its lower end. '
    "Please give the whole range or its upper end.",
    "grounding.link_shortened": '"{excerpt}" is only the front part of the address in the template. '
    "Please use the full link.",
    "grounding.unsupported_ordinal": '"{excerpt}" stands neither in the template nor in the message. '
    "Please make sure that it is right, or take it out.",
    "grounding.vague_time_span": '"{excerpt}" is vaguer than the template. '
    "Please use the template's figure or leave the time out.",
}


def grounded_mentions(text: str, context: CheckContext) -> Iterable[Finding]:
    """Object to what neither the template nor the message says, and to what only the message says.

    Without a template a person wrote the text, and every objection is a warning.
    """
    plain = normalise(text)
    trusted = known(context.trusted_texts)
    heard = known(context.untrusted_texts)
    for mention in mentions(text):
        if _supports(trusted, mention, plain) or _is_author(mention, plain, context):
            continue
        if mention.kind is MentionKind.RELATIVE_TIME and _is_asked(mention, plain):
            continue
        yield from _objection(mention, plain, trusted, heard, context)


def _supports(source: OfferedFacts, mention: Mention, plain: PlainText) -> bool:
    if not mention.needs or not mention.needs.isdisjoint(source.offers):
        return True
    if mention.kind is not MentionKind.CODE:
        return False
    letters = compact(plain.text[mention.start : mention.end])
    return len(letters) > 2 and letters in source.letters


def _is_author(mention: Mention, plain: PlainText, context: CheckContext) -> bool:
    """Whether the mention is how the author is called: somebody named April, or their handle."""
    mentioned = plain.text[mention.start : mention.end]
    if mention.kind is MentionKind.HANDLE:
        names = (context.message.author_handle, context.message.author_name)
        return any(name and normalise(name).text.lstrip("@") == mentioned.lstrip("@") for name in names)
    if mention.kind not in _NAME_LIKE or not context.message.author_name:
        return False
    return mentioned in normalise(context.message.author_name).text.split()


def _is_asked(mention: Mention, plain: PlainText) -> bool:
    """Whether the reply asks the author ("are you coming tonight?"), which promises nothing."""
    before = _SENTENCE_END.split(plain.text[: mention.start])[-1]
    after = _SENTENCE_END.search(plain.text, mention.end)
    return bool(_ASKING.search(before)) and after is not None and after[0] == "?"


def _is_echo_of_the_past(mention: Mention, plain: PlainText, heard: OfferedFacts) -> bool:
    """Whether the reply takes up how long the author has waited, and does not name a term of its own."""
    if mention.needs.isdisjoint(heard.past):
        return False
    return _TERM.search(plain.text, max(0, mention.start - 24), mention.start) is None


def _objection(
    mention: Mention, plain: PlainText, trusted: OfferedFacts, heard: OfferedFacts, context: CheckContext
) -> Iterator[Finding]:
    excerpt = plain.original[slice(*plain.span(mention.start, mention.end))]
    if _supports(heard, mention, plain):
        if _is_echo_of_the_past(mention, plain, heard):
            return
        decision = _only_heard(mention, excerpt, has_template=context.template is not None)
    else:
        decision = _near(mention, excerpt, trusted) or _unsupported(mention, excerpt, trusted)
    if decision is None:
        return
    rule, severity, explanation = decision
    if context.template is None:
        severity = Severity.WARN
    yield report(
        plain.original,
        plain.span(mention.start, mention.end),
        rule=rule,
        severity=severity,
        explanation=explanation,
    )


def _only_heard(mention: Mention, excerpt: str, *, has_template: bool) -> tuple[str, Severity, str] | None:
    """Echoing an order number is fine; a contact may be planted, and a price or time may become a promise."""
    if mention.kind in _CONTACTS:
        return (
            "grounding.planted_contact",
            Severity.BLOCK,
            f'{_named(mention)} "{excerpt}" comes from the message and not from the template. '
            "Somebody may have planted it; please take it out.",
        )
    if mention.kind not in _COMMITMENTS or mention.in_the_past or not has_template:
        return None
    return (
        "grounding.only_in_message",
        Severity.WARN,
        f'{_named(mention)} "{excerpt}" stands only in the message, not in the template. '
        "Please make sure that the reply does not promise it.",
    )


def _near(mention: Mention, excerpt: str, trusted: OfferedFacts) -> tuple[str, Severity, str] | None:
    for key, rule in mention.near:
        if not key or key in trusted.offers:
            return rule, Severity.WARN, _NEAR_EXPLANATIONS[rule].format(excerpt=excerpt)
    return None


def _unsupported(mention: Mention, excerpt: str, trusted: OfferedFacts) -> tuple[str, Severity, str]:
    rule = f"grounding.unsupported_{mention.kind}"
    severity = Severity.WARN if mention.kind is MentionKind.ROUND_THE_CLOCK else Severity.BLOCK
    reason = "stands neither in the template nor in the message."
    if mention.kind is MentionKind.LINK and mention.same_number in trusted.offers:
        reason = "leads to a page that the template does not name."
    elif mention.same_number in trusted.offers:
        reason = "does not stand in the template: the number is there, but with another unit."
    return rule, severity, f'{_named(mention)} "{excerpt}" {reason} Please use the template\'s or take it out.'


def _named(mention: Mention) -> str:
    name = _NAMES[mention.kind]
    return name[0].upper() + name[1:]
