from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import select, text

from replyassist.brands.service import get_brand
from replyassist.core.accounts import Principal
from replyassist.core.errors import (
    ClaimedByAnother,
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    TextBlocked,
    VersionConflict,
)
from replyassist.core.security import Role
from replyassist.faq.service import import_templates
from replyassist.review import approving, decisions
from replyassist.review.models import Approval, AuditEntry, ReviewItem, ReviewStatus
from replyassist.review.repository import audit_of
from replyassist.triage import triage
from tests.world import BRAND, DRAFT, LATER, World, shipping


def approve(world: World, who: Principal, item: ReviewItem, **overrides: Any) -> ReviewItem:
    text = overrides.pop("text", item.draft)
    arguments: dict[str, Any] = {
        "version": item.version,
        "accept_findings": False,
        "jobs": world.jobs,
        "now": world.clock.now(),
        "send_delay_seconds": 5,
    }
    with world.database.reading() as session:
        read = approving.checked(session, who, item.id or 0, text)
    with world.database.writing() as session:
        return approving.approve(session, who, item.id or 0, text=read, **(arguments | overrides))


def test_an_approval_keeps_the_text_and_plans_its_sending_after_the_undo_time(world: World) -> None:
    item = approve(world, world.person(), world.item())

    assert item.status == ReviewStatus.APPROVED
    assert item.final_text == DRAFT
    job, delay = world.jobs.planned[-1]
    assert (job.name, delay) == ("deliver", 5)


def test_a_draft_is_approved_under_a_voice_that_an_earlier_version_stored(world: World) -> None:
    with world.database.writing() as session:
        brand = get_brand(session, BRAND)
        brand.voice, brand.voice_version = brand.voice | {"pick_ups": {"question": ["About {detail}:"]}}, "earlier"

    assert approve(world, world.person(), world.item()).status == ReviewStatus.APPROVED


def test_an_edited_text_is_approved_as_edited(world: World) -> None:
    edited = DRAFT.replace("Hi Tom!", "Hey Tom!")

    item = approve(world, world.person(), world.item(), text=edited)

    assert item.final_text == edited
    with world.database.reading() as session:
        assert [entry.act for entry in audit_of(session, item.id or 0)] == ["queued", "edited_and_approved"]


def test_an_approval_of_an_older_version_is_refused(world: World) -> None:
    item, who = world.item(), world.person()
    world.redraft(item, who, "shorter")

    with pytest.raises(VersionConflict, match="version 1"):
        approve(world, who, item)


def test_a_draft_of_a_changed_template_cannot_be_approved(world: World) -> None:
    item, who = world.item(), world.person()
    with world.database.writing() as session:
        import_templates(session, BRAND, [shipping(facts={"countries_count": 31})], now=world.clock.now())

    with pytest.raises(VersionConflict, match="template has changed"):
        approve(world, who, item)


def test_a_new_message_of_the_same_author_makes_the_seen_version_old(world: World) -> None:
    conversation = {"external_id": "thread-1", "visibility": "private"}
    item, who = world.item(message={"conversation": conversation}), world.person()
    world.item(message={"conversation": conversation, "text": "never mind, I found it", "posted_at": LATER})

    with pytest.raises(VersionConflict):
        approve(world, who, item)
    assert "written again" in (world.reload(item).notice or "")


def test_an_agent_approves_only_what_is_ready_and_of_low_risk(world: World) -> None:
    agent = world.person(Role.AGENT)
    approve(world, agent, world.item())

    with pytest.raises(Forbidden, match="high risk"):
        approve(world, agent, world.item(triage=triage("my solicitor will write to you")))
    with pytest.raises(TextBlocked):
        approve(world, agent, world.item(), text="Hi Tom! We ship to 40 countries for €3.")


def test_a_blocked_text_needs_a_manager_who_accepts_the_findings(world: World) -> None:
    item, manager = world.item(), world.person()
    invented = "Hi Tom! We ship to 32 countries, and shipping costs €3."

    with pytest.raises(TextBlocked):
        approve(world, manager, item, text=invented)
    accepted = approve(world, manager, item, text=invented, accept_findings=True)

    with world.database.reading() as session:
        approval = session.get(Approval, accepted.approval_id)
        assert approval is not None
        assert approval.accepted_findings


def test_a_service_can_never_approve(world: World) -> None:
    item, service = world.item(), world.service()

    with pytest.raises(Forbidden, match="only a person"):
        approve(world, service, item)


def test_the_database_refuses_an_approval_by_a_service(world: World) -> None:
    item, service = world.item(), world.service()
    columns = (
        "review_item_id, approver_id, approver_kind, text, text_digest, binding_digest, bound_to, "
        "accepted_findings, created_at"
    )
    for kind in ("person", "service"):
        with pytest.raises(IntegrityError), world.database.writing() as session:
            session.connection().execute(
                text(
                    f"INSERT INTO approval ({columns}) VALUES "
                    f"({item.id}, {service.user_id}, '{kind}', 'x', 'x', 'x', '{{}}', '[]', '2026-11-22')"
                )
            )


