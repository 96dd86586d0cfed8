from __future__ import annotations

from replyassist.review.repository.outcomes import EditedReply
from replyassist.review.typical_edits import typical_edits
from replyassist.testing import FakeClock


def edited(draft: str, text: str) -> EditedReply:
    return EditedReply(1, draft, text, "Lea", FakeClock().now())


def test_sentences_that_go_and_come_again_are_told_once_with_their_number() -> None:
    found = typical_edits(
        [
            edited("Hi Tom! We ship. See the list.", "Hi Tom! We ship. Anything else? Ask!"),
            edited("Hi Ana! We ship. See the list.", "Hi Ana! We ship. Anything else?"),
            edited("Hi Kim! We ship. See the list!", "Hi Kim! We ship."),
        ]
    )

    assert found.taken_out == (("See the list.", 3),)
    assert found.put_in == (("Anything else?", 2),)
    assert found.is_any


def test_what_was_changed_once_is_no_habit() -> None:
    assert not typical_edits([edited("One. Two.", "One. Three.")]).is_any


def test_a_habit_may_be_only_to_take_out_or_only_to_put_in() -> None:
    more = [edited("We ship.", "We ship. Anything else?")] * 2
    less = [edited("We ship. Anything else?", "We ship.")] * 2
    assert (typical_edits(more).put_in, typical_edits(more).is_any) == ((("Anything else?", 2),), True)
    assert (typical_edits(less).taken_out, typical_edits(less).is_any) == ((("Anything else?", 2),), True)
