from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from replyassist.brands.service import get_brand, set_voice
from replyassist.faq.service import put_template
from replyassist.guardrails import Verdict
from replyassist.proposal import BY_TEMPLATE, Candidate
from replyassist.reconciling import DRAFTS_AT_ONCE
from replyassist.review import decisions
from replyassist.review import repository as reviews
from replyassist.review.models import ReviewItem, ReviewStatus
from tests.review.test_decisions import approve
from tests.statements import counted
from tests.test_worker import worker
from tests.world import BRAND, DRAFT, World, shipping, voice


def test_the_reconciler_gives_lost_rows_a_new_job(world: World) -> None:
    world.message()
    sending = approve(world, world.person(), world.item())
    world.jobs.planned.clear()
    world.clock.advance(minutes=5)
    work = worker(world)
    assert work.reconciler.reconcile() == 0, "rows whose job lives are left alone"

    world.jobs.live.clear()
    assert work.reconciler.reconcile() == 2
    work.draft(*world.jobs.take("draft").arguments)
    work.deliver(*world.jobs.take("deliver").arguments)
    assert world.reload(sending).status == ReviewStatus.SENT


def test_a_lost_job_is_found_behind_any_number_of_rows_that_only_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replyassist.reconciling.ROWS_AT_ONCE", 3)
    who = world.person()
    items = [approve(world, who, world.item()) for _ in range(8)]
    world.clock.advance(minutes=5)
    for lost in (items[4], items[7]):
        world.jobs.live.remove(decisions.deliver_job(lost.approval_id, lost.attempt).key)
    assert worker(world).reconciler.reconcile() == 2
    assert [world.reload(each).attempt for each in items] == [0, 0, 0, 0, 1, 0, 0, 1]


def test_a_redraft_whose_job_is_lost_is_given_up_and_says_so(world: World) -> None:
    item, who = world.item(), world.person()
    with world.database.writing() as session:
        decisions.redraft(
            session,
            who,
            item.id or 0,
            version=1,
            instruction="",
            template_id=None,
            jobs=world.jobs,
            now=world.clock.now(),
        )
    world.jobs.live.clear()
    world.clock.advance(minutes=5)
    worker(world).reconciler.reconcile()

    now = world.reload(item)
    assert not now.is_redrafting
    assert "could not be made" in (now.notice or "")


def drafted(world: World, **overrides: Any) -> ReviewItem:
    kept = Candidate(text=DRAFT, drafted_by=BY_TEMPLATE, verdict=Verdict.READY, findings=(), coverage=1.0, score=0.9)
    return world.item(candidates=(kept,), **overrides)


def test_a_changed_voice_reaches_the_kept_verdict_of_every_open_item(world: World) -> None:
    items = [drafted(world) for _ in range(DRAFTS_AT_ONCE + 1)]
    with world.database.writing() as session:
        set_voice(session, get_brand(session, BRAND), voice(exclamations_max=0))
    worker(world).reconciler.refresh_verdicts()

    assert {world.reload(item).verdict for item in (items[0], items[-1])} == {"needs_edit"}
    assert world.reload(items[0]).version == items[0].version, "nobody's view of the item is out of date"


def test_a_template_that_runs_out_reaches_the_kept_verdict_as_the_day_passes(world: World) -> None:
    template = shipping(valid_until=date(2026, 11, 22))
    with world.database.writing() as session:
        put_template(session, BRAND, template, now=world.clock.now())
    item, reconciler = drafted(world, template_version=template.version), worker(world).reconciler
    reconciler.refresh_verdicts()
    assert world.reload(item).verdict == "ready"

    world.clock.advance(days=2)
    reconciler.refresh_verdicts()
    assert world.reload(item).verdict == "blocked"


def test_nobody_decided_so_the_item_leaves_the_queue_and_an_escalated_one_stays(world: World) -> None:
    forgotten, asked, who = world.item(), world.item(), world.person()
    world.escalate(asked, who, "?")
    world.clock.advance(days=world.settings.expire_after_days + 1)
    worker(world).reconciler.reconcile()

    assert world.reload(forgotten).status == ReviewStatus.EXPIRED
    assert world.reload(asked).status == ReviewStatus.ESCALATED


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_sweep_reads_what_it_looks_for_and_not_all_that_waits(world: World) -> None:
    now = world.clock.now()
    with world.database.reading() as session, counted(world.database) as statements:
        reviews.redrafting_since(session, before=now, limit=5)
        reviews.open_ids(session, BRAND)
        reviews.audit_ids_after(session, 0, None, limit=5, for_leads=False)
        plans = [
            [
                str(step[3])
                for step in session.connection().exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}", ("x",) * statement.count("?")
                )
            ]
            for statement in tuple(statements)
            if statement.startswith("SELECT")
        ]
    redrafting, undecided, told = plans
    assert any("ix_review_item_redrafting" in step for step in redrafting), redrafting
    assert any("USING COVERING INDEX" in step for step in undecided), undecided
    assert any("review_item USING INTEGER PRIMARY KEY" in step for step in told), told
