from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError
from sqlmodel import select, text

from replyassist.core.accounts import Principal
from replyassist.core.errors import Forbidden, InvalidInput, NotFound, ReplyassistError, VersionConflict
from replyassist.core.security import Role
from replyassist.faq.service import import_templates
from replyassist.guardrails import Verdict
from replyassist.review import decisions
from replyassist.review.list_order import QueueFilter
from replyassist.review.models import Approval, ReviewItem, ReviewStatus
from replyassist.review.policies.changing import save_policy
from replyassist.review.policies.models import PolicyVersion, ProposedApproval
from replyassist.review.policies.policy import Policy
from replyassist.review.policies.rules import policy_item, why_not, why_two
from replyassist.review.policies.service import policy_of
from replyassist.review.repository import audit_of
from replyassist.review.repository.lists import list_items
from replyassist.review.scheduling import SendLater
from replyassist.triage import triage
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World, shipping

TAGGED = shipping(tags=["shipping"])
TWO = {"second_person": {"words": ["countries"]}}


def put(world: World, lead: Principal | None = None, /, **parts: Any) -> PolicyVersion:
    lead = lead or world.person(Role.LEAD)
    with world.database.writing() as session:
        newest = session.exec(select(PolicyVersion).where(PolicyVersion.brand_id == BRAND)).all()
        rules, now = Policy.model_validate(parts), world.clock.now()
        return save_policy(session, lead, BRAND, rules, seen=len(newest), jobs=world.jobs, now=now)[0]


def approvals(world: World) -> list[Approval]:
    with world.database.reading() as session:
        return list(session.exec(select(Approval).order_by(text("id"))))


def test_a_text_that_the_policy_forbids_to_an_agent_is_refused_and_nothing_is_recorded(world: World) -> None:
    put(world, agents={"channels": ["email"]})
    item = world.item()

    with pytest.raises(Forbidden, match=r"only on email; this is instagram\. A manager or lead may send it\."):
        approve(world, world.person(Role.AGENT), item)

    assert approvals(world) == []
    assert world.reload(item).version == item.version
    assert approve(world, world.person(Role.MANAGER), item).status == ReviewStatus.APPROVED


class TestATimeOfTheFirstOfTwo:
    """What the first person wants to be sent later."""

    @staticmethod
    def later(world: World, hours: int) -> SendLater:
        return SendLater(world.clock.now() + timedelta(hours=hours), lambda _session, _stored: None)

    def second(self, world: World, item: ReviewItem, **overrides: Any) -> timedelta | None:
        """How long the reply waits after the second yes; None: not for any time."""
        approve(world, world.person(Role.MANAGER), item, **overrides)
        (approval,) = approvals(world)
        (wait,) = [delay for job, delay in world.jobs.planned if job.name == "deliver"]
        waits = approval.send_at - world.clock.now() if approval.send_at else None
        assert wait == (waits.total_seconds() if waits else 5)
        return waits

    def first(self, world: World) -> ReviewItem:
        put(world, **TWO)
        return approve(world, world.person(Role.AGENT), world.item(), later=self.later(world, 20))

    def test_holds_for_the_second(self, world: World) -> None:
        assert self.second(world, self.first(world)) == timedelta(hours=20)

    def test_is_over_when_the_second_comes_too_late(self, world: World) -> None:
        item = self.first(world)
        world.clock.advance(hours=20)
        assert self.second(world, item) is None

    def test_gives_way_to_the_seconds_own(self, world: World) -> None:
        assert self.second(world, self.first(world), later=self.later(world, 3)) == timedelta(hours=3)

    def test_is_not_that_of_another_text(self, world: World) -> None:
        item, edited = self.first(world), DRAFT.replace("Hi Tom!", "Hey Tom!")
        item = approve(world, world.person(Role.AGENT), item, text=edited)
        assert self.second(world, item, text=edited) is None


def test_tags_are_those_that_the_template_has(world: World) -> None:
    with world.database.writing() as session:
        import_templates(session, BRAND, [TAGGED], now=world.clock.now())
    put(world, agents={"templates": ["shipping"]})
    item = world.item(template_version=TAGGED.version)
    assert approve(world, world.person(Role.AGENT), item).status == ReviewStatus.APPROVED


