from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.privacy import PersonalDataKind, find, tells_of_somebody


def found(text: str, kind: PersonalDataKind) -> list[str]:
    return [item.text for item in find(text) if item.kind is kind]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (PersonalDataKind.EMAIL, "write to anna.b+shop@mail.example.", "anna.b+shop@mail.example"),
        (PersonalDataKind.EMAIL, "(Anna_B@MAIL.example)", "Anna_B@MAIL.example"),
        (PersonalDataKind.EMAIL, "anna (at) mail (dot) example please", "anna (at) mail (dot) example"),
        (PersonalDataKind.EMAIL, "its anna at gmail dot com", "anna at gmail dot com"),
        (PersonalDataKind.PHONE, "+353 87 123 4567", "+353 87 123 4567"),
        (PersonalDataKind.PHONE, "call (08) 8747 6301 now", "(08) 8747 6301"),
        (PersonalDataKind.PHONE, "ring 0871234567", "0871234567"),
        (PersonalDataKind.PHONE, "0871234567 thanks", "0871234567"),
        (PersonalDataKind.PHONE, "at 01.84.17.61.18", "01.84.17.61.18"),
        (PersonalDataKind.PHONE, "my number is 9472 7916!", "9472 7916"),
        (PersonalDataKind.PHONE, "fax: 345-899-3560x4587", "345-899-3560x4587"),
        (PersonalDataKind.CARD, "4111 1111 1111 1111 was charged", "4111 1111 1111 1111"),
        (PersonalDataKind.CARD, "4111-1111-1111-1111", "4111-1111-1111-1111"),
        (PersonalDataKind.CARD, "amex 378282246310005.", "378282246310005"),
        (PersonalDataKind.CARD, "4222222222222 was charged", "4222222222222"),  # the shortest and the longest there are
        (PersonalDataKind.CARD, "6304000000000000000 was charged", "6304000000000000000"),
        (PersonalDataKind.CARD, "my card 4111111111111112 (typed wrong)", "4111111111111112"),
        (PersonalDataKind.CARD, "4111 1111 1111 1111 12/27 123", "4111 1111 1111 1111"),
        (PersonalDataKind.CARD, "it's 1 4111111111111111 2", "4111111111111111"),
        (PersonalDataKind.PHONE, "0871234567 2 bags", "0871234567"),
        (PersonalDataKind.PHONE, "Phone:087 1234567", "087 1234567"),
        (PersonalDataKind.PHONE, "tel.0871234567", "0871234567"),
        (PersonalDataKind.PHONE, "me (+353 87 123 4567) or her", "+353 87 123 4567"),
        (PersonalDataKind.PHONE, "me (0871234567).", "0871234567"),
        (PersonalDataKind.PHONE, "+353 (0)87 123 4567", "+353 (0)87 123 4567"),
        (PersonalDataKind.PHONE, "12345678 is my new number", "12345678"),
        (PersonalDataKind.PHONE, "Bye\n12-34-567\nAnna", "12-34-567"),
        (PersonalDataKind.IBAN, "pay to IE29 AIBK 9311 5212 3456 78 and tell me", "IE29 AIBK 9311 5212 3456 78"),
        (PersonalDataKind.IBAN, "de89370400440532013000", "de89370400440532013000"),
        (PersonalDataKind.IBAN, "my IBAN is DE89370400440532013001", "DE89370400440532013001"),
        (PersonalDataKind.IBAN, "to IBAN IE12 HRBR 0000 4411 and it", "IE12 HRBR 0000 4411"),
        (PersonalDataKind.IBAN, "IBAN ie12 hrbr 0000 4411", "ie12 hrbr 0000 4411"),
        (PersonalDataKind.IP, "from 203.0.113.9:", "203.0.113.9"),
        (PersonalDataKind.IP, "2001:db8::8a2e:370:7334 it was", "2001:db8::8a2e:370:7334"),
        (PersonalDataKind.URL, "see https://a.example/x?y=1).", "https://a.example/x?y=1"),
        (PersonalDataKind.URL, "www.anna.example/me, please", "www.anna.example/me"),
        (PersonalDataKind.URL, "look at instagram.com/anna", "instagram.com/anna"),
        (PersonalDataKind.ADDRESS, "send it to 14 Harbour Road please", "14 Harbour Road"),
        (PersonalDataKind.ADDRESS, "ich wohne Gartenstraße 12, 10115 Berlin", "Gartenstraße 12, 10115"),
        (PersonalDataKind.ADDRESS, "it's 12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002"),
        (PersonalDataKind.ADDRESS, "via Roma 131", "via Roma 131"),
        (PersonalDataKind.ADDRESS, "P.O. Box 242", "P.O. Box 242"),
        (PersonalDataKind.ORDER, "order 48213 is late", "48213"),
        (PersonalDataKind.ORDER, "Number is FH-30982.", "FH-30982"),
        (PersonalDataKind.ORDER, "order no. 4821?", "4821"),
        (PersonalDataKind.ORDER, "order #4821", "#4821"),
        (PersonalDataKind.ORDER, "tracking number: RR123456785IE", "RR123456785IE"),
        (PersonalDataKind.ORDER, "Bestellnummer 4821-77", "4821-77"),
        (PersonalDataKind.ORDER, "customer id 99817", "99817"),
        (PersonalDataKind.BIRTH_DATE, "born on 3 May 1990", "3 May 1990"),
        (PersonalDataKind.BIRTH_DATE, "DOB: 03/05/1990", "03/05/1990"),
        (PersonalDataKind.BIRTH_DATE, "geboren am 3. Mai 1990", "3. Mai 1990"),
        (PersonalDataKind.NATIONAL_ID, "SSN 123-45-6789", "123-45-6789"),
        (PersonalDataKind.NATIONAL_ID, "my passport number is PA1234567", "PA1234567"),
        (PersonalDataKind.NATIONAL_ID, "12345678Z", "12345678Z"),
        (PersonalDataKind.NATIONAL_ID, "QQ 12 34 56 C is mine, or AB 12 34 56 C", "AB 12 34 56 C"),
        (PersonalDataKind.NAME, "my name is Tom", "Tom"),
        (PersonalDataKind.NAME, "my name's stu", "stu"),
        (PersonalDataKind.NAME, "Mrs Eleanor Whitfield said so", "Eleanor Whitfield"),
        (PersonalDataKind.NAME, "I spoke to Aoife O'Brien yesterday", "Aoife O'Brien"),
        (PersonalDataKind.NAME, "it is for Anna van der Berg.", "Anna van der Berg"),
        (PersonalDataKind.NAME, "Please hurry!\nThanks,\nYaco Angulo", "Yaco Angulo"),
        (PersonalDataKind.NAME, "under the name melissa at 7", "melissa"),
        (PersonalDataKind.NAME, "it is Marta's parcel", "Marta"),
    ],
)
def test_personal_data_is_found(kind: PersonalDataKind, text: str, value: str) -> None:
    assert found(text, kind) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "It costs €1,250.00 or 12.500,00 € or 100 000 000.",
        "Open Mon-Fri 9:00-18:00, Sat 10.30-16.00, closed 24-26 December.",
        "2026-11-22 09:30:00, 22/11/2026, 22.11.2026, 2025-2026, 22-11-26",
        "Version 5.12.1.0 of the app, android 14.0.0.1, pixel 7, V60",
        "I ordered 3 bags of 250 g on 5 May 2026, and 12000 points are gone",
        "We need 250 ml, 94 °C, 28 seconds, 18:36, ratio 1:2:3",
        "100k savers, 1.5 million, 20 %, 3.1 %, 0.123456789",
        "article 467 3395x, batch 20261122, size 38-40, model AB-12",
        "Bramble is back! Lullaby and Hollow too. Black Friday deals in Galway.",
        "will you ship it in may? i hope so, mark my words",
        "The Big Ben mug and the Super Mario mug",
        "e.g. this.That, order.It comes; and/or 24/7, 1/2, a@b, @tom.k",
        "I need to change my name since I married. My name is wrong there.",
        "std::string and 10:30:15 and ::",
        "I am Irish, it was on Monday and this is Fernhill Coffee",
        "weigh 12345678 grams, 87654321 is my order, (12 345 678 views), 21-19, 21-17, 21-15",
        "your number and e-mail address at https://a.example/x. The 2 euro need a colleague; my address: The 2 of us",
        "send it to Bramble 250g. Total 5. Our address book has Number 7",
        "6 digit code, 17 years, 9pm, 11k followers, 2 boxes close to the road",
        "It is 5 minutes from the street, 2 weeks on the way",
    ],
)
def test_ordinary_numbers_and_words_are_nobodys_data(text: str) -> None:
    assert not [item for item in find(text) if tells_of_somebody(item)]


