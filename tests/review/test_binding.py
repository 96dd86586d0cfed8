"""What an approval is bound to: each part of it counts, and what was approved before a part was known still holds."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from replyassist.core.digests import document_digest
from replyassist.review.binding import Binding

BOUND = Binding(text="t", message="m", thread_event="e", template_version="v1", voice_version="o1")
MANY = replace(BOUND, also_template_version="v2 v3", templates_unusable=("It is for e-mail.",))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "another"}, "the text is not the one that was approved"),
        ({"message": "another"}, "the message has changed"),
        ({"thread_event": "another"}, "there is a new message, an edit or a deletion in the conversation"),
        ({"template_version": None}, "the template has changed"),
        ({"also_template_version": "v2 v4"}, "another template of the draft has changed"),
        ({"also_template_version": None}, "another template of the draft has changed"),
        ({"voice_version": "o2"}, "the brand's voice has changed"),
        ({"templates_unusable": ("It is for e-mail.", "It was valid until May.")}, "It was valid until May"),
    ],
)
def test_every_part_counts_and_is_named(changes: dict[str, Any], said: str) -> None:
    now = replace(MANY, **changes)

    assert now.digest != MANY.digest
    assert now.differences(asdict(MANY)) == [said]


def test_the_same_is_the_same() -> None:
    assert replace(MANY).digest == MANY.digest
    assert MANY.differences(asdict(MANY)) == []


def test_an_approval_of_one_template_keeps_the_digest_that_it_had_before_there_were_further_ones() -> None:
    parts = asdict(BOUND)
    first = {name: parts[name] for name in ("text", "message", "thread_event", "template_version", "voice_version")}

    assert BOUND.digest == document_digest(first)
    assert BOUND.differences(first) == []
