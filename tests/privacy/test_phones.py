"""Telephone numbers as the numbering plans of all regions write them."""

from __future__ import annotations

import re

import phonenumbers
import pytest

from replyassist.privacy import PersonalDataKind, find

EXAMPLES = [
    example
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    if (example := phonenumbers.example_number_for_type(region, kind)) is not None
]
LEAST_DIGITS = 6
FORMATS = phonenumbers.PhoneNumberFormat


def is_found(text: str, number: str) -> bool:
    return any(item.kind is PersonalDataKind.PHONE and number in item.text for item in find(text))


@pytest.mark.parametrize("form", [FORMATS.INTERNATIONAL, FORMATS.E164])
@pytest.mark.parametrize("text", ["{}", "Hello, {} is what I have.", "I gave them {} and 2 days"])
def test_every_regions_numbers_are_found_with_their_country_code(form: int, text: str) -> None:
    numbers = [phonenumbers.format_number(example, form) for example in EXAMPLES]
    assert not [number for number in numbers if not is_found(text.format(number), number)]


@pytest.mark.parametrize("text", ["please call {} today", "my phone: {}", "Tel. {}"])
def test_every_regions_numbers_are_found_without_it_when_they_are_announced(text: str) -> None:
    numbers = [phonenumbers.format_number(example, FORMATS.NATIONAL) for example in EXAMPLES]
    long_enough = [number for number in numbers if len(re.sub(r"\D", "", number)) >= LEAST_DIGITS]
    assert len(long_enough) > len(EXAMPLES) * 0.9
    missed = [number for number in long_enough if not is_found(text.format(number), number)]
    assert len(missed) <= len(long_enough) * 0.01, missed


def test_most_are_found_by_their_form_alone() -> None:
    numbers = [phonenumbers.format_number(example, FORMATS.NATIONAL) for example in EXAMPLES]
    assert sum(is_found(f"Hello, {number} thanks", number) for number in numbers) > len(numbers) * 0.85
