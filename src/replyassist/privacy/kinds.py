"""The kinds of personal data, and one place of a text that holds some."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PersonalDataKind(StrEnum):
    """What a stretch of text tells about a person; the value is the word of its placeholder."""

    EMAIL = "EMAIL"  # an e-mail address
    PHONE = "PHONE"  # a telephone number
    CARD = "CARD"  # the number of a payment card
    IBAN = "IBAN"  # the number of a bank account
    IP = "IP"  # an internet address, version 4 or 6
    URL = "URL"  # any link; only those with personal parts are hidden
    ADDRESS = "ADDRESS"  # a street address or a post box
    NAME = "NAME"  # the name of a person
    ORDER = "ORDER"  # an order, customer, ticket or parcel number
    BIRTH_DATE = "BIRTH_DATE"  # a date of birth
    NATIONAL_ID = "NATIONAL_ID"  # a social security, tax, passport or driving licence number


@dataclass(frozen=True, slots=True)
class PersonalData:
    """``text`` stands at ``[start:end]``, in characters, of the text that was searched."""

    kind: PersonalDataKind
    start: int
    end: int
    text: str
