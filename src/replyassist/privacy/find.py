"""Find personal data in a text: every kind there is, without overlaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from replyassist.privacy.identities import birth_dates, national_ids, order_numbers
from replyassist.privacy.kinds import PersonalData, PersonalDataKind
from replyassist.privacy.links import bare_domains, email_addresses, links
from replyassist.privacy.names import known_names, person_names
from replyassist.privacy.numbers import bank_accounts, cards, internet_addresses
from replyassist.privacy.phones import phone_numbers
from replyassist.privacy.streets import street_addresses

Detector = Callable[[str], Iterable[tuple[int, int]]]
_NOTHING = "\x00"  # stands where something was found: no pattern goes across it
_DETECTORS: tuple[tuple[PersonalDataKind, bool, Detector], ...] = (
    (PersonalDataKind.URL, False, links),
    (PersonalDataKind.EMAIL, False, email_addresses),
    (PersonalDataKind.URL, False, bare_domains),
    (PersonalDataKind.IBAN, True, bank_accounts),
    (PersonalDataKind.IP, False, internet_addresses),
    (PersonalDataKind.BIRTH_DATE, True, birth_dates),
    (PersonalDataKind.CARD, True, cards),
    (PersonalDataKind.NATIONAL_ID, True, national_ids),
    (PersonalDataKind.ORDER, True, order_numbers),
    (PersonalDataKind.ADDRESS, True, street_addresses),
    (PersonalDataKind.PHONE, True, phone_numbers),
    (PersonalDataKind.NAME, False, person_names),
)
"""Kind, whether it needs a digit, and how to find it: what is surer comes first and keeps its place."""


def find(text: str, *, names: Sequence[str] = ()) -> tuple[PersonalData, ...]:
    """Every place that holds personal data, in the order of the text, without overlaps.

    ``names`` are names known from elsewhere, such as the author's: they and their parts are found wherever they stand.
    """
    found: list[PersonalData] = []
    rest = text
    has_digit = any(character.isdigit() for character in text)
    for kind, needs_digit, detect in _DETECTORS:
        if needs_digit and not has_digit:
            continue
        if kind is PersonalDataKind.NAME and names:
            rest = _take(kind, known_names(rest, names), text, rest, found)
        rest = _take(kind, detect(rest), text, rest, found)
    return tuple(sorted(found, key=lambda item: item.start))


def _take(
    kind: PersonalDataKind, spans: Iterable[tuple[int, int]], text: str, rest: str, found: list[PersonalData]
) -> str:
    """Note the spans, and return the rest with those places blanked out."""
    for start, end in list(spans):
        if start < end and _NOTHING not in rest[start:end]:
            found.append(PersonalData(kind, start, end, text[start:end]))
            rest = f"{rest[:start]}{_NOTHING * (end - start)}{rest[end:]}"
    return rest
