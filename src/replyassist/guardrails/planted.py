"""What a stranger wanted to see in the brand's reply, and got: contacts, codes, claims and words of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from replyassist.guardrails.addresses import Address, addresses
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.extraction import known
from replyassist.guardrails.findings import Severity
from replyassist.guardrails.mention import MentionKind
from replyassist.guardrails.sources import shared_runs, strangers_texts, suspicious_texts
from replyassist.guardrails.text import compact, normalise, sentence_spans
from replyassist.guardrails.words import content_vocabulary, content_words

COPIED_FROM_SUSPICIOUS = 4
"""Words in a row from a suspicious text that nobody writes by chance, when two of them name a matter."""
COPIED_FROM_ANYBODY = 9
"""The same for any message: taking up a detail ("half your coffee loose in the box") is what good replies do."""
THEIR_MATTERS = 3
"""Words that name a matter, in one sentence, which stand in a suspicious text and in nothing of the brand's."""

_CODE = re.compile(r"(?<![\w@/.#-])(?=[A-Z0-9_-]*[A-Z])[A-Z0-9][A-Z0-9_-]{3,}(?![\w-])")
_OFFERED = re.compile(
    r"(?<!\w)(?:use|using|enter|apply|redeem|quote|type|add|with|try|grab|win|won|get|mention|include|verification|token"
    r"|reference|promo|voucher|coupon|discount)(?!\w)[^.!?]{0,40}$"
)
_BOAST = re.compile(
    r"(?<!\w)(?:HACKED|PWNED|OWNED BY|JAILBROKEN)(?!\w)"
    r"|(?<!\w)(?i:(?:has|have|was|were|been|got) (?:been )?(?:pwned|jailbroken)|you(?:'ve| have) been hacked"
    r"|(?:we|i)(?:'ve| have) been hacked|hacked by \w+)"
)
_NOT_CODES = frozenset({"DHL", "UPS"})


@dataclass(frozen=True, slots=True)
class PlantedClaim:
    """A place of the reply, how bad it is, and why (a sentence that goes on after the quoted place)."""

    span: tuple[int, int]
    reason: str
    severity: Severity = Severity.BLOCK


def planted_contacts(text: str, context: CheckContext) -> Iterator[PlantedClaim]:
    """Links, e-mail addresses, handles and phone numbers that only strangers' texts name."""
    found = addresses(text)
    if not found:
        return
    theirs = _canonical(strangers_texts(context))
    ours = _canonical((*context.trusted_texts, *context.voice.allowed_link_domains))
    own_handle = normalise(context.message.author_handle or "").text.lstrip("@")
    plain = normalise(text)
    for address in found:
        is_author = address.kind is MentionKind.HANDLE and address.canonical == own_handle
        if is_author or _keys(address) & ours or not _keys(address) & theirs:
            continue
        yield PlantedClaim(
            plain.span(address.start, address.end), "comes from a stranger's text. A reply must not pass it on."
        )


def planted_codes(text: str, context: CheckContext) -> Iterator[PlantedClaim]:
    """Codes of a stranger's text that the reply offers to readers; with a suspicious text, any mention of one."""
    theirs = " ".join(compact(source) for source in strangers_texts(context))
    suspicious = " ".join(compact(source) for source in suspicious_texts(context))
    ours = " ".join(compact(source) for source in context.trusted_texts)
    for match in _CODE.finditer(text):
        code = compact(match[0])
        if code not in theirs or code in ours or match[0] in _NOT_CODES:
            continue
        if code in suspicious or _OFFERED.search(normalise(text[: match.start()]).text):
            yield PlantedClaim(match.span(), "comes from a stranger's text. A reply must not offer it.")


def planted_claims(text: str, context: CheckContext) -> Iterator[PlantedClaim]:
    """Boasts of an attacker, wherever they come from."""
    for match in _BOAST.finditer(text):
        if match[0] not in context.template_text:
            yield PlantedClaim(match.span(), "is what an attacker wants to read here.")


def planted_words(text: str, context: CheckContext) -> Iterator[PlantedClaim]:
    """Words in a row, or matters, from a suspicious text; and whole passages from any stranger's text."""
    suspicious = suspicious_texts(context)
    ours = context.trusted_texts
    if suspicious:
        for span in shared_runs(text, suspicious, length=COPIED_FROM_SUSPICIOUS, without=ours):
            if len(content_words(text[slice(*span)])) >= 2:
                yield PlantedClaim(span, "repeats a text that tries to steer the machine.")
        yield from _their_matters(text, suspicious, ours)
    for span in shared_runs(text, strangers_texts(context), length=COPIED_FROM_ANYBODY, without=ours):
        yield PlantedClaim(span, "repeats a stranger's text word for word. Is that meant?", Severity.WARN)


def _their_matters(text: str, suspicious: tuple[str, ...], ours: tuple[str, ...]) -> Iterator[PlantedClaim]:
    theirs = content_vocabulary(suspicious) - content_vocabulary(ours)
    for start, end in sentence_spans(text):
        if len(theirs.intersection(content_words(text[start:end]))) >= THEIR_MATTERS:
            yield PlantedClaim((start, end), "takes up a text that tries to steer the machine.")


def _canonical(texts: tuple[str, ...]) -> frozenset[str]:
    offers = known(texts).offers
    return offers | frozenset(key for text in texts for address in addresses(text) for key in _keys(address))


def _keys(address: Address) -> frozenset[str]:
    """A link counts by its host, so that another page of a stranger's site is the stranger's too."""
    keys = {f"{address.kind}:{address.canonical}"}
    if address.host:
        keys.add(f"host:{address.host}")
    return frozenset(keys)
