from __future__ import annotations

import pytest

from replyassist.drafting.details import MOST_DETAILS, details_in

TEMPLATE = (
    "We can change the address until the parcel leaves the roastery. Dogs are welcome. The newsletter code works."
)


@pytest.mark.parametrize(
    ("message", "details"),
    [
        ("PUT MY OLD ADDRESS IN CAN YOU CHANGE IT", ("your old address",)),
        ("can the dog come in", ("the dog",)),
        ("the newsletter code keeps saying invalid", ("the newsletter code",)),
        ("where is my parcel?? my big parcel", ("your parcel", "your big parcel")),
        ("has your parcel left", ("our parcel",)),
        ("my subscribtion is gone", ()),
        ("my heart is broken", ()),
        ("is it open", ()),
        ("", ()),
        ("my parcel2 and my http://evil.example/address", ()),
        ("my, address", ()),
    ],
)
def test_a_detail_is_a_noun_phrase_about_the_templates_subject(message: str, details: tuple[str, ...]) -> None:
    assert details_in(message, vocabulary=(TEMPLATE,)) == details


def test_there_is_an_end_to_details() -> None:
    message = " ".join(f"my {chr(97 + number)}{chr(97 + number)}x parcel" for number in range(26))

    assert len(details_in(message, vocabulary=(TEMPLATE,))) == MOST_DETAILS
