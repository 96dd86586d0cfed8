"""Budgets, windows and costs of an account, with the platform in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import col, select

from replyassist.channels import Account, Budget, Credentials
from replyassist.channels import repository as stored
from replyassist.channels.account import Tested as Found
from replyassist.channels.budgets import Reserved, seconds_to_read, seconds_to_wait
from replyassist.channels.keeping import save
from replyassist.channels.models import Connection, Spending
from replyassist.delivery.models import Delivery
from replyassist.delivery.outlook import Outlook, outlook, outlooks
from replyassist.delivery.waiting import waiting_sends
from replyassist.inbox.service import load
from replyassist.review.models import ReviewItem
from replyassist.testing import fake_adapter
from replyassist.testing.platform import TOKEN, TRAITS, US
from tests.delivery.test_delivery import run
from tests.review.test_decisions import approve
from tests.world import BRAND, World

from .test_connections import row
from .test_fake_platform import FakeHarness


def of_the_outlook(world: World, item: ReviewItem) -> tuple[datetime | None, datetime | None]:
    """When the window closes by the item's page and by the queue."""
    with world.database.reading() as session:
        ahead = outlooks(session, [session.get_one(ReviewItem, item.id)])
        return outlook(session, load(session, item.message_id), "yes").closes_at, ahead[item.id or 0].closes_at


def test_the_clock_of_an_item_is_that_of_the_account(world: World) -> None:
    given = {"token": "t", "app_secret": "s", "verify_token": "v", "human_agent": "yes"}
    item = world.item(message={"conversation": {"external_id": "tom", "visibility": "private"}})
    with world.database.writing() as session:
        kept = save(
            session, world.connections.vault, BRAND, "instagram", "instagram", given,
            tested=Found(()), now=world.clock.now(), options={"human_agent": "no"},
        )  # fmt: skip
    posted_at = world.reload(item).posted_at
    assert of_the_outlook(world, item) == (posted_at + timedelta(days=1),) * 2
    with world.database.writing() as session:
        session.get_one(Connection, kept.id).options = None
    world.connections.note_options()
    assert of_the_outlook(world, item) == (posted_at + timedelta(days=7),) * 2
    assert row(world, "instagram").options is not None
    assert "app_secret" not in (row(world, "instagram").options or {})


class TestBudgets:
    def wait(self, world: World, conversation: str = "c") -> float:
        traits = replace(TRAITS, budgets=(Budget(5, seconds=60, send=2), Budget(1, seconds=1, scope="conversation")))
        with world.database.writing() as session:
            connection = stored.hold(session, row(world).id or 0)
            now = world.clock.now()
            return seconds_to_wait(session, connection, traits, conversation=conversation, now=now)

    def test_no_span_holds_more_than_the_budget(self, world: World) -> None:
        world.connect("fake", "fake")

        assert [self.wait(world, "a"), self.wait(world, "a"), self.wait(world, "b")] == [0, 1, 0]
        world.clock.advance(seconds=20)
        assert self.wait(world) == 40, "5 points a minute are two sends of 2"
        world.clock.advance(seconds=40)
        assert self.wait(world) == 0

    def test_what_no_budget_looks_back_at_is_forgotten_of_every_conversation(self, world: World) -> None:
        world.connect("fake", "fake")
        self.wait(world, "a")
        world.clock.advance(seconds=60)
        self.wait(world, "b")

        with world.database.reading() as session:
            kept = session.exec(select(Spending.budget)).all()
        assert sorted(kept) == ["1/1 b", "5/60"]

    def test_a_platform_that_asked_to_wait_is_waited_for_by_all(self, world: World) -> None:
        kept = world.connect("fake", "fake")
        with world.database.writing() as session:
            stored.hold(session, kept.id or 0).paused_until = world.clock.now() + timedelta(seconds=25)

        assert self.wait(world) == 25


class TestReadings:
    traits = replace(
        TRAITS,
        budgets=(
            Budget(8, seconds=60, send=2, read=1),
            Budget(1, seconds=1),
            Budget(1, seconds=9, scope="conversation"),
        ),
    )

    def read(self, world: World, ahead: Sequence[Reserved] = ()) -> float:
        with world.database.writing() as session:
            connection = stored.hold(session, row(world).id or 0)
            return seconds_to_read(session, connection, self.traits, now=world.clock.now(), ahead=ahead)

    def send(self, world: World) -> float:
        with world.database.writing() as session:
            connection = stored.hold(session, row(world).id or 0)
            now = world.clock.now()
            return seconds_to_wait(session, connection, self.traits, conversation=str(now), now=now)

    def test_readings_leave_half_of_what_counts_both_to_sends(self, world: World) -> None:
        world.connect("fake", "fake")
        assert [self.read(world) for _ in range(5)] == [0, 0, 0, 0, 60], "the other budgets do not count them"
        sent = []
        for _ in range(3):
            sent.append(self.send(world))
            world.clock.advance(seconds=1)
        assert sent == [0, 0, 57.0 + 1], "sends have the other half"

    def test_what_sends_took_is_not_read_with(self, world: World) -> None:
        world.connect("fake", "fake")
        assert self.send(world) == 0
        assert [self.read(world) for _ in range(3)] == [0, 0, 60]

    def test_sends_that_wait_go_first(self, world: World) -> None:
        world.connect("fake", "fake")
        soon = world.clock.now() + timedelta(seconds=20)
        assert self.read(world, [Reserved(soon, "a"), Reserved(soon, "b")]) == 80, "a minute after they have left"
        assert self.read(world, [Reserved(soon, "a")]) == 0


