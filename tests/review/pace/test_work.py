from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from replyassist.core.accounts import Principal
from replyassist.core.digests import text_digest
from replyassist.core.security import Role
from replyassist.review import decisions
from replyassist.review.models import Approval, AuditEntry, ReviewItem
from replyassist.review.pace import repository, seeded
from replyassist.review.pace.figures import day_figures
from replyassist.review.pace.models import SeededCheck
from replyassist.review.pace.seeded import SeededCheckMissed
from replyassist.review.pace.service import hurries, work_of
from replyassist.review.policies.changing import save_policy
from replyassist.review.policies.policy import Policy
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World

NUMBERS = count(1)
DAY = date(2026, 11, 22)


def claim(world: World, who: Principal, item: ReviewItem) -> ReviewItem:
    with world.database.writing() as session:
        return decisions.claim(session, who, item.id or 0, now=world.clock.now(), minutes=10)


def seconds_pass(world: World, seconds: float) -> None:
    world.clock.advance(seconds=seconds)


def approve_after(world: World, who: Principal, seconds: float) -> ReviewItem:
    item = world.item()
    claim(world, who, item)
    seconds_pass(world, seconds)
    return approve(world, who, world.reload(item))


def test_the_time_counts_from_when_the_item_was_shown(world: World) -> None:
    who, item = world.person(), world.item()
    claim(world, who, item)
    with world.database.writing() as session:
        decisions.release(session, who, item.id or 0, now=world.clock.now())
    seconds_pass(world, 600)
    claim(world, who, item)
    seconds_pass(world, 3)
    claim(world, who, item)  # the page that is open holds it on
    seconds_pass(world, 4)
    approve(world, who, world.reload(item))
    approve(world, who, world.item())  # was never shown
    with world.database.reading() as session:
        (timed,) = repository.timed_approvals(session, who.user_id, limit=9)
        assert repository.timed_approvals(session, who.user_id + 1, limit=9) == []
    assert (timed.seconds, timed.words) == (7, 5 + len(DRAFT.split()))


def test_somebody_who_hurries_is_told_for_some_hours(world: World) -> None:
    who = world.person(Role.AGENT)
    for _ in range(5):
        approve_after(world, who, 1)
    with world.database.reading() as session:
        assert hurries(session, who, now=world.clock.now())
        assert not hurries(session, who, now=world.clock.now() + timedelta(hours=13))
        work = work_of(session, who.user_id, now=world.clock.now(), time_zone=None, for_lead=True)
    assert work.pace is not None
    assert (work.pace.seconds, work.pace.much_faster, work.pace.count) == (1, 1, 5)
    calm = world.person(Role.AGENT)
    for _ in range(5):
        approve_after(world, calm, 9)
    with world.database.reading() as session:
        assert not hurries(session, calm, now=world.clock.now())


def test_a_days_figures_are_shares_and_medians(world: World) -> None:
    agent, lead = world.person(Role.AGENT), world.person(Role.LEAD)
    first = world.item()
    seconds_pass(world, 50)
    item = approve(world, agent, claim(world, agent, first))
    world.take_back(item, agent)
    other = claim(world, agent, world.item())
    other = world.escalate(other, agent, "why")
    approve(world, lead, other)
    with world.database.reading() as session:
        (day,) = work_of(session, agent.user_id, now=world.clock.now(), time_zone="Europe/Dublin", for_lead=True).days
    assert (day.decided, day.as_drafted, day.escalated, day.edited, day.rejected) == (2, 0.5, 0.5, 0, 0)
    assert (day.kept, day.handed_back, day.taken_back, day.waited) == (1, 0, 1, 25)


def entry(act: str, item: int = 1) -> AuditEntry:
    number = next(NUMBERS)
    return AuditEntry.model_construct(id=number, review_item_id=item, act=act)


def test_an_escalation_that_a_lead_hands_back_counts_apart() -> None:
    own = [entry("escalated", 1), entry("escalated", 2), entry("escalated", 3)]
    later = [entry("handed_back", 1), entry("rejected", 2), entry("approved", 1)]
    figures = day_figures(DAY, own, later, [])
    assert (figures.kept, figures.handed_back, figures.taken_back, figures.waited) == (1, 1, None, None)


def check_all(world: World) -> None:
    lead = world.person(Role.LEAD)
    with world.database.writing() as session:
        rules = Policy(seeded_checks_per_100=20)
        save_policy(session, lead, BRAND, rules, seen=0, jobs=world.jobs, now=world.clock.now())


