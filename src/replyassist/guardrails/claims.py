"""What a draft claims to have done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise

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
    "reorder": "reordered",
    "escalate": "escalated",
    "forward": "forwarded",
    "pass": "passed",
    "update": "updated",
    "change": "changed",
    "correct": "corrected",
    "fix": "fixed",
    "solve": "solved|resolved",
    "reset": "reset",
    "unlock": "unlocked",
    "check": "checked|looked into|investigated",
    "contact": "contacted|called|phoned|emailed|e-mailed",
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
}
_PARTICIPLE = "|".join(_VERBS.values())
_ADVERB = r"(?:now |just |already |also |since |therefore |gone ahead and |successfully |been ){0,3}"
_DONE = re.compile(
    rf"(?<!\w)(?:we|i|our team|the team)(?:'ve|'s| have| has| had)? {_ADVERB}(?P<verb>{_PARTICIPLE})(?!\w)"
    rf"|(?<!\w)(?:(?:has|have) {_ADVERB}|(?:is|are) (?:now |being |already ))(?P<passive>{_PARTICIPLE})(?!\w)"
)
_COMING = re.compile(
    r"(?<!\w)(?:we|i|our team|the team)(?:'ll| will|'re going to| are going to|'m going to)"
    r" (?:also |now |gladly |happily )?"
    r"(?P<verb>credit|cancel|ship|send|dispatch|upgrade|extend|book|reserve|change|update|correct|reset|unlock|remove)"
    r"(?!\w)"
)
_STATE = re.compile(
    r"(?<!\w)(?:back in stock|back on (?:the|our) shelves|(?:on|out) (?:its|their|the) way|out for delivery|in transit"
    r"|(?:is|are|'s) (?:now |already )?in the post"
    r"|all (?:sorted|fixed|resolved)"
    r"|up and running again)(?!\w)"
)
_CONDITION = re.compile(
    r"(?<!\w)(?:when|whenever|once|if|as soon as|until|till|the moment|in case|unless|whether)(?!\w)"
)


def unsupported_actions(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of an action or a state of affairs that the template does not claim."""
    plain = normalise(text)
    sources = normalise("\n".join(context.trusted_texts)).text
    for match in _claims(plain.text):
        if _is_conditional(plain.text, match.start()) or _is_supported(match, sources):
            continue
        span = plain.span(*match.span())
        yield report(
            text,
            span,
            rule="grounding.unsupported_action",
            severity=Severity.WARN,
            explanation=f'"{text[slice(*span)]}" says that something was done, is under way or will be done, and the '
            "template does not. Please make sure that it is true, or take it out.",
        )


def _claims(text: str) -> Iterator[re.Match[str]]:
    for pattern in (_DONE, _COMING, _STATE):
        yield from pattern.finditer(text)


def _is_conditional(text: str, position: int) -> bool:
    """Whether the clause starts with "when", "once" or the like."""
    clause = re.split(r"[.!?;:\n]", text[max(0, position - 60) : position])[-1]
    return _CONDITION.search(clause) is not None


def _is_supported(match: re.Match[str], sources: str) -> bool:
    if match[0] in sources:
        return True
    groups = match.groupdict()
    if groups.get("passive"):
        return re.search(rf"(?<!\w)(?:has|have|is|are|be|been|being) {match['passive']}(?!\w)", sources) is not None
    verb = groups.get("verb")
    if verb is None:
        return False
    if verb in _VERBS:
        return re.search(rf"(?<!\w)(?:{verb}|{_VERBS[verb]})", sources) is not None
    done = re.search(rf"(?<!\w)(?:we|i)(?:'ve| have)? (?:\w+ )?{verb}(?!\w)", sources)
    return done is not None
