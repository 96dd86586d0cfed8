"""What operators see of what waits."""

from __future__ import annotations

from replyassist.backlog import KEPT, Backlog, Metrics
from replyassist.brands.model_use import MICRO, ModelLimits, set_model_limits
from replyassist.brands.repository import note_spent
from replyassist.brands.service import get_brand, set_time_zone
from replyassist.review.models import ReviewStatus
from tests.world import BRAND, World


def told(backlog: Backlog) -> dict[tuple[str, str], float]:
    return {
        (sample.name.removeprefix("replyassist_"), sample.labels.get("status", "")): sample.value
        for family in backlog.collect()
        for sample in family.samples
    }


def test_items_and_the_longest_wait_are_told_by_status(world: World) -> None:
    backlog = Backlog(world.database, world.clock, ModelLimits())
    world.item()
    world.clock.advance(seconds=100)
    world.item()
    world.message()
    world.clock.advance(seconds=20)
    found = told(backlog)
    assert found["items", ReviewStatus.PENDING] == 2
    assert found["longest_wait_seconds", ReviewStatus.PENDING] == 120
    assert (found["items", "received"], found["longest_wait_seconds", "received"]) == (1, 20)
    assert found["circuits_open", ""] == 0
    assert (found["items", ReviewStatus.UNCERTAIN], found["longest_wait_seconds", ReviewStatus.UNCERTAIN]) == (0, 0)


def test_the_longest_wait_is_that_of_any_brand(world: World) -> None:
    world.second_brand("larkspur")
    world.item(message={"brand": "larkspur"})
    world.clock.advance(seconds=50)
    world.item()
    assert told(Backlog(world.database, world.clock, ModelLimits()))["longest_wait_seconds", ReviewStatus.PENDING] == 50


def test_the_database_is_asked_once_for_all_who_look(world: World) -> None:
    backlog = Backlog(world.database, world.clock, ModelLimits())
    told(backlog)
    world.item()
    assert told(backlog)["items", ReviewStatus.PENDING] == 0
    world.clock.advance(seconds=KEPT.total_seconds())
    assert told(backlog)["items", ReviewStatus.PENDING] == 1


def test_counters_and_backlog_are_one_text(world: World) -> None:
    world.item()
    text = Metrics(world.database, world.clock, ModelLimits()).text().decode()
    assert 'replyassist_items{status="pending"} 1.0' in text
    assert "replyassist_wait_seconds_bucket" in text


def test_what_brands_have_used_of_their_days_money_is_told_by_brand(world: World) -> None:
    world.second_brand("larkspur")
    world.second_brand("quiet")
    now = world.clock.now()
    with world.database.writing() as session:
        set_time_zone(session, "larkspur", "Pacific/Auckland")  # noon in UTC is tomorrow there
        set_model_limits(session, BRAND, ModelLimits(daily_micro_usd=4 * MICRO))
        for brand in (BRAND, "larkspur"):
            note_spent(session, brand, get_brand(session, brand).day(now), MICRO)
        note_spent(session, "larkspur", now.date(), 9 * MICRO)  # of its yesterday

    assert used(world, ModelLimits()) == {BRAND: 0.25}
    assert used(world, ModelLimits(daily_micro_usd=2 * MICRO)) == {BRAND: 0.25, "larkspur": 0.5}
    assert used(world, ModelLimits(daily_micro_usd=0)) == {BRAND: 0.25, "larkspur": 1.0}


def used(world: World, limits: ModelLimits) -> dict[str, float]:
    return {
        sample.labels["brand"]: sample.value
        for family in Backlog(world.database, world.clock, limits).collect()
        for sample in family.samples
        if family.name == "replyassist_model_budget_used_ratio"
    }
