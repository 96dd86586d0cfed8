from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from replyassist.brands.service import set_round_robin
from replyassist.core.accounts import Principal
from replyassist.core.errors import ClaimedByAnother, Conflict, Forbidden, InvalidInput, NotFound, VersionConflict
from replyassist.core.security import Role
from replyassist.review import decisions
from replyassist.review import repository as reviews
from replyassist.review.models import ReviewItem
from replyassist.review.teamwork import acts
from replyassist.triage import triage
from tests.world import BRAND, LATER, World

RISKY = "my solicitor will write to you"


def do(world: World, act: Callable[[Session], ReviewItem]) -> ReviewItem:
    with world.database.writing() as session:
        return act(session)


def claimed(world: World, item: ReviewItem, who: Principal) -> ReviewItem:
    return do(world, lambda session: decisions.claim(session, who, item.id or 0, now=world.clock.now(), minutes=10))


def take_over(world: World, item: ReviewItem, who: Principal) -> ReviewItem:
    now = world.clock.now()
    return do(
        world, lambda session: acts.take_over(session, who, item.id or 0, version=item.version, now=now, minutes=10)
    )


def assign(world: World, item: ReviewItem, who: Principal, to: Principal | None) -> ReviewItem:
    now, user_id = world.clock.now(), to.user_id if to else None
    return do(
        world, lambda session: acts.assign(session, who, item.id or 0, version=item.version, user_id=user_id, now=now)
    )


def snooze(world: World, item: ReviewItem, who: Principal, hours: float = 1) -> ReviewItem:
    now = world.clock.now()
    until = now + timedelta(hours=hours)
    return do(
        world, lambda session: acts.snooze(session, who, item.id or 0, version=item.version, until=until, now=now)
    )


def escalate(world: World, item: ReviewItem, who: Principal) -> ReviewItem:
    return do(
        world,
        lambda session: decisions.escalate(
            session,
            who,
            item.id or 0,
            version=item.version,
            reason="not sure",
            jobs=world.jobs,
            now=world.clock.now(),
        ),
    )


def hand_back(world: World, item: ReviewItem, who: Principal, reason: str = "say yes") -> ReviewItem:
    return do(
        world,
        lambda session: acts.hand_back(
            session, who, item.id or 0, version=item.version, reason=reason, jobs=world.jobs, now=world.clock.now()
        ),
    )


def undo(world: World, item: ReviewItem, who: Principal) -> ReviewItem:
    return do(
        world,
        lambda session: acts.undo(
            session, who, item.id or 0, version=item.version, jobs=world.jobs, now=world.clock.now()
        ),
    )


def audit(world: World, item: ReviewItem) -> list[tuple[str, str, str]]:
    with world.database.reading() as session:
        return [(entry.actor, entry.act, entry.reason) for entry in reviews.audit_of(session, item.id or 0)]


def test_a_lead_takes_over_and_it_is_one_row_of_the_audit(world: World) -> None:
    agent, lead = world.person(Role.AGENT), world.person(Role.LEAD)
    item = claimed(world, world.item(), agent)
    taken = take_over(world, item, lead)
    assert (taken.claimed_by, taken.version) == (lead.user_id, item.version + 1)
    assert audit(world, item)[1:] == [(lead.name, "taken_over", f"from {agent.name}")]
    with pytest.raises(ClaimedByAnother):
        snooze(world, taken, agent)


def test_only_leads_take_over_and_only_what_somebody_else_has(world: World) -> None:
    agent, manager, lead = (world.person(role) for role in (Role.AGENT, Role.MANAGER, Role.LEAD))
    item = claimed(world, world.item(), agent)
    with pytest.raises(Forbidden):
        take_over(world, item, manager)
    with pytest.raises(Conflict, match="nobody else"):
        take_over(world, world.item(), lead)
    world.clock.advance(minutes=11)
    with pytest.raises(Conflict, match="nobody else"):
        take_over(world, item, lead)
    with pytest.raises(NotFound):
        take_over(world, item, world.person(Role.LEAD, brands=[]))


def test_what_has_moved_on_is_neither_taken_nor_snoozed_nor_assigned(world: World) -> None:
    lead = world.person(Role.LEAD)
    seen = world.item()
    snooze(world, seen, lead)
    for act in (take_over, snooze, hand_back):
        with pytest.raises(VersionConflict):
            act(world, seen, lead)
    with pytest.raises(VersionConflict):
        assign(world, seen, lead, lead)


