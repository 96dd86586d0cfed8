"""What a model may see of the author's name, and what is put back into the reply."""

from __future__ import annotations

import pytest

from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline.redaction import Redactor, redactor_for


def redactor(name: str, *, hides_name: bool = True) -> Redactor:
    message = InboundMessage(text="do you ship?", channel="instagram", author_name=name)
    return redactor_for(message, hides_name=hides_name)


@pytest.mark.parametrize("name", ["Tom Ng", "Jo Keane", "Jean-Luc Ba", "tom ng"])
def test_no_part_of_a_name_is_shown_however_short(name: str) -> None:
    hiding, (given, surname) = redactor(name), name.split()
    hidden = hiding.hide(f"{name} here, or {surname}, or {given}.")

    assert not [part for part in name.replace("-", " ").split() if part in hidden]
    assert hiding.author_name == hiding.placeholder
    assert hiding.placeholder in hidden


def test_a_letter_is_no_name() -> None:
    assert redactor("Tom B").hide("plan B it is") == "plan B it is"


def test_the_first_name_is_put_back_and_all_else_stays_hidden() -> None:
    hiding = redactor("Tom Ng")
    hidden = hiding.hide("Ng: write to tom@mail.example")
    reply = hiding.restore(f"Hi {hiding.placeholder}! {hidden}", is_private=True)

    assert reply.startswith("Hi Tom!")
    assert "mail.example" not in reply


def test_where_the_name_may_be_seen_it_is_the_first_name() -> None:
    assert redactor("Tom Ng", hides_name=False).author_name == "Tom"