@pytest.mark.parametrize("number", ["4111111111111112", "1234567812345678", "732201349959"])
def test_a_number_without_the_proof_of_a_card_is_no_card(number: str) -> None:
    assert not found(f"it says {number}", PersonalDataKind.CARD)


def test_a_long_order_number_is_no_card_and_no_phone() -> None:
    assert [item.kind for item in find("cancel order 113542617735902")] == [PersonalDataKind.ORDER]


def test_a_known_name_is_found_wherever_it_stands() -> None:
    text = "TOM KEANE here. tom thinks Keane is fine; keane not; tomorrow too"
    items = [item.text for item in find(text, names=["Tom Keane"]) if item.kind is PersonalDataKind.NAME]
    assert items == ["TOM KEANE", "tom", "Keane"]


def test_a_name_that_is_an_everyday_word_leaves_the_words_alone() -> None:
    assert not find("Will you ship? will it hurt? Coffee is great", names=["Will", "Coffee Lover"])
    assert [item.text for item in find("cheers, Will", names=["Will"])] == ["Will"]
    assert [item.text for item in find("Will", names=["Will"])] == ["Will"]


@pytest.mark.parametrize("name", ["", " ", ".", "(", "☕", "A", "\\d+", "x" * 200])
def test_an_odd_name_is_no_trouble(name: str) -> None:
    assert not find("we pay 5 for a cup of it (or a jug).", names=[name])


def test_places_come_in_the_order_of_the_text_and_do_not_overlap() -> None:
    text = "Anna, anna@mail.example, 4111111111111111, https://x.example/?email=anna@mail.example, 14 Harbour Road"
    items = find(text)
    assert [item.kind for item in items] == [
        PersonalDataKind.NAME,
        PersonalDataKind.EMAIL,
        PersonalDataKind.CARD,
        PersonalDataKind.URL,
        PersonalDataKind.ADDRESS,
    ]
    assert all(one.end <= other.start for one, other in pairwise(items))
    assert all(text[item.start : item.end] == item.text for item in items)


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=2))
def test_in_any_text_the_places_hold_what_they_say(text: str, names: list[str]) -> None:
    items = find(text, names=names)
    assert all(text[item.start : item.end] == item.text != "" for item in items)
    assert all(one.end <= other.start for one, other in pairwise(items))
