"""A reply may promise only what its template promises, whatever the brand's list of phrases says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.promise_kinds import PROMISE_KINDS, PromiseKind
from replyassist.guardrails.stance import clause_before, is_asked, is_denied, is_supposed
from replyassist.guardrails.text import normalise

_BY_US = re.compile(r"(?:'ll|(?<!\w)(?:will|we|i|our|is being|are being|we're|it's|going))(?!\w)")
_YOU_CAN = re.compile(r"you (?:can|could|may) (?:always|certainly|definitely)")


def unsupported_promises(text: str, context: CheckContext) -> Iterable[Finding]:
    """Object to a promise that neither the template nor the voice's set phrases make.

    Denied ("we can't promise"), supposed ("if we refund it") and asked ones ("would you like us to call?") are no
    promises; to ask whether a refund, replacement or gift is wanted is one that needs a look. Without a template a
    person wrote the text, and every objection is a warning.
    """
    plain = normalise(text)
    sources = normalise("\n".join(context.trusted_texts)).text
    for promise in PROMISE_KINDS:
        for match in promise.worded.finditer(plain.text):
            asked = is_asked(plain.text, match.end())
            if (asked and not promise.askable) or not _is_meant(promise, match, plain.text):
                continue
            if _is_made(promise, sources):
                break
            span = plain.span(*match.span())
            yield report(
                text,
                span,
                rule="grounding.unsupported_promise",
                severity=Severity.WARN if asked or context.template is None else promise.severity,
                explanation=f'"{text[slice(*span)].strip()}" promises {promise.name}, and the template does not. '
                "Please take it out or use the template's wording.",
            )


def _is_made(promise: PromiseKind, sources: str) -> bool:
    return any(not is_denied(sources, *match.span()) for match in promise.made_by.finditer(sources))


def _is_meant(promise: PromiseKind, match: re.Match[str], text: str) -> bool:
    start, end = match.span()
    if is_denied(text, start, end) or is_supposed(text, start):
        return False
    if promise.by_us and not _BY_US.search(clause_before(text, start)):
        return False
    return _YOU_CAN.search(text, max(0, start - 12), end) is None
