"""A tighter policy and what was approved before it: on SQLite and on PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any

import pytest

from replyassist.channels.outgoing import OutgoingReply
from replyassist.core.accounts import User
from replyassist.core.errors import Conflict, VersionConflict
from replyassist.core.security import Role
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.policies.changing import save_policy
from replyassist.review.policies.policy import Policy
from replyassist.review.policies.recalling import recall, recalls_of
from replyassist.review.repository import audit_of
from replyassist.triage import triage
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.policies.test_holding import TWO, put
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World

EMAIL_ALONE: dict[str, Any] = {"agents": {"channels": ["email"]}}


def approved(world: World, role: Role = Role.AGENT, **overrides: Any) -> ReviewItem:
    return approve(world, world.person(role), world.item(**overrides))


def statuses(world: World, *items: ReviewItem) -> list[str]:
    return [world.reload(item).status for item in items]


def test_an_approval_that_the_policy_no_longer_allows_goes_back_with_the_reason(world: World) -> None:
    lead = world.person(Role.LEAD)
    by_agent, by_manager = approved(world), approved(world, Role.MANAGER)
    learned = len([job for job, _ in world.jobs.planned if job.name == "learn"])

    put(world, lead, **EMAIL_ALONE)

    item = world.reload(by_agent)
    assert (item.status, item.final_text, item.approval_id) == (ReviewStatus.PENDING, None, None)
    assert statuses(world, by_manager) == [ReviewStatus.APPROVED]
    assert "Not sent: the policy was changed" in (item.notice or "")
    assert "only on email; this is instagram" in (item.notice or "")
    with world.database.reading() as session:
        last = audit_of(session, item.id or 0)[-1]
    assert (last.act, last.actor_id, last.from_status, last.to_status) == (
        "recalled",
        lead.user_id,
        "approved",
        "pending",
    )
    assert "only on email" in last.reason
    assert len([job for job, _ in world.jobs.planned if job.name == "learn"]) == learned + 1, "what it taught falls"
    channel = FakeChannel()
    run(world, channel)
    run(world, channel)
    assert [reply.text for reply in channel.sent] == [DRAFT], "the manager's alone"
    assert approve(world, world.person(Role.MANAGER), item).status == ReviewStatus.APPROVED


@pytest.mark.parametrize(
    ("rules", "role", "why"),
    [
        (TWO, Role.LEAD, "Replies that say 'countries' need two people."),
        ({"leads_only": {"risks": ["any"]}}, Role.MANAGER, "Only leads see this item now"),
        ({"agents": {"verdicts": ["needs_edit"]}}, Role.AGENT, "only what the checks call needs edit"),
    ],
)
def test_every_part_of_a_policy_calls_back(world: World, rules: dict[str, Any], role: Role, why: str) -> None:
    item = approved(world, role)
    risky: dict[str, Any] = {"text": "my lawyer will write to you", "triage": triage("my lawyer will write to you")}
    other = approved(world, Role.MANAGER, **risky) if "leads_only" in rules else item
    put(world, **rules)
    assert world.reload(other).status == ReviewStatus.PENDING
    assert why in (world.reload(other).notice or "")


def test_what_two_people_approved_stays(world: World) -> None:
    put(world, **TWO)
    item = approve(world, world.person(), approve(world, world.person(Role.AGENT), world.item()))
    assert item.status == ReviewStatus.APPROVED

    put(world, **TWO, agents={"channels": ["email"]})

    assert statuses(world, item) == [ReviewStatus.APPROVED]


def test_a_first_yes_ends_with_its_recall(world: World) -> None:
    put(world, **TWO)
    agent = world.person(Role.AGENT)
    item = approve(world, world.person(), approve(world, agent, world.item()))
    put(world, **TWO, managers={"channels": ["email"]})
    item = world.reload(item)
    assert item.status == ReviewStatus.PENDING

    assert approve(world, world.person(Role.LEAD), item).status == ReviewStatus.PENDING, "a first one again"


def test_somebody_is_held_to_the_role_that_they_have_now(world: World) -> None:
    who = world.person(Role.MANAGER)
    item = approve(world, who, world.item())
    with world.database.writing() as session:
        session.get_one(User, who.user_id).role = Role.AGENT.value
    put(world, **EMAIL_ALONE)
    assert statuses(world, item) == [ReviewStatus.PENDING]


def test_more_than_was_confirmed_is_not_called_back(world: World) -> None:
    items = [approved(world), approved(world)]
    lead, rules = world.person(Role.LEAD), Policy.model_validate(EMAIL_ALONE)

    with pytest.raises(Conflict) as refused, world.database.writing() as session:
        save_policy(session, lead, BRAND, rules, seen=0, may_recall=1, jobs=world.jobs, now=world.clock.now())

    assert refused.value.extra["recalls"] == 2
    assert statuses(world, *items) == [ReviewStatus.APPROVED] * 2
    with world.database.writing() as session:
        _, number = save_policy(
            session, lead, BRAND, rules, seen=0, may_recall=2, jobs=world.jobs, now=world.clock.now()
        )
    assert (number, statuses(world, *items)) == (2, [ReviewStatus.PENDING] * 2)


def test_what_began_to_be_sent_meanwhile_is_left_alone(world: World) -> None:
    item, lead = approved(world), world.person(Role.LEAD)
    with world.database.reading() as session:
        stale = recalls_of(session, BRAND, Policy.model_validate(EMAIL_ALONE))
    assert [each.item_id for each in stale] == [item.id]
    run(world, FakeChannel())

    with world.database.writing() as session:
        assert recall(session, lead, stale, jobs=world.jobs, now=world.clock.now()) == []

    assert statuses(world, item) == [ReviewStatus.SENT]


@dataclass
class WhilePolicyChanges(FakeChannel):
    """A platform that is being called while a lead saves the policy."""

    world: World | None = None

    def send(self, reply: OutgoingReply) -> str:
        assert self.world is not None
        put(self.world, **EMAIL_ALONE)
        return super().send(reply)


def test_a_send_that_has_begun_ends_as_it_does(world: World) -> None:
    item, channel = approved(world), WhilePolicyChanges(world=world)
    run(world, channel)
    assert [reply.text for reply in channel.sent] == [DRAFT]
    assert statuses(world, item) == [ReviewStatus.SENT]


def test_a_worker_that_comes_while_the_policy_is_saved_sends_nothing(world: World) -> None:
    item, channel, lead = approved(world), FakeChannel(), world.person(Role.LEAD)

    def work() -> None:
        with suppress(VersionConflict):  # it had read the item before it waited
            run(world, channel)

    worker = Thread(target=work)
    rules = Policy.model_validate(EMAIL_ALONE)
    with world.database.writing() as session:
        save_policy(session, lead, BRAND, rules, seen=0, jobs=world.jobs, now=world.clock.now())
        worker.start()
        worker.join(0.5)
        assert worker.is_alive(), "it waits until the policy is saved"
    worker.join(30)

    assert channel.sent == []
    assert statuses(world, item) == [ReviewStatus.PENDING]