class TestTwoWorkers:
    """Threads that begin together, each with its own connection to the database, as two processes have them."""

    @pytest.mark.postgres
    @pytest.mark.parametrize("database", ["postgres"], indirect=True)
    def test_workers_that_contend_spend_one_budget_and_all_of_it(self, world: World) -> None:
        kept, workers, asked, rounds = world.connect("fake", "fake"), 4, 6, 5
        budget = Budget(9, seconds=60, send=2, read=1)
        traits, together = replace(TRAITS, budgets=(budget,)), Barrier(workers)

        def work(number: int, now: datetime) -> list[tuple[bool, float]]:
            together.wait(timeout=60)
            waits = []
            for each in range(asked):
                with world.database.writing() as session:
                    held = stored.hold(session, kept.id or 0)
                    reads = (number + each) % 2 == 0
                    spend = seconds_to_read if reads else partial(seconds_to_wait, conversation="c")
                    waits.append((reads, spend(session, held, traits, now=now)))
            return waits

        with ThreadPoolExecutor(workers) as pool:
            for turn in range(rounds):
                now = world.clock.now() + timedelta(seconds=60 * turn)
                found = [each for done in pool.map(work, range(workers), [now] * workers) for each in done]
                left = Counter(reads for reads, wait in found if not wait)
                with world.database.reading() as session:
                    spent = session.exec(select(Spending.points).where(Spending.at == now)).all()
                assert sorted(spent) == [1] * left[True] + [2] * left[False], "what left is what was spent"
                assert budget.most - 1 <= sum(spent) <= budget.most, "no more, and no less than fits"
                assert left[True] <= budget.most // 2, "readings leave half"
                assert {wait for _, wait in found if wait} == {60.0}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whatever_comes_when_leaves_in_order_within_the_budgets_and_at_its_first_waking(
    world: World, seed: int
) -> None:
    dice = Random(seed)
    budgets = (Budget(dice.randint(2, 6), seconds=dice.randint(5, 40), send=2), Budget(3, seconds=dice.randint(50, 90)))
    kept, begin = world.connect("fake", "fake"), world.clock.now()
    due = [(begin + timedelta(seconds=dice.randint(0, 60)), number) for number in range(25)]
    ages: dict[int, int] = {}
    waiting: dict[int, datetime] = {}
    left: list[tuple[datetime, int]] = []
    wakings: Counter[int] = Counter()
    while due:
        world.clock.time, number = due.pop(due.index(min(due)))
        ages.setdefault(number, len(ages))
        wakings[number] += 1
        waiting.pop(number, None)
        ahead = [Reserved(at, "c") for other, at in waiting.items() if ages[other] < ages[number]]
        with world.database.writing() as session:
            connection = stored.hold(session, kept.id or 0)
            traits, now = replace(TRAITS, budgets=budgets), world.clock.now()
            wait = seconds_to_wait(session, connection, traits, conversation="c", now=now, ahead=ahead)
        if wait:
            waiting[number] = now + timedelta(seconds=wait)
            due.append((waiting[number], number))
        else:
            left.append((now, number))

    assert [ages[number] for _, number in left] == list(range(25)), "in the order that they came in"
    assert max(wakings.values()) == 2
    for budget in budgets:
        spans = [sum(at - timedelta(seconds=budget.seconds) < other <= at for other, _ in left) for at, _ in left]
        assert max(spans) * budget.send <= budget.most


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestDelivery:
    def test_a_reply_waits_for_its_accounts_budget_and_uses_up_no_attempt(self, world: World) -> None:
        harness = FakeHarness(world, "own id")
        kept = world.connect("fake", "instagram", account=US, token=TOKEN)
        traits = replace(TRAITS, budgets=(Budget(1, seconds=60),), repeat=harness.adapter.traits.repeat)
        platform: Any = fake_adapter(harness.peer, traits).platform
        assert platform is not None
        channel = platform(Account(BRAND, "instagram", US, Credentials({"token": TOKEN})), world.connections.runtime)
        items = [approve(world, world.person(), world.item()) for _ in range(2)]
        for _ in items:
            run(world, channel, connection_id=kept.id)

        (again,) = [(job, delay) for job, delay in world.jobs.planned if job.name == "deliver"]
        assert again[1] == 60
        now, left_by = world.clock.now(), kept.model_copy(update={"platform": "webhook"})
        with world.database.reading() as session:
            waiting = waiting_sends(session, left_by, now=now)
            elsewhere = waiting_sends(session, left_by.model_copy(update={"channel": "facebook"}), now=now)
        assert [each.at for each in waiting] == [now + timedelta(seconds=60)], "readings know of it"
        assert elsewhere == []
        assert [world.reload(item).status for item in items] == ["sent", "approved"]
        world.clock.advance(seconds=60)
        run(world, channel, connection_id=kept.id)
        assert world.reload(items[1]).status == "sent"
        with world.database.reading() as session:
            last = session.exec(select(Delivery).order_by(col(Delivery.id).desc())).first()
        assert last is not None
        assert (last.postponed, last.cost_micro_usd) == (1, 15_000)


def test_costs_read_as_people_write_them() -> None:
    assert [Outlook(None, micro).cost for micro in (None, 0, 15_000, 200_000, 1_000_000)] == [
        "",
        "",
        "$0.015",
        "$0.20",
        "$1.00",
    ]
    assert TRAITS.cost is not None
    assert [TRAITS.cost.micro_usd(said) for said in ("yes", "see https://a.example")] == [15_000, 200_000]
