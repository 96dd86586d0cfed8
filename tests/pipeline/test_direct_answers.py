from __future__ import annotations

import pytest

from replyassist.answering.sentence_reading import ReplyReading
from replyassist.pipeline.direct_answers import NO_FROM, with_answer, wrong_yes


@pytest.mark.parametrize(
    ("draft", "opened"),
    [
        ("Hi Tom, we ship to Norway.", "Hi Tom, yes, we ship to Norway."),
        ("Hi Tom! We ship to Norway.", "Hi Tom! Yes, we ship to Norway."),
        ("Parcels go to Norway.", "Yes. Parcels go to Norway."),
        ("Hi Tom! No, we stay here.", "Hi Tom! No, we stay here."),
        ("", ""),
    ],
)
def test_a_person_may_put_the_answer_after_the_greeting(draft: str, opened: str) -> None:
    assert with_answer(draft, "Yes") == opened


@pytest.mark.parametrize(
    ("text", "objected"),
    [
        ("Hi Tom! Yes, we ship to Norway.", "Yes, we ship to Norway."),
        ("Hi Tom, yes, we ship to Norway.", "Hi Tom, yes, we ship to Norway."),
        ("Hi Tom! No, we do not ship to Norway.", None),
        ("Hi Tom! We ship to Norway.", None),
        ("Hi. So. We. Yes, we ship.", None),
    ],
)
def test_a_yes_is_objected_to_where_the_template_amounts_to_no(text: str, objected: str | None) -> None:
    found = [finding.excerpt for finding in wrong_yes(text, ReplyReading(no=NO_FROM))]

    assert found == ([objected] if objected else [])
    assert list(wrong_yes(text, ReplyReading(yes=0.3, no=NO_FROM - 0.01))) == []
