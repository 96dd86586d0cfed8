"""Links and e-mail addresses may lead only to the brand's own domains."""

from __future__ import annotations

from collections.abc import Iterable

from replyassist.guardrails.addresses import Address, addresses
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.mention import MentionKind
from replyassist.guardrails.text import normalise


def link_domains(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block what leads outside the allowed domains, or hides where it leads.

    Subdomains of an allowed domain are allowed, and so is an e-mail address of the template itself. A brand that
    lists no domains leaves plain links to grounding; a link with a trick in it is blocked all the same.
    """
    plain = normalise(text)
    allowed = tuple(normalise(domain).text.strip(". ") for domain in context.voice.allowed_link_domains)
    for address in addresses(text):
        if address.kind not in (MentionKind.LINK, MentionKind.EMAIL):
            continue
        reason = address.trick or _outside(address, allowed, context)
        if not reason:
            continue
        span = plain.span(address.start, address.end)
        yield report(
            text,
            span,
            rule="voice.link_domain",
            severity=Severity.BLOCK,
            explanation=f'"{text[slice(*span)]}" may not be in a reply: {reason}.',
        )


def _outside(address: Address, allowed: tuple[str, ...], context: CheckContext) -> str:
    host = address.host
    if not allowed or any(host == domain or host.endswith(f".{domain}") for domain in allowed):
        return ""
    if address.kind is MentionKind.EMAIL and address.canonical in normalise(context.template_text).text:
        return ""
    if "xn--" in host or not host.isascii():
        return "its domain has letters that only look like others"
    if any(domain in host for domain in allowed):
        return f'it looks like your own domain but leads to "{host}"'
    return f'"{host}" is not one of the brand\'s domains'