def test_what_needs_two_people_waits_for_the_second_and_nothing_leaves_before(world: World) -> None:
    put(world, **TWO)
    agent, manager = world.person(Role.AGENT), world.person(Role.MANAGER)
    planned = len(world.jobs.planned)

    item = approve(world, agent, world.item())

    assert (item.status, item.approval_id, item.claimed_by) == (ReviewStatus.PENDING, None, None)
    assert approvals(world) == []
    assert not [job for job, _ in world.jobs.planned[planned:] if job.name == "deliver"]
    assert "waits for a second person: replies that say 'countries' need two people" in (item.notice or "")

    item = approve(world, manager, item)

    (made,) = approvals(world)
    assert (made.approver_id, made.text, item.status) == (manager.user_id, DRAFT, ReviewStatus.APPROVED)
    with world.database.reading() as session:
        acts = [(entry.act, entry.actor_id) for entry in audit_of(session, item.id or 0)]
    assert acts[1:] == [("proposed", agent.user_id), ("approved", manager.user_id)]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.LEAD, Role.ADMIN])
def test_nobody_is_the_second_person_to_themselves(world: World, role: Role) -> None:
    put(world, **TWO)
    first = world.person(role)
    item = approve(world, first, world.item())
    with pytest.raises(Forbidden, match="Your yes is recorded"):
        approve(world, first, item)
    assert approvals(world) == []


def test_an_agent_is_never_the_second_person(world: World) -> None:
    put(world, **TWO)
    item = approve(world, world.person(Role.AGENT), world.item())
    with pytest.raises(Forbidden, match="the second is a manager or a lead"):
        approve(world, world.person(Role.AGENT), item)
    assert approvals(world) == []


def test_another_text_is_a_first_approval_again(world: World) -> None:
    put(world, **TWO)
    first, second = world.person(), world.person()
    item = approve(world, first, world.item())
    other = DRAFT.replace("Hi Tom!", "Hey Tom!")

    item = approve(world, second, item, text=other)

    assert (item.status, approvals(world)) == (ReviewStatus.PENDING, [])
    assert approve(world, first, item, text=other).final_text == other


def test_a_first_approval_ends_with_a_rejection_and_with_an_edit_of_the_message(world: World) -> None:
    put(world, **TWO)
    first, second = world.person(), world.person()
    item = approve(world, first, world.item())
    item = world.reject(item, second)
    assert item.notice is None
    item = world.take_back(item, second)
    assert approve(world, second, item).status == ReviewStatus.PENDING

    edited = approve(world, first, world.item())
    world.edit(world.key(edited), "do you ship to Norway and Sweden??")
    edited = world.reload(edited)
    assert approve(world, second, edited).status == ReviewStatus.PENDING


def test_rows_of_policies_are_never_changed(world: World) -> None:
    put(world, **TWO)
    approve(world, world.person(), world.item())
    for table in ("policy_version", "proposed_approval"):
        for statement in (f"UPDATE {table} SET created_at = created_at", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match="append-only"), world.database.writing() as session:
                session.connection().execute(text(statement))


def test_what_is_for_leads_is_nowhere_for_others(world: World) -> None:
    risky: dict[str, Any] = {"text": "my lawyer will write to you", "triage": triage("my lawyer will write to you")}
    put(world, leads_only={"risks": ["any"]})
    hidden, shown = world.item(**risky), world.item()
    manager, lead = world.person(), world.person(Role.LEAD)
    with world.database.reading() as session:
        with pytest.raises(NotFound):
            decisions.visible_item(session, manager, hidden.id or 0)
        assert decisions.visible_item(session, lead, hidden.id or 0).is_for_leads
        seen = list_items(session, QueueFilter(brands=None, for_leads=False), after=None, limit=9)
        assert [item.id for item in seen] == [shown.id]

    put(world)

    assert not world.reload(hidden).is_for_leads, "an open item shows itself again when the policy changes"


