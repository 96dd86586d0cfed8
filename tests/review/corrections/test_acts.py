"""What a person says that a message really is: kept, taken back, audited, and followed by another draft."""

from __future__ import annotations

import pytest

from replyassist.core.accounts import Principal
from replyassist.core.errors import ClaimedByAnother, Conflict, Forbidden, NotFound, VersionConflict
from replyassist.core.security import Role
from replyassist.learning.erasing import erase
from replyassist.review import decisions
from replyassist.review.corrections import acts
from replyassist.review.corrections import repository as stored
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.repository import audit_of
from replyassist.triage import Kind
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World


def correct(
    world: World, who: Principal, item: ReviewItem, kind: Kind = Kind.CLOSING, *, version: int | None = None
) -> ReviewItem:
    seen = world.reload(item).version if version is None else version
    with world.database.writing() as session:
        return acts.correct(session, who, item.id or 0, version=seen, kind=kind, jobs=world.jobs, now=world.clock.now())


def take_back(world: World, who: Principal, item: ReviewItem) -> ReviewItem:
    seen = world.reload(item).version
    with world.database.writing() as session:
        return acts.take_back(session, who, item.id or 0, version=seen, jobs=world.jobs, now=world.clock.now())


def counting(world: World, brand: str = BRAND) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return [(row.text, row.kind) for row in stored.standing(session, brand)]


def redrafts(world: World) -> int:
    return sum(job.name == "redraft" for job, _ in world.jobs.planned)


def test_what_was_said_is_kept_with_what_was_read_and_without_personal_data_for_others(world: World) -> None:
    item = world.item(message={"text": "𝐛𝐲𝐞, your Tom (tom@mail.example)"})
    who = world.person()
    correct(world, who, item)

    with world.database.reading() as session:
        row = stored.of_message(session, item.message_id)
    assert row is not None
    assert (row.kind, row.actor, row.visibility, row.parent_text) == (
        "closing",
        who.name,
        "public",
        "New roast is out!",
    )
    assert row.text == "bye, your Tom (tom@mail.example)"
    assert "Tom" not in row.shown
    assert "mail.example" not in row.shown


def test_an_open_item_is_drafted_anew_and_the_audit_says_who_said_what(world: World) -> None:
    item, who = world.item(), world.person()
    after = correct(world, who, item)

    assert (after.is_redrafting, after.version, after.status) == (True, item.version + 1, ReviewStatus.PENDING)
    job = world.jobs.take("redraft")
    assert job.arguments == (item.id, after.redraft_attempt)
    with world.database.reading() as session:
        last = audit_of(session, item.id or 0)[-1]
    assert (last.act, last.actor, last.reason) == ("kind_corrected", who.name, "closing")


def test_the_wish_for_another_draft_that_is_not_there_yet_stands(world: World) -> None:
    item, who = world.item(), world.person()
    asked = world.redraft(item, who, "shorter")
    after = correct(world, who, asked)
    assert after.proposal.asked is not None
    assert after.proposal.asked.instruction == "shorter"


def test_another_kind_takes_the_place_of_the_first_and_the_same_changes_nothing(world: World) -> None:
    item, who = world.item(), world.person()
    correct(world, who, item, Kind.CLOSING)
    changed = correct(world, who, item, Kind.PRAISE)
    assert [kind for _, kind in counting(world)] == ["praise"]
    assert correct(world, who, item, Kind.PRAISE).version == changed.version
    assert redrafts(world) == 2


def test_taking_it_back_leaves_who_and_when_and_drafts_anew(world: World) -> None:
    item, who = world.item(), world.person()
    correct(world, who, item)
    take_back(world, who, item)

    assert counting(world) == []
    assert redrafts(world) == 2
    with world.database.reading() as session:
        (row,) = stored.page_of(session, BRAND, before=None, limit=9)
        assert audit_of(session, item.id or 0)[-1].act == "kind_taken_back"
    assert (row.taken_back_by, row.taken_back_at) == (who.name, world.clock.now())
    with pytest.raises(NotFound):
        take_back(world, who, item)


def test_what_is_decided_already_is_corrected_and_taken_back_without_a_draft(world: World) -> None:
    item, who = world.item(), world.person()
    approve(world, who, item, text=DRAFT)
    correct(world, who, item)
    assert (len(counting(world)), redrafts(world), world.reload(item).status) == (1, 0, ReviewStatus.APPROVED)
    take_back(world, who, item)
    assert (counting(world), redrafts(world)) == ([], 0)


