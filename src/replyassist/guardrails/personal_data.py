"""Nobody's personal data in a reply that everybody can read, and only the author's own in a private one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise
from replyassist.privacy import PersonalData, PersonalDataKind, canonical, find, tells_of_somebody

_WORDS = {
    PersonalDataKind.EMAIL: "an e-mail address",
    PersonalDataKind.PHONE: "a telephone number",
    PersonalDataKind.CARD: "a card number",
    PersonalDataKind.IBAN: "a bank account number",
    PersonalDataKind.IP: "an internet address",
    PersonalDataKind.URL: "a link with personal parts",
    PersonalDataKind.ADDRESS: "a street address",
    PersonalDataKind.ORDER: "an order or customer number",
    PersonalDataKind.BIRTH_DATE: "a date of birth",
    PersonalDataKind.NATIONAL_ID: "a national identity number",
}
_LEAST_COMMON_DIGITS = 7  # a local number without area code; with or without a country code it is the same telephone

_WORD = re.compile(r"\w+")

Value = tuple[PersonalDataKind, str]


def personal_data(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block personal data in public, warn of other people's in private, and block card numbers everywhere.

    What the template, its links and the voice hold is the brand's own, and so are e-mail addresses at its domains.
    In private, what the author's message holds is the author's own. Names are left to the greeting's rule.
    """
    for span, item in _found(text):
        if item.kind is PersonalDataKind.CARD:
            yield report(
                text,
                span,
                rule="privacy.card_number",
                severity=Severity.BLOCK,
                explanation="A card number may not be in any reply.",
            )
        elif item.kind in _WORDS and tells_of_somebody(item) and not _is_own(item, context):
            yield _finding(text, span, item, context)


def _finding(text: str, span: tuple[int, int], item: PersonalData, context: CheckContext) -> Finding:
    what = f"This is {_WORDS[item.kind]} that is not the brand's"
    if context.message.visibility == "private":
        rule, severity = "privacy.other_persons_data", Severity.WARN
        explanation = f"{what} and not in the message."
    else:
        rule, severity = "privacy.personal_data_in_public", Severity.BLOCK
        explanation = f"{what}, and everybody can read this reply."
    return report(text, span, rule=rule, severity=severity, explanation=explanation)


def _found(text: str) -> Iterator[tuple[tuple[int, int], PersonalData]]:
    """Each place once: as it is written, and as it reads without invisible and look-alike characters."""
    seen: list[tuple[int, int]] = []
    for item in find(text):
        seen.append((item.start, item.end))
        yield (item.start, item.end), item
    plain = normalise(text)
    if plain.text == text.lower():
        return
    for item in find(plain.text):
        start, end = plain.span(item.start, item.end)
        if not any(start < other_end and other_start < end for other_start, other_end in seen):
            yield (start, end), item


def _is_own(item: PersonalData, context: CheckContext) -> bool:
    if item.kind is PersonalDataKind.EMAIL and _is_at(item.text, context.voice.allowed_link_domains):
        return True
    texts = (*context.trusted_texts, context.voice.about, context.voice.persona)
    if context.message.visibility == "private":
        texts = (*texts, context.message.text)
    value = (item.kind, canonical(item))
    own = _values(texts)
    return value in own or any(_is_same(value, other) for other in own)


def _is_at(email: str, domains: Iterable[str]) -> bool:
    host = email.rpartition("@")[2].casefold()
    return any(host == domain.casefold() or host.endswith(f".{domain.casefold()}") for domain in domains)


@lru_cache(maxsize=64)
def _values(texts: tuple[str, ...]) -> frozenset[Value]:
    return frozenset((item.kind, canonical(item)) for text in texts for item in find(text))


def _is_same(value: Value, other: Value) -> bool:
    """Whether two ways to write it mean one telephone, or one address is a part of the other."""
    (kind, written), (other_kind, other_written) = value, other
    if kind is not other_kind:
        return False
    if kind is PersonalDataKind.ADDRESS:
        words, other_words = set(_WORD.findall(written)), set(_WORD.findall(other_written))
        return words <= other_words or other_words <= words
    if kind is not PersonalDataKind.PHONE:
        return False
    digits, other_digits = written.lstrip("0"), other_written.lstrip("0")
    shorter = min(len(digits), len(other_digits))
    return shorter >= _LEAST_COMMON_DIGITS and digits[-shorter:] == other_digits[-shorter:]
