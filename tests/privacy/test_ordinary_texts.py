"""What the brands' own texts and the sample messages hold, and what they do not."""

from __future__ import annotations

import json

import pytest
import yaml

from replyassist.core.resources import resource_folder
from replyassist.privacy import PersonalDataKind, find, scrub, tells_of_somebody

MESSAGES = [
    json.loads(line) for line in (resource_folder("examples") / "messages.jsonl").read_text("utf-8").splitlines()
]
TEMPLATES = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((resource_folder("faq")).glob("*/*.yaml"))]


def test_the_templates_hold_nobodys_data_but_the_brands_addresses() -> None:
    for template in TEMPLATES:
        for text in (
            template["reply"],
            template["title"],
            *template["questions"],
            *map(str, template["facts"].values()),
        ):
            others = [item for item in find(text) if tells_of_somebody(item) and not item.text.endswith(".example")]
            assert not others, text


def test_the_sample_messages_raise_no_false_alarm() -> None:
    found = {
        (item.kind, item.text) for message in MESSAGES for item in find(message["text"]) if tells_of_somebody(item)
    }
    assert found == {(PersonalDataKind.ORDER, "FH-30982"), (PersonalDataKind.NAME, "Eleanor Whitfield")}


@pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "[", "☕" * 50, "0" * 300, "a@" * 50])
def test_odd_texts_are_no_trouble(text: str) -> None:
    assert isinstance(scrub(text), str)


def test_an_address_does_not_run_over_the_end_of_a_sentence() -> None:
    assert find("We ship to 32 countries in Europe. Delivery takes 4 to 7 working days.") == ()
    assert find("We ship to 32 countries in Europe.\nDelivery takes 4 to 7 working days.") == ()
    assert [item.text for item in find("please ship to Baker Street. 12 of them")] == []
