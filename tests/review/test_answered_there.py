"""What somebody answered in the platform's own inbox closes the item, and says what became of its draft."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from replyassist.review.answered_there import AS_IS, EDITED, IGNORED, close, outcome
from replyassist.review.decisions import learn_job
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.repository import audit_of
from replyassist.review.views import ReasonBody
from tests.world import DRAFT, World


@pytest.mark.parametrize(
    ("draft", "sent", "became"),
    [
        (DRAFT, DRAFT, AS_IS),
        (DRAFT, f"  {DRAFT}\n".replace(" We", "\n\nWe"), AS_IS),
        (DRAFT, DRAFT.replace("Hi Tom!", "Hello!"), EDITED),
        ("one two three four", "TWO, and one more", EDITED),
        ("one two three four", "only one of them", IGNORED),
        (DRAFT, "Please call us.", IGNORED),
        ("", "Please call us.", IGNORED),
        ("", "", IGNORED),
    ],
)
def test_an_edit_keeps_half_of_the_drafts_words(draft: str, sent: str, became: str) -> None:
    assert outcome(draft, sent) == became


def test_the_item_is_closed_and_nobody_holds_or_redrafts_it_any_more(world: World) -> None:
    item = world.redraft(world.item(), world.person(), "shorter")
    assert (item.is_redrafting, item.status) == (True, ReviewStatus.PENDING)
    world.jobs.planned.clear()
    with world.database.writing() as session:
        close(session, session.get_one(ReviewItem, item.id), DRAFT, jobs=world.jobs, now=world.clock.now())

    now = world.reload(item)
    assert (now.status, now.is_redrafting) == (ReviewStatus.WITHDRAWN, False)
    assert (now.claimed_by, now.claimed_until) == (None, None)
    assert [job for job, _ in world.jobs.planned] == [learn_job(now)]
    with world.database.reading() as session:
        assert audit_of(session, item.id or 0)[-1].act == AS_IS


@pytest.mark.parametrize("reason", ["x", f" {'x' * 1000}\n"])
def test_a_reason_has_up_to_a_thousand_characters(reason: str) -> None:
    assert ReasonBody(version=1, reason=reason).reason == reason.strip()


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1001])
def test_what_is_no_reason_is_refused(reason: str) -> None:
    with pytest.raises(ValidationError):
        ReasonBody(version=1, reason=reason)
