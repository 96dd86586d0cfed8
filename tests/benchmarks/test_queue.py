"""The benchmark of the queue: its made-up items are a queue like any other, and it prints what the contract names."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from replyassist.core.database import Database
from replyassist.review.list_order import QueueFilter
from replyassist.review.models import ReviewItem
from replyassist.review.repository.lists import count_up_to, list_items
from replyassist.review.verdicts import current_verdicts
from replyassist.testing import FakeClock
from replyassist_bench.commands import app
from replyassist_bench.queue.filling import fill
from replyassist_bench.queue.sample import BRANDS, furnish, some_rows

ITEMS = 300


def test_made_up_items_are_listed_found_and_kept_in_step(database: Database, clock: FakeClock) -> None:
    told: list[int] = []
    with database.writing() as session:
        house = furnish(session, now=clock.now())
    fill(database, house, ITEMS, progress=told.append)
    assert told == [ITEMS]
    everything, one = QueueFilter(None), QueueFilter(frozenset(BRANDS), text="FH-77 order")
    with database.writing() as session:
        assert count_up_to(session, [everything, one], most=1000) == [ITEMS, 1]
        (item,) = list_items(session, one, after=None, limit=5)
        assert current_verdicts(session, [item], now=clock.now())[77] == item.verdict
        session.get_one(ReviewItem, 77).channel = "elsewhere"
    with database.reading() as session:
        assert count_up_to(session, [QueueFilter(None, facets={"channel": "elsewhere"})], most=9) == [1]


def test_it_prints_what_the_contract_names() -> None:
    done = CliRunner().invoke(app, ["queue", "--quick", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert {"page_1k_p95_ms", "page_1m_p95_ms", "ratio_1m_to_1k_p95"} <= found.keys()
    assert set(found["sqlite"]) == {"page", "deep_page", "filter", "search", "changes", "reference"}
    assert found["statements_per_page"] <= 14


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_same_numbers_make_the_same_items(database: Database, clock: FakeClock) -> None:
    with database.writing() as session:
        house = furnish(session, now=clock.now())
    assert some_rows(house, 5, 3) == some_rows(house, 5, 3)
