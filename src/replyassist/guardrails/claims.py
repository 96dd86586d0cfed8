"""What a draft says that the brand did, will do, or gives: it may only say what its template does."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.stance import is_asked, is_denied
from replyassist.guardrails.text import normalise

STEM = 6
"""Letters of a word by which its forms are one: refund, refunded, refunds."""

# stem of the verb -> its past participles
_VERBS = {
    "refund": "refunded",
    "reimburse": "reimbursed",
    "compensate": "compensated",
    "credit": "credited",
    "cancel": "cancelled|canceled",
    "ship": "shipped",
    "send": "sent",
    "dispatch": "dispatched|despatched",
    "post": "posted",
    "replace": "replaced",
    "resend": "resent",
    "exchange": "exchanged",
    "reorder": "reordered",
    "escalate": "escalated",
    "forward": "forwarded",
    "pass": "passed",
    "update": "updated",
    "change": "changed",
    "correct": "corrected",
    "fix": "fixed",
    "sort": "sorted",
    "solve": "solved|resolved",
    "reset": "reset",
    "unlock": "unlocked",
    "check": "checked|investigated",
    "look into": "looked into",
    "contact": "contacted|emailed|e-mailed",
    "call": "called|phoned",
    "book": "booked",
    "reserve": "reserved",
    "process": "processed",
    "issue": "issued",
    "approve": "approved",
    "add": "added",
    "remove": "removed|deleted",
    "restock": "restocked",
    "extend": "extended",
    "waive": "waived",
    "upgrade": "upgraded",
    "guarantee": "guaranteed",
    "promise": "promised",
}
_PARTICIPLE = "|".join(_VERBS.values())
_WE = r"(?:we|i|someone|a colleague|a person|(?:our|the) (?:\w+ ){0,2}(?:team|people|colleagues?|manager|courier))"
_ADVERB = r"(?:now |just |already |also |since |therefore |gone ahead and |successfully |been ){0,3}"
_DONE = re.compile(
    rf"(?<!\w){_WE}(?:'ve|'s| have| has| had)? {_ADVERB}(?P<verb>{_PARTICIPLE})(?!\w)"
    rf"|(?<!\w)(?:(?:has|have) {_ADVERB}|(?:is|are) (?:now |being |already ))(?P<passive>{_PARTICIPLE})(?!\w)"
    r"|(?<!\w)(?:back in stock|back on (?:the|our) shelves|(?:on|out) (?:its|their|the) way|out for delivery|in transit"
    r"|(?:is|are|'s) (?:now |already )?in the post|all (?:sorted|fixed|resolved)|up and running again)(?!\w)"
)
_COMING = re.compile(
    rf"(?<!\w){_WE}(?:'ll| will| shall|(?:'re|'m| are| am| is) going to)(?: \w+ly| also| now| just| of course)*"
    rf" (?P<verb>{'|'.join(_VERBS)}|(?P<touch>get back|be in touch|reach out|follow up|let you know))(?!\w)"
    rf"|(?<!\w){_WE}(?: can| do)? (?P<thing>guarantee|promise)(?!\w)"
)
_GIVEN = re.compile(
    r"(?<!\w)(?:gets?|receive|have|give|send|offer|make|add|entitled to|is|are|be|on|claim|arrange|include)"
    r"(?: you| for you)? (?:(?:an?|your|the|another|some|full|partial|small|little|special|free|\d+ ?%)[ -]){0,4}"
    r"(?P<thing>refund|reimbursement|compensation|money[- ]back|store credit|replacement|discount|voucher|coupon"
    r"|gift|freebie|bonus|upgrade|exception)s?(?!\w)(?! (?:card|code|request|form|page|polic))"
    r"|(?:'ll be| will be| are| is) (?:fully |partially )?(?P<done>refunded|reimbursed|compensated)(?!\w)"
    r"|(?P<free>(?<!\w)(?:free of (?:any )?charge|for free|complimentary|on the house"
    r"|(?:at|for|with) no (?:extra |additional )?(?:cost|charge|fee)s?)(?!\w)"
    r"|(?:(?<!\w)(?:is|are|ships?)|'s) (?:totally |completely |always )?free"
    r"(?=[.,!;)]|$| (?:for|in|on|over|from)(?!\w)))"
)
_FREE = (
    r"(?<!\w)free(?! to)|complimentary|no (?:extra |additional )?(?:cost|charge|fee)|n't charge|not charge|on the house"
    r"|without (?:a )?(?:charge|fee|cost)|included"
)
_REDUCTIONS = frozenset({"discount", "voucher", "coupon"})
_REDUCED = r"discount|voucher|coupon|code|%|percent|reduced|half"
_TOUCH = r"get back|touch|reach out|follow up|let you know|call|ring|phone|write|e-?mail|message|repl(?:y|ies)"
_CONDITION = re.compile(
    r"(?<!\w)(?:when|whenever|once|if|as soon as|until|till|the moment|in case|unless|whether|before|asked for)(?!\w)"
)


def unsupported_actions(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of an action or a state of affairs that the template does not claim."""
    yield from _unsupported(
        text,
        context,
        (_DONE,),
        rule="grounding.unsupported_action",
        severity=Severity.WARN,
        explanation="says that something was done or is under way, and the template does not. "
        "Please make sure that it is true, or take it out.",
    )