def test_managers_assign_to_the_team_and_everybody_to_themselves(world: World) -> None:
    agent, other, manager = world.person(Role.AGENT), world.person(Role.AGENT), world.person(Role.MANAGER)
    item = assign(world, world.item(), manager, agent)
    assert item.assigned_to == agent.user_id
    with pytest.raises(Forbidden):
        assign(world, item, other, other)
    item = assign(world, item, agent, None)
    item = assign(world, item, other, other)
    assert item.assigned_to == other.user_id
    with pytest.raises(Forbidden):
        assign(world, item, other, agent)
    assert [act for _, act, _ in audit(world, item)] == ["queued", "assigned", "unassigned", "assigned"]


def test_nobody_is_given_what_they_may_not_decide_or_see(world: World) -> None:
    agent, manager = world.person(Role.AGENT), world.person(Role.MANAGER)
    risky = world.item(triage=triage(RISKY))
    with pytest.raises(InvalidInput):
        assign(world, risky, manager, agent)
    with pytest.raises(InvalidInput):
        assign(world, world.item(), manager, world.person(Role.AGENT, brands=[]))
    with pytest.raises(Forbidden):
        assign(world, risky, agent, agent)


def test_new_items_go_round_the_team_when_the_brand_wants_it(world: World) -> None:
    agents = [world.person(Role.AGENT) for _ in range(2)]
    manager = world.person(Role.MANAGER)
    assert world.item().assigned_to is None
    with world.database.writing() as session:
        set_round_robin(session, BRAND, True)
    items = [world.item() for _ in range(4)]
    given = [world.reload(item).assigned_to for item in items]
    assert given == [agents[0].user_id, agents[1].user_id, manager.user_id, agents[0].user_id]
    assert world.reload(world.item(triage=triage(RISKY))).assigned_to == manager.user_id
    assert audit(world, items[0])[-1] == ("pipeline", "assigned", f"to {agents[0].name}, whose turn it is")


def test_a_snoozed_item_wakes_when_its_author_writes_or_edits(world: World) -> None:
    person = world.person()
    thread = {"external_id": "dm-1", "visibility": "private"}
    first = snooze(world, world.item(message={"conversation": thread}), person)
    second = snooze(world, world.item(message={"external_id": "edited"}), person)
    assert first.snoozed_until == world.clock.now() + timedelta(hours=1)
    world.message(conversation=thread, text="hello??", posted_at=LATER)
    world.edit("edited", "do you ship to Sweden?")
    assert world.reload(first).snoozed_until is None
    assert world.reload(second).snoozed_until is None


def test_a_snooze_has_an_end_in_sight(world: World) -> None:
    person = world.person()
    for hours in (-1, 0, 24 * 32):
        with pytest.raises(InvalidInput):
            snooze(world, world.item(), person, hours)
    with pytest.raises(Forbidden):
        snooze(world, world.item(triage=triage(RISKY)), world.person(Role.AGENT))


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        ("hour", datetime(2026, 3, 27, 23, 30, tzinfo=UTC)),
        ("hours", datetime(2026, 3, 28, 2, 30, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 3, 28, 8, 0, tzinfo=UTC)),  # in Berlin it still is the 27th, at half past eleven
        ("monday", datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),  # the clocks have changed meanwhile
    ],
)
def test_mornings_are_the_brands(choice: str, until: datetime) -> None:
    now = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)
    assert acts.snoozed_until(choice, now=now, time_zone="Europe/Berlin") == until


def test_a_lead_hands_an_escalated_item_back_and_an_agent_decides_it(world: World) -> None:
    agent, lead = world.person(Role.AGENT), world.person(Role.LEAD)
    item = escalate(world, world.item(), agent)
    with pytest.raises(Forbidden):
        hand_back(world, item, agent)
    with pytest.raises(InvalidInput):
        hand_back(world, item, lead, " ")
    back = hand_back(world, item, lead)
    assert (back.status, back.is_escalated) == ("pending", False)
    assert snooze(world, back, agent).snoozed_until
    assert (lead.name, "handed_back", "say yes") in audit(world, item)
    with pytest.raises(Conflict, match="not escalated"):
        hand_back(world, world.item(), lead)


def test_ones_own_last_act_is_undone_and_nobody_elses(world: World) -> None:
    agent, other, lead = world.person(Role.AGENT), world.person(Role.AGENT), world.person(Role.LEAD)
    item = escalate(world, world.item(), agent)
    with pytest.raises(Conflict, match="nothing to take back"):
        undo(world, item, other)
    item = undo(world, item, agent)
    assert (item.status, item.is_escalated) == ("pending", False)
    item = hand_back(world, escalate(world, item, agent), lead)
    with pytest.raises(Conflict, match="nothing to take back"):
        undo(world, item, agent)
    item = undo(world, item, lead)
    assert (item.status, item.is_escalated) == ("escalated", True)
    item = undo(world, snooze(world, item, lead), lead)
    assert item.snoozed_until is None
    late = escalate(world, world.item(), agent)
    world.clock.advance(minutes=11)
    with pytest.raises(Conflict):
        undo(world, late, agent)
