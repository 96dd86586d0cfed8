"""A template is for some days, channels and readers: that is looked at when drafting, approving and sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from replyassist.app import build_parts, create_app
from replyassist.brands.service import get_brand, set_time_zone
from replyassist.core.errors import InvalidInput, TextBlocked
from replyassist.core.security import Role
from replyassist.faq.service import delete_template, put_template
from replyassist.guardrails import Verdict
from replyassist.proposal import BY_TEMPLATE, Candidate, UsedTemplate
from replyassist.review.decisions import take_back
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.test_decisions import approve
from tests.test_worker import worker
from tests.world import BRAND, DRAFT, World, shipping

LAST_DAY = date(2026, 11, 22)
LATE_EVENING = datetime(2026, 11, 22, 23, 59, 58, tzinfo=UTC)


def item_of(world: World, *, message: dict[str, Any] | None = None, **fields: Any) -> ReviewItem:
    """An item drafted from a template with these fields."""
    template = shipping(**fields)
    with world.database.writing() as session:
        put_template(session, BRAND, template, now=world.clock.now())
    kept = Candidate(text=DRAFT, drafted_by=BY_TEMPLATE, verdict=Verdict.READY, findings=(), coverage=1.0, score=0.9)
    return world.item(template_version=template.version, message=message, candidates=(kept,))


def at(world: World, moment: datetime) -> None:
    world.clock.advance(seconds=(moment - world.clock.now()).total_seconds())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"valid_until": date(2026, 11, 21)}, "was valid until 2026-11-21"),
        ({"valid_from": date(2026, 11, 23)}, "is valid from 2026-11-23 only"),
        ({"channels": ["tiktok"]}, "is for tiktok, not for instagram"),
        ({"visibility": "private"}, "is for private replies only"),
    ],
)
def test_a_template_that_is_not_for_here_today_is_approved_only_knowingly(
    world: World, fields: dict[str, Any], reason: str
) -> None:
    item = item_of(world, **fields)

    with pytest.raises(TextBlocked, match=reason):
        approve(world, world.person(Role.AGENT), item)
    with pytest.raises(TextBlocked, match=reason):
        approve(world, world.person(), item)

    assert approve(world, world.person(), item, accept_findings=True).status == ReviewStatus.APPROVED


def test_what_was_accepted_knowingly_is_sent(world: World) -> None:
    item = approve(world, world.person(), item_of(world, channels=["tiktok"]), accept_findings=True)
    channel = FakeChannel()

    run(world, channel)

    assert world.reload(item).status == ReviewStatus.SENT


def test_a_template_whose_last_day_ends_before_the_sending_brings_the_item_back(world: World) -> None:
    item = item_of(world, valid_until=LAST_DAY)
    at(world, LATE_EVENING)
    item = approve(world, world.person(), item)
    world.clock.advance(seconds=5)
    channel = FakeChannel()

    run(world, channel)

    now = world.reload(item)
    assert channel.sent == []
    assert now.status == ReviewStatus.PENDING
    assert "was valid until 2026-11-22" in (now.notice or "")
    assert now.verdict == "blocked"


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_further_template_of_the_draft_that_changes_after_the_approval_brings_the_item_back(
    world: World, is_deleted: bool
) -> None:
    question = {"id": "shipping-cost", "title": "What is shipping?", "questions": ["how much is it?"], "facts": {}}
    further, changed = (shipping(**question, reply=f"Shipping is {euros} euros.") for euros in ("three", "four"))
    with world.database.writing() as session:
        put_template(session, BRAND, further, now=world.clock.now())
    used = UsedTemplate(id=further.id, version=further.version)
    item, channel = approve(world, world.person(), world.item(also_templates=(used,))), FakeChannel()
    with world.database.writing() as session:
        if is_deleted:
            delete_template(session, BRAND, further.id, now=world.clock.now())
        else:
            put_template(session, BRAND, changed, now=world.clock.now())

    run(world, channel)

    now = world.reload(item)
    assert (channel.sent, now.status) == ([], ReviewStatus.PENDING)
    assert "another template of the draft has changed" in (now.notice or "")


@pytest.mark.parametrize(("zone", "is_over"), [("UTC", False), ("Pacific/Auckland", True), ("America/Lima", False)])
def test_a_day_ends_where_the_brand_is(world: World, zone: str, is_over: bool) -> None:
    with world.database.writing() as session:
        set_time_zone(session, BRAND, zone)
    item = item_of(world, valid_until=LAST_DAY)
    at(world, LATE_EVENING - timedelta(hours=2))

    if is_over:
        with pytest.raises(TextBlocked, match="was valid until"):
            approve(world, world.person(), item)
    else:
        assert approve(world, world.person(), item).status == ReviewStatus.APPROVED


@pytest.mark.parametrize("name", ["Dublin", "", "europe/dublin", "../etc/passwd", "UTC+1"])
def test_what_is_no_time_zone_is_refused_with_a_hint(world: World, name: str) -> None:
    with world.database.writing() as session, pytest.raises(InvalidInput, match="not a time zone"):
        set_time_zone(session, BRAND, name)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_lead_sets_the_time_zone_and_an_agent_may_not(world: World) -> None:
    settings = world.settings.model_copy(update={"database_url": world.database.url})
    parts = build_parts(settings, model=FakeChatModel([]), encoder=FakeEncoder(), clock=world.clock, upgrade=False)
    client, path = TestClient(create_app(parts=parts)), f"/v1/brands/{BRAND}/time-zone"
    lead, agent = ({"authorization": f"Bearer {world.token(world.person(role))}"} for role in (Role.LEAD, Role.AGENT))

    assert client.get(path, headers=agent).json() == {"time_zone": "UTC"}
    assert client.put(path, headers=agent, json={"time_zone": "Europe/Dublin"}).status_code == 403
    assert client.put(path, headers=lead, json={"time_zone": "Mars/Base"}).status_code == 422
    assert client.put(path, headers=lead, json={"time_zone": "Europe/Dublin"}).status_code == 200
    parts.close()
    with world.database.reading() as session:
        assert get_brand(session, BRAND).time_zone == "Europe/Dublin"


class TestExpiring:
    def test_what_nobody_decided_for_long_leaves_the_queue_and_can_be_brought_back(self, world: World) -> None:
        item = world.item()
        world.clock.advance(days=31)

        worker(world).reconciler.reconcile()

        expired = world.reload(item)
        assert (expired.status, expired.notice) == (ReviewStatus.EXPIRED, "Nobody decided within 30 days.")
        with world.database.writing() as session:
            back = take_back(
                session,
                world.person(),
                item.id or 0,
                version=expired.version,
                jobs=world.jobs,
                now=world.clock.now(),
            )
        assert back.status == ReviewStatus.PENDING

    def test_nothing_expires_early_or_where_it_is_switched_off(self, world: World) -> None:
        item = world.item()
        world.clock.advance(days=29)
        worker(world).reconciler.reconcile()
        world.clock.advance(days=300)
        never = worker(world)
        replace(never, settings=never.settings.model_copy(update={"expire_after_days": 0})).reconciler.reconcile()

        assert world.reload(item).status == ReviewStatus.PENDING