def test_the_database_refuses_a_delivery_without_its_approval_or_with_another_text(world: World) -> None:
    item = approve(world, world.person(), world.item())
    columns = (
        "approval_id, text_digest, review_item_id, channel, adapter, idempotency_key, status, attempt, "
        "may_have_landed, created_at, updated_at"
    )
    for approval_id in (999_999, item.approval_id):
        with pytest.raises(IntegrityError), world.database.writing() as session:
            session.connection().execute(
                text(
                    f"INSERT INTO delivery ({columns}) VALUES ({approval_id}, 'another text', {item.id}, 'x', 'file', "
                    "'k', 'sending', 0, false, '2026-11-22', '2026-11-22')"
                )
            )


@pytest.mark.parametrize("table", ["approval", "audit_entry", "reply_template_version"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_what_was_decided_cannot_be_changed(world: World, table: str, statement: str) -> None:
    approve(world, world.person(), world.item())

    with pytest.raises(DatabaseError, match="append-only"), world.database.writing() as session:
        session.connection().execute(text(statement.format(table)))


def test_another_brands_item_does_not_exist(world: World) -> None:
    item = world.item()

    with pytest.raises(NotFound):
        approve(world, world.person(brands=[]), item)


def test_a_claim_keeps_others_out_until_it_runs_out(world: World) -> None:
    item, first, second = world.item(), world.person(), world.person()
    with world.database.writing() as session:
        decisions.claim(session, first, item.id or 0, now=world.clock.now(), minutes=10)

    with pytest.raises(ClaimedByAnother):
        approve(world, second, item)
    with pytest.raises(ClaimedByAnother), world.database.writing() as session:
        decisions.claim(session, second, item.id or 0, now=world.clock.now(), minutes=10)
    world.clock.advance(minutes=11)
    assert approve(world, second, item).status == ReviewStatus.APPROVED


def test_rejecting_and_escalating_need_a_reason(world: World) -> None:
    item, who = world.item(), world.person()

    for act in (decisions.reject, decisions.escalate):
        with pytest.raises(InvalidInput), world.database.writing() as session:
            act(session, who, item.id or 0, version=item.version, reason="  ", jobs=world.jobs, now=world.clock.now())


def test_an_escalated_item_is_decided_by_a_lead(world: World) -> None:
    item, manager, lead = world.item(), world.person(), world.person(Role.LEAD)
    item = world.escalate(item, manager, "unsure about customs")

    with pytest.raises(Forbidden):
        approve(world, manager, item)
    assert approve(world, lead, item).status == ReviewStatus.APPROVED


def test_an_approval_can_be_taken_back_before_it_is_sent(world: World) -> None:
    who = world.person()
    item = approve(world, who, world.item())
    item = world.take_back(item, who)

    assert item.status == ReviewStatus.PENDING
    assert item.approval_id is None


def test_an_approved_item_is_not_approved_again(world: World) -> None:
    who = world.person()
    item = approve(world, who, world.item())

    with pytest.raises(InvalidTransition):
        approve(world, who, item)


def test_an_approved_item_gets_no_new_draft(world: World) -> None:
    who = world.person()
    item = approve(world, who, world.item())

    with pytest.raises(Conflict):
        world.redraft(item, who)


def test_every_move_writes_one_audit_row_in_the_same_transaction(world: World) -> None:
    item, who = world.item(), world.person()
    with pytest.raises(RuntimeError), world.database.writing() as session:
        decisions.reject(session, who, item.id or 0, version=1, reason="no", jobs=world.jobs, now=world.clock.now())
        raise RuntimeError("the process dies before the commit")

    with world.database.reading() as session:
        assert len(list(session.exec(select(AuditEntry)))) == 1
    assert world.reload(item).status == ReviewStatus.PENDING


def test_every_decision_plans_one_job_that_learns_from_it(world: World) -> None:
    who, item = world.person(), world.item()

    def planned() -> list[str]:
        return [job.key for job, _ in world.jobs.planned if job.name == decisions.LEARN_JOB]

    item = approve(world, who, item)
    item = world.take_back(item, who)
    assert planned() == [f"learn-{item.id}-2-0", f"learn-{item.id}-3-0"]
    item = world.redraft(item, who, template_id="shipping-abroad")
    item = world.reject(item, who)
    assert planned()[2:] == [f"learn-{item.id}-4-0", f"learn-{item.id}-5-0"]


def test_a_decision_that_fails_plans_nothing(world: World) -> None:
    item, who = world.item(), world.person()
    with pytest.raises(VersionConflict):
        approve(world, who, item, version=7)

    assert not [job for job, _ in world.jobs.planned if job.name == decisions.LEARN_JOB]