def test_a_policy_is_changed_by_leads_of_the_brand_in_the_version_that_they_saw(world: World) -> None:
    lead = world.person(Role.LEAD)
    assert put(world, lead, **TWO).number == 1
    with world.database.writing() as session, pytest.raises(VersionConflict, match="version 1"):
        save_policy(session, lead, BRAND, Policy(), seen=0, jobs=world.jobs, now=world.clock.now())
    for other in (world.person(Role.AGENT), world.person(Role.MANAGER)):
        with world.database.writing() as session, pytest.raises(Forbidden):
            save_policy(session, other, BRAND, Policy(), seen=1, jobs=world.jobs, now=world.clock.now())
    with world.database.writing() as session, pytest.raises(InvalidInput):
        save_policy(session, lead, BRAND, Policy(), seen=1, note="x" * 501, jobs=world.jobs, now=world.clock.now())
    with world.database.reading() as session:
        assert policy_of(session, BRAND).second_person.words == ("countries",)


RULES = st.fixed_dictionaries(
    {
        "channels": st.sampled_from([[], ["instagram"], ["email"]]),
        "templates": st.sampled_from([[], ["shipping"], ["shipping-abroad"], ["returns"]]),
        "verdicts": st.sampled_from([[], ["ready"], ["needs_edit", "blocked"]]),
        "languages": st.sampled_from([[], ["en"], ["de"]]),
        "amounts_up_to": st.sampled_from([None, 0, 50]),
    }
)
SECOND = st.fixed_dictionaries(
    {
        "words": st.sampled_from([[], ["countries"], ["refund"]]),
        "channels": st.sampled_from([[], ["instagram"]]),
        "amounts_above": st.sampled_from([None, 20]),
    }
)
TEXTS = (DRAFT, DRAFT.replace("Hi", "Hey"), f"{DRAFT} It costs 40 euros.")
ACT = st.tuples(st.integers(0, 3), st.sampled_from(TEXTS), st.booleans())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    policies=st.lists(st.tuples(RULES, RULES, SECOND), min_size=1, max_size=2),
    acts=st.lists(ACT, min_size=1, max_size=5),
)
def test_no_approval_exists_that_the_policy_forbids(world: World, policies: list[Any], acts: list[Any]) -> None:
    """Whoever tries whatever in whichever order: what was approved was allowed then, and to two people where it must.

    The oracle reads the tables alone: the policy as it was, who said yes to which text, and the verdict.
    """
    people = [world.person(role) for role in (Role.AGENT, Role.AGENT, Role.MANAGER, Role.LEAD)]
    with world.database.writing() as session:
        import_templates(session, BRAND, [TAGGED], now=world.clock.now())
    item = world.item(template_version=TAGGED.version)
    made: list[tuple[Policy, Principal, int]] = []
    for number, (who, words, accept) in enumerate(acts):
        if number % 2 == 0:
            agents, managers, second = policies[number // 2 % len(policies)]
            put(world, people[3], agents=agents, managers=managers, second_person=second)
        known = {approval.id for approval in approvals(world)}
        with suppress(ReplyassistError):
            item = approve(world, people[who], world.reload(item), text=words, accept_findings=accept)
        with world.database.reading() as session:
            policy = policy_of(session, BRAND)
        made += [(policy, people[who], approval.id or 0) for approval in approvals(world) if approval.id not in known]
        item = taken_back(world, people[3], item)

    for policy, approver, approval_id in made:
        _require_allowed(world, policy, approver, approval_id)


def taken_back(world: World, lead: Principal, item: ReviewItem) -> ReviewItem:
    if (item := world.reload(item)).status != ReviewStatus.APPROVED:
        return item
    return world.take_back(item, lead)


def _require_allowed(world: World, policy: Policy, approver: Principal, approval_id: int) -> None:
    with world.database.reading() as session:
        approval = session.get_one(Approval, approval_id)
        item = session.get_one(ReviewItem, approval.review_item_id)
        firsts = session.exec(select(ProposedApproval).where(ProposedApproval.review_item_id == item.id)).all()
    severities = {finding["severity"] for finding in approval.accepted_findings}
    verdict = (
        Verdict.BLOCKED if "block" in severities else Verdict.NEEDS_EDIT if "warn" in severities else Verdict.READY
    )
    seen = policy_item(item.proposal, item.channel, [TAGGED], verdict)
    assert why_not(policy, approver, seen, approval.text) == ""
    if why_two(policy, seen, approval.text):
        assert approver.role is not Role.AGENT
        assert any(first.text == approval.text and first.proposer_id != approver.user_id for first in firsts)