def unsupported_promises(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block what the brand will do, refund, replace or give for nothing, and its template does not say.

    Without a template a person wrote the text, and it is a warning.
    """
    yield from _unsupported(
        text,
        context,
        (_COMING, _GIVEN),
        rule="grounding.unsupported_promise",
        severity=Severity.WARN if context.template is None else Severity.BLOCK,
        explanation="is a promise that the template does not make. Please take it out or use the template's wording.",
    )


def _unsupported(
    text: str,
    context: CheckContext,
    patterns: Iterable[re.Pattern[str]],
    *,
    rule: str,
    severity: Severity,
    explanation: str,
) -> Iterable[Finding]:
    plain = normalise(text)
    sources = normalise("\n".join(context.trusted_texts)).text
    for pattern in patterns:
        for match in pattern.finditer(plain.text):
            start, end = match.span()
            if is_asked(plain.text, end) or is_denied(plain.text, start, end) or _is_supposed(plain.text, start):
                continue
            if not _is_said(match, sources):
                span = plain.span(start, end)
                excerpt = text[slice(*span)].strip()
                yield report(text, span, rule=rule, severity=severity, explanation=f'"{excerpt}" {explanation}')


def _is_supposed(text: str, position: int) -> bool:
    """Whether its own part of the sentence starts with "when", "once" or the like."""
    return _CONDITION.search(re.split(r"[.!?;:,\n]", text[max(0, position - 60) : position])[-1]) is not None


def _is_said(match: re.Match[str], sources: str) -> bool:
    """Whether the sources say it; what they deny they do not say."""
    said = re.finditer(_said_by(match), sources)
    return match[0] in sources or any(not is_denied(sources, *found.span()) for found in said)


def _said_by(match: re.Match[str]) -> str:
    """A pattern of what in a source says the same."""
    groups = {name: found for name, found in match.groupdict().items() if found}
    if "touch" in groups or "free" in groups:
        return _TOUCH if "touch" in groups else _FREE
    if "passive" in groups:
        return rf"(?<!\w)(?:has|have|is|are|be|been|being) {groups['passive']}(?!\w)"
    if verb := groups.get("verb"):
        done = rf"(?:we|i)(?:'ve| have)? (?:\w+ )?{verb}(?!\w)"
        return rf"(?<!\w)(?:{verb}|{_VERBS[verb]})" if verb in _VERBS else rf"(?<!\w){done}"
    thing = groups.get("thing") or groups.get("done")
    if thing in _REDUCTIONS:
        return _REDUCED
    return rf"(?<!non-){re.escape(thing[:STEM])}" if thing else re.escape(match[0])
