from __future__ import annotations

import pytest

from replyassist.drafting.details import MOST_DETAILS, details_in

TITLE = "Where is my parcel? Can I bring my dog?"
TEMPLATE = "We change the delivery address until the parcel leaves. Dogs are welcome. The newsletter code works."


@pytest.mark.parametrize(
    ("message", "details"),
    [
        ("PUT MY DELIVERY ADDRESS IN CAN YOU CHANGE IT", ("your delivery address",)),
        ("can the dog come in", ("the dog",)),
        ("the newsletter code keeps saying invalid", ("the newsletter code",)),
        ("where is my parcel?? my big parcel", ("your parcel",)),
        ("has your parcel left", ("our parcel",)),
        ("is your newsletter vegan", ()),
        ("my ancient address", ()),
        ("my code", ()),
        ("my subscribtion is gone", ()),
        ("is it open", ()),
        ("", ()),
        ("my parcel2 and my http://evil.example/address", ()),
        ("my, parcel", ()),
    ],
)
def test_a_detail_is_a_noun_phrase_about_the_templates_subject(message: str, details: tuple[str, ...]) -> None:
    assert details_in(message, title=TITLE, vocabulary=(TEMPLATE,)) == details


def test_there_is_an_end_to_details() -> None:
    names = [f"{chr(97 + number)}{chr(97 + number)}x parcel" for number in range(26)]

    assert len(details_in(" ".join(f"my {name}" for name in names), title=TITLE, vocabulary=names)) == MOST_DETAILS