def test_a_tier_1_agent_a_program_and_another_brand_may_not(world: World) -> None:
    item = world.item()
    correct(world, world.person(), item)
    for act in (correct, take_back):
        for who in (world.person(Role.AGENT), world.service()):
            with pytest.raises(Forbidden):
                act(world, who, item)
        with pytest.raises(NotFound):
            act(world, world.person(brands=[]), item)


def test_what_was_escalated_is_for_a_lead(world: World) -> None:
    item, lead = world.item(), world.person(Role.LEAD)
    world.escalate(item, lead, "look")
    with pytest.raises(Forbidden):
        correct(world, world.person(), item)
    assert correct(world, lead, item).is_redrafting


def test_an_old_version_and_somebody_elses_item_are_refused(world: World) -> None:
    item, who = world.item(), world.person()
    with pytest.raises(VersionConflict):
        correct(world, who, item, version=item.version + 1)
    with world.database.writing() as session:
        decisions.claim(session, who, item.id or 0, now=world.clock.now(), minutes=5)
    with pytest.raises(ClaimedByAnother):
        correct(world, world.person(), item)


def test_a_message_without_words_is_not_corrected(world: World) -> None:
    image = {"kind": "image", "url": "https://cdn.example/1.jpg"}
    item = world.item(message={"text": "", "attachments": [image]})
    with pytest.raises(Conflict):
        correct(world, world.person(), item)


def test_what_was_said_of_a_message_that_its_author_deleted_corrects_nothing_any_more(world: World) -> None:
    item, other = world.item(), world.item()
    for each in (item, other):
        correct(world, world.person(), each)
    world.delete(world.key(item))

    with world.database.reading() as session:
        assert {row.message_id for row in stored.page_of(session, BRAND, before=None, limit=9)} == {other.message_id}


@pytest.mark.parametrize("whole_author", [False, True])
def test_erasing_a_message_or_its_author_deletes_what_was_said_of_it(world: World, whole_author: bool) -> None:
    who, item, other = world.person(), world.item(), world.item()
    stranger = world.item(message={"author": {"external_id": "77"}, "text": "rates?"})
    for each in (item, other, stranger):
        correct(world, who, each)
    with world.database.writing() as session:
        found = erase(session, BRAND, item.message_id, whole_author=whole_author, by="Ada", now=world.clock.now())

    assert found.corrected == 1 + whole_author
    with world.database.reading() as session:
        left = {row.message_id for row in stored.page_of(session, BRAND, before=None, limit=9)}
    assert left == {stranger.message_id} | (set() if whole_author else {other.message_id})
    with pytest.raises(Conflict):
        correct(world, who, item)


def test_erasing_a_part_of_a_message_deletes_what_was_said_of_the_whole(world: World) -> None:
    place = {"external_id": "dm-1", "visibility": "private"}
    item = world.item(message={"text": "Hello", "conversation": place})
    part = world.message(text="my number is 5", conversation=place, posted_at="2026-11-22T09:30:05Z")
    correct(world, world.person(), item)
    assert "my number" in counting(world)[0][0]
    with world.database.writing() as session:
        assert erase(session, BRAND, part, by="Ada", now=world.clock.now()).corrected == 1
    assert counting(world) == []
    with pytest.raises(Conflict):
        correct(world, world.person(), item)


def test_only_the_newest_of_a_brand_count(world: World) -> None:
    who = world.person()
    for number in range(3):
        correct(world, who, world.item(message={"text": f"note {number}"}))
    with world.database.reading() as session:
        kept = [row.text for row in stored.standing(session, BRAND, kept=2)]
    assert kept == ["note 2", "note 1"]


def test_the_revision_changes_with_all_that_counts(world: World) -> None:
    items, who = (world.item(), world.item()), world.person()
    seen: list[stored.Revision] = []

    def look() -> None:
        world.clock.advance(seconds=1)
        with world.database.reading() as session:
            seen.append(stored.revision_of(session, BRAND))

    for item, kind in ((items[0], Kind.CLOSING), (items[0], Kind.PRAISE), (items[1], Kind.SPAM)):
        correct(world, who, item, kind)
        look()
    take_back(world, who, items[0])
    look()
    with world.database.writing() as session:  # on SQLite the next one gets the same id
        stored.erase(session, BRAND, {items[1].message_id})
    correct(world, who, items[1], Kind.SPAM)
    look()
    assert len(set(seen)) == len(seen)


def test_corrections_are_of_one_brand(world: World) -> None:
    correct(world, world.person(), world.item())
    assert counting(world, "harbour") == []
