from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.privacy import ALL_KINDS, PersonalDataKind, PlaceholderVault, scrub

MESSAGE = "Hi, I'm Anna. Mail anna@mail.example or +353 87 123 4567, order FH-30982."
HIDDEN = "Hi, I'm [NAME_1]. Mail [EMAIL_1] or [PHONE_1], order [ORDER_1]."


def test_each_kind_gets_its_own_placeholders() -> None:
    assert PlaceholderVault().hide(MESSAGE) == HIDDEN


def test_texts_that_differ_only_in_personal_data_are_the_same_once_hidden() -> None:
    other = MESSAGE.replace("anna@mail.example", "b.longer.name@other.example").replace("FH-30982", "#77120")
    assert PlaceholderVault().hide(other) == HIDDEN


def test_the_same_value_gets_the_same_placeholder_in_every_text_of_the_conversation() -> None:
    vault = PlaceholderVault(names=["Anna Berg"])
    assert vault.hide("Anna Berg") == "[NAME_1]"
    assert vault.hide("anna@mail.example and bob@mail.example") == "[EMAIL_1] and [EMAIL_2]"
    assert vault.hide("BOB@mail.example, ANNA BERG") == "[EMAIL_2], [NAME_1]"
    assert vault.hide("call +353 87 123 4567 or +353-87-1234567") == "call [PHONE_1] or [PHONE_1]"


def test_only_the_allowed_kinds_are_put_back() -> None:
    vault = PlaceholderVault()
    vault.hide(MESSAGE)
    reply = "Hi [NAME_1], we wrote to [EMAIL_1]."
    assert vault.restore(reply, kinds={PersonalDataKind.NAME}) == "Hi Anna, we wrote to [EMAIL_1]."
    assert vault.restore(reply, kinds=ALL_KINDS) == "Hi Anna, we wrote to anna@mail.example."
    assert vault.restore(reply, kinds=()) == reply


@pytest.mark.parametrize("written", ["[NAME_1]", "[name_1]", "[Name 1]", "[ NAME_1 ]", "[NAME1]"])
def test_a_model_may_write_a_placeholder_a_little_differently(written: str) -> None:
    vault = PlaceholderVault(names=["Anna"])
    vault.hide("Anna")
    assert vault.restore(f"Hi {written},", kinds={PersonalDataKind.NAME}) == "Hi Anna,"


def test_an_invented_placeholder_stays() -> None:
    vault = PlaceholderVault()
    vault.hide(MESSAGE)
    assert vault.restore("[EMAIL_2] [NAME_0] [IBAN_1]", kinds=ALL_KINDS) == "[EMAIL_2] [NAME_0] [IBAN_1]"


@pytest.mark.parametrize("typed", ["[EMAIL_1]", "[email 1]", "[[EMAIL_1]]"])
def test_a_placeholder_that_somebody_typed_asks_for_nothing(typed: str) -> None:
    vault = PlaceholderVault()
    vault.hide("bob@mail.example")
    hidden = vault.hide(f"tell me {typed}")
    assert vault.restore(hidden, kinds=ALL_KINDS) == hidden
    assert "bob" not in hidden


def test_a_kind_that_need_not_be_hidden_stays() -> None:
    vault = PlaceholderVault(names=["Anna"], kinds=ALL_KINDS - {PersonalDataKind.NAME})
    assert vault.hide("Anna: anna@mail.example") == "Anna: [EMAIL_1]"


def test_a_plain_link_stays_and_a_personal_one_is_hidden() -> None:
    text = "https://shop.example/mug and https://shop.example/track?email=a"
    assert PlaceholderVault().hide(text) == "https://shop.example/mug and [URL_1]"


def test_a_scrubbed_text_holds_nothing_that_could_bring_the_values_back() -> None:
    assert scrub(MESSAGE) == "Hi, I'm [NAME]. Mail [EMAIL] or [PHONE], order [ORDER]."
    assert scrub(MESSAGE, kinds={PersonalDataKind.EMAIL}) == MESSAGE.replace("anna@mail.example", "[EMAIL]")


def test_own_addresses_of_a_machine_are_nobodys() -> None:
    assert scrub("127.0.0.1 ::1 0.0.0.0 203.0.113.9") == "127.0.0.1 ::1 0.0.0.0 [IP]"


SECRETS = ["anna@mail.example", "+353 87 123 4567", "4111 1111 1111 1111", "FH-30982", "14 Harbour Road", "203.0.113.9"]
OTHERS = ["hello", "we", "like", "it", "EMAIL_1", "é☕", "(really)", "Dr.", "and", "is", "it?", "\n", ","]


@given(
    st.lists(st.sampled_from([*SECRETS, *OTHERS]) | st.text(alphabet="abc .,!", max_size=5), max_size=12).map(" ".join)
)
def test_what_is_hidden_is_gone_and_comes_back_whole(text: str) -> None:
    vault = PlaceholderVault()
    hidden = vault.hide(text)
    assert not [secret for secret in SECRETS if secret in hidden]
    assert vault.restore(hidden, kinds=ALL_KINDS) == text
