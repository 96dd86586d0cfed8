"""Numbers that carry their own proof: payment cards, bank accounts, internet addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from stdnum import iban, luhn

from replyassist.privacy.cues import is_announced, words

_CARD = re.compile(r"(?<![\w.,+-])\d(?:[ .-]?\d){11,30}(?![\w-])")
_GROUP = re.compile(r"\d+")
_CARD_WORDS = words(
    r"cc cards? card(?:holder)? visa master\s?card amex american\sexpress maestro discover diners pan debit credit"
    r" kredit\w* karten?\w* carte tarjeta carta cartão kort\w* kaart karta"
)
_OTHER_WORDS = words(
    r"order parcel tracking shipment ticket invoice reference ref case bestell\w* sendung\w* commande pedido ordine"
    r" gift voucher loyalty"
)
_CARD_REACH, _OTHER_REACH = 40, 25
_ISSUERS = "23456"
_SURE_LENGTHS = range(13, 20)
_IBAN = re.compile(r"(?<![\w])[A-Z]{2}[ -]?\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE)
_MISTYPED_IBAN = re.compile(  # groups with a digit, and the letters of a bank before one
    r"[A-Z]{2}[ -]?\d{2}(?:[ -]?[A-Z0-9]*\d[A-Z0-9]*|[ -]?[A-Z]{4}(?=[ -]?\d)){1,9}(?!\w)", re.IGNORECASE
)
_IBAN_WORD = words(r"iban bank\s?account konto\w* bank\sdetails wire")
_SHORTEST_IBAN = 15  # Norway's, ISO 13616
_IPV4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?(?![\w:])", re.IGNORECASE)
_VERSION = words(r"v version release build firmware update ios android", after=r"\s{0,2}$")


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Numbers of 12 to 19 digits that pass Luhn's check as an issuer's card, or that are announced as a card.

    Issuers' first digits are 2 to 6 (ISO/IEC 7812-1), and 1800 for old JCB cards. Other numbers may stand before and
    after it, such as the month and year until which it is valid. A mistyped number that was announced as a card counts
    too: most of it is still somebody's.
    """
    for match in _CARD.finditer(text):
        proven = _proven_card(match[0])
        if proven:
            yield match.start() + proven[0], match.start() + proven[1]
            continue
        is_card = is_announced(text, match.start(), _CARD_WORDS, reach=_CARD_REACH)
        is_other = is_announced(text, match.start(), _OTHER_WORDS, reach=_OTHER_REACH)
        if is_card and not is_other:
            yield match.span()


def _proven_card(written: str) -> tuple[int, int] | None:
    """The first run of whole groups of digits that is a card's number."""
    groups = [group.span() for group in _GROUP.finditer(written)]
    for first, (start, _) in enumerate(groups):
        digits = ""
        for group_start, end in groups[first:]:
            digits += written[group_start:end]
            issued = digits[0] in _ISSUERS or digits.startswith("1800")
            if len(digits) in _SURE_LENGTHS and issued and luhn.is_valid(digits):
                return start, end
    return None


def bank_accounts(text: str) -> Iterator[tuple[int, int]]:
    """International bank account numbers whose check digits are right, or that are announced as such."""
    for match in _IBAN.finditer(text):
        end = _proven_end(text, match)
        if end:
            yield match.start(), end
        elif is_announced(text, match.start(), _IBAN_WORD, reach=_CARD_REACH):
            written = _MISTYPED_IBAN.match(text, match.start())
            if written:
                yield written.span()


def _proven_end(text: str, match: re.Match[str]) -> int:
    """Where the longest valid number that begins here ends; 0 when there is none."""
    ends = [place + 1 for place in range(match.start(), match.end()) if text[place].isalnum()]
    for end in reversed(ends[_SHORTEST_IBAN - 1 :]):
        at_a_word_end = end == len(text) or not text[end].isalnum()
        if at_a_word_end and iban.is_valid(text[match.start() : end]):
            return end
    return 0


def internet_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Internet addresses of version 4 and 6; what follows a word such as "version" is none."""
    if text.count(".") >= 3:
        for match in _IPV4.finditer(text):
            if _is_address(match[0]) and not is_announced(text, match.start(), _VERSION, reach=12):
                yield match.span()
    if text.count(":") >= 2:
        for match in _IPV6.finditer(text):
            if sum(part != "" for part in match[0].split(":")) >= 2 and _is_address(match[0]):
                yield match.span()


def _is_address(written: str) -> bool:
    try:
        ipaddress.ip_address(written)
    except ValueError:
        return False
    return True
