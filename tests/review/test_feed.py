from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from replyassist.core.accounts import Principal, User, UserBrand
from replyassist.core.errors import InvalidInput, NotAuthenticated
from replyassist.core.security import Role
from replyassist.review.feed import LATE_ENTRIES, READS_PER_AUTHORISATION, AuditFeed
from replyassist.review.models import AuditEntry, ReviewItem
from replyassist.review.repository import Place, place_of
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


def feed(world: World, *, after: int | None = None, who: Principal | None = None) -> AuditFeed:
    made = AuditFeed(world.database, who or world.person(), after=after)
    made.open()
    return made


def ids(found: AuditFeed) -> list[int]:
    return [entry.id for entry in found.read()]


def test_an_entry_that_appears_late_is_given_out_once(world: World, item: ReviewItem) -> None:
    put(world, item, 1000, 1001)
    live = feed(world)
    assert ids(live) == []

    put(world, item, 1005)
    assert (ids(live), live.at) == ([1005], 1005)
    put(world, item, 1003, 1006)
    assert (ids(live), live.at) == ([1003, 1006], 1006)
    assert ids(live) == []


def test_a_connection_resumes_where_another_ended(world: World, item: ReviewItem) -> None:
    put(world, item, *range(1000, 1000 + 2 * LATE_ENTRIES))

    assert ids(feed(world, after=1397)) == [1398, 1399]
    assert ids(feed(world, after=10**18 - 1)) == [], "a place that is not there yet is the newest one"
    resumed, found = feed(world, after=0), []
    while page := ids(resumed):
        found += page
    assert found[-2 * LATE_ENTRIES :] == list(range(1000, 1000 + 2 * LATE_ENTRIES))
    assert len(set(found)) == len(found)


def test_who_loses_the_account_loses_the_connection(world: World) -> None:
    who = world.person()
    live = feed(world, who=who)
    with world.database.writing() as session:
        session.connection().execute(update(User).where(User.id == who.user_id).values(is_active=False))  # type: ignore[arg-type]  # a column

    with pytest.raises(NotAuthenticated):
        for _ in range(READS_PER_AUTHORISATION):
            live.read()


def test_a_brand_that_is_given_later_is_seen(world: World, item: ReviewItem) -> None:
    who = world.person(Role.MANAGER, brands=[])
    live = feed(world, who=who)
    put(world, item, 1000)
    assert ids(live) == []
    with world.database.writing() as session:
        session.add(UserBrand(user_id=who.user_id, brand_id=BRAND))

    assert 1000 in [entry_id for _ in range(READS_PER_AUTHORISATION) for entry_id in ids(live)]


@pytest.mark.parametrize("cursor", ["junk", "²:1", "1:²", "١:1", "1", ":", "-1:1", "1:" + "9" * 19, "9" * 5000 + ":1"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        place_of(cursor)


def test_a_cursor_names_a_place() -> None:
    assert place_of("30:12") == Place(urgency=30, item_id=12)
    assert place_of(None) is None
    assert place_of("") is None
