from __future__ import annotations

import pytest
from sqlalchemy import insert

from replyassist.core.accounts import Principal
from replyassist.core.errors import InvalidInput
from replyassist.review.feed import LATE_ENTRIES, AuditFeed
from replyassist.review.list_order import ListPosition, place_of
from replyassist.review.models import AuditEntry, ReviewItem
from tests.world import BRAND, World


@pytest.fixture
def item(world: World) -> ReviewItem:
    return world.item()


def put(world: World, item: ReviewItem, *ids: int) -> None:
    """Audit entries under these ids, as transactions that end in another order leave them."""
    row = {"review_item_id": item.id, "brand_id": BRAND, "at": world.clock.now(), "actor": "x", "act": "claimed"}
    with world.database.writing() as session:
        session.connection().execute(
            insert(AuditEntry), [row | {"id": entry_id, "to_status": "pending", "reason": ""} for entry_id in ids]
        )


class Feed:
    """A feed of what somebody may see, with a transaction for each question."""

    def __init__(self, world: World, *, after: int | None = None, who: Principal | None = None) -> None:
        self.world, self.inner = world, AuditFeed(who, after=after)
        with world.database.reading() as session:
            self.inner.open(session)

    def ids(self) -> list[int]:
        with self.world.database.reading() as session:
            return [entry.view.id for entry in self.inner.read(session)]


def test_an_entry_that_appears_late_is_given_out_once(world: World, item: ReviewItem) -> None:
    put(world, item, 1000, 1001)
    live = Feed(world)
    assert live.ids() == []

    put(world, item, 1005)
    assert (live.ids(), live.inner.at) == ([1005], 1005)
    put(world, item, 1003, 1006)
    assert (live.ids(), live.inner.at) == ([1003, 1006], 1006)
    assert live.ids() == []


def test_a_connection_resumes_where_another_ended(world: World, item: ReviewItem) -> None:
    put(world, item, *range(1000, 1000 + 2 * LATE_ENTRIES))
    who = world.person()

    assert Feed(world, after=1397, who=who).ids() == [1398, 1399]
    assert Feed(world, after=10**18 - 1, who=who).ids() == [], "a place that is not there yet is the newest one"
    assert Feed(world, after=1397, who=world.person(brands=[])).ids() == []
    resumed, found = Feed(world, after=0, who=who), []
    while page := resumed.ids():
        found += page
    assert found[-2 * LATE_ENTRIES :] == list(range(1000, 1000 + 2 * LATE_ENTRIES))
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("cursor", ["junk", "²:1", "1:²", "١:1", "1", ":", "-1:1", "1:" + "9" * 19, "9" * 5000 + ":1"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        place_of(cursor)


def test_a_cursor_names_a_place() -> None:
    assert place_of("30:12") == ListPosition(key=30, item_id=12)
    assert place_of(None) is None
    assert place_of("") is None