def plant(world: World, who: Principal, item: ReviewItem, **more: Any) -> SeededCheck:
    text = DRAFT.replace("7 working", "14 working")
    fields: dict[str, Any] = {
        "review_item_id": item.id,
        "user_id": who.user_id,
        "item_version": item.version,
        "text": text,
        "text_digest": text_digest(text),
        "right": "Delivery takes 4 to 7 working days.",
        "wrong": "Delivery takes 4 to 14 working days.",
        "shown_at": world.clock.now(),
    }
    with world.database.writing() as session:
        check = SeededCheck(**(fields | more))
        session.add(check)
        session.flush()
        return check


def test_checks_are_off_until_a_policy_wants_them_and_then_some_items_get_one(world: World) -> None:
    agent = world.person(Role.AGENT)
    items = [world.item() for _ in range(12)]

    def offered() -> list[SeededCheck]:
        with world.database.writing() as session:
            for item in items:
                seeded.offer(session, agent, item, now=world.clock.now())
            return list(session.exec(select(SeededCheck)))

    assert offered() == []
    check_all(world)
    found = offered()
    assert 0 < len(found) < 12
    assert len(offered()) == len(found), "an item gets one check, and another look changes nothing"
    assert all(check.text != DRAFT and check.wrong in check.text for check in found)


def test_a_planted_error_is_approved_by_nobody(world: World) -> None:
    agent, lead, item = world.person(Role.AGENT), world.person(Role.LEAD), world.item()
    check = plant(world, agent, item)
    reworded = (check.text.replace("Hi", "Hey"), check.text.replace("Delivery takes", "Yes, delivery takes"))
    for who, text in ((agent, check.text), *((lead, text) for text in (check.text, *reworded))):
        with pytest.raises(SeededCheckMissed, match=r"it said “Delivery takes 4 to 14 working days\.”"):
            approve(world, who, item, text=text, accept_findings=True)
    assert approve(world, agent, item).final_text == DRAFT


@pytest.mark.parametrize(
    ("wrong", "right", "text", "is_error"),
    [
        ("Hi Tom, we ship to 52 places.", "Hi Tom, we ship to 42 places.", "Hi Tom, yes, we ship to 52 places.", True),
        ("Back in 20.", "Back in 10.", "It costs 20. Back in 10.", False),
        ("Back in 20.", "Back in 10.", "It costs 20. Yes, back in 20.", True),
        ("We open at 8, or at 20.", "We open at 8, or at 10.", "We open at 8, or at 10.", False),
    ],
)
def test_what_stands_before_a_planted_number_may_change(
    world: World, wrong: str, right: str, text: str, is_error: bool
) -> None:
    agent, item = world.person(Role.AGENT), world.item()
    check = plant(world, agent, item)
    with world.database.writing() as session:
        stored = session.get_one(SeededCheck, check.id)
        stored.wrong, stored.right = wrong, right
        session.flush()
        found = seeded.approved_error(session, agent, item.id or 0, text)

    assert (found is not None) is is_error


def test_the_database_itself_refuses_an_approval_of_a_seeded_text(world: World) -> None:
    agent, item = world.person(Role.AGENT), world.item()
    check = plant(world, agent, item)
    approval = Approval(
        review_item_id=item.id or 0,
        approver_id=agent.user_id,
        text=check.text,
        text_digest=check.text_digest,
        binding_digest="0" * 64,
        bound_to={},
        created_at=world.clock.now(),
    )
    with pytest.raises(DatabaseError, match="a seeded text is never approved"), world.database.writing() as session:
        session.add(approval)
        session.flush()


def test_results_say_what_was_noticed_and_missed(world: World) -> None:
    agent = world.person(Role.AGENT)
    missed, noticed, waiting = world.item(), world.item(), world.item()
    check = plant(world, agent, missed)
    plant(world, agent, noticed)
    plant(world, agent, waiting)
    with world.database.writing() as session:
        found = seeded.approved_error(session, agent, missed.id or 0, check.text)
        assert found is not None
        seeded.note_missed(session, found, now=world.clock.now())
        assert seeded.approved_error(session, agent, missed.id or 0, DRAFT) is None
    approve(world, agent, noticed)
    with world.database.reading() as session:
        results = seeded.results_of(session, agent.user_id)
        assert results is not None
        assert (results.shown, results.noticed, results.missed) == (3, 1, 1)
        assert seeded.results_of(session, agent.user_id + 1) is None
        work = work_of(session, agent.user_id, now=world.clock.now(), time_zone=None, for_lead=False)
        assert work.seeded is None, "for leads alone"
