"""Lists by every order, filter and word are what a plain look at all items gives, on both databases and every way."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import col, select

from replyassist.brands.service import ensure_brand
from replyassist.review import listed
from replyassist.review.list_order import ListPosition, QueueFilter, Sort, place_in
from replyassist.review.models import ReviewItem, ReviewSearch
from replyassist.review.repository.lists import (
    Reach,
    count_up_to,
    list_items,
    neighbour,
    unlisted,
    with_proposals,
)
from replyassist.review.repository.search import (
    FACETS,
    common_facets,
    facet,
    has_words,
    joined_words,
    keep_words,
    words_of,
)
from tests.review.test_page import drafted
from tests.statements import counted
from tests.world import BRAND, World

TEXTS = ("Where is order FH-1234?", "Könnt ihr nach Århus liefern?", "配送はいつですか", "do you ship to Norway??")
EVERY_WAY = pytest.mark.parametrize("reach", [None, Reach(5, 0, 50), Reach(1, 0, 1), Reach(1, 1000, 1)])
"""Looked at once, walked on, brand by brand, and looked up in the index of words."""


@pytest.fixture
def many(world: World) -> list[ReviewItem]:
    """Items of two brands in every state that a list tells apart."""
    chance = random.Random(7)
    with world.database.writing() as session:
        ensure_brand(session, "harbour", now=world.clock.now())
    person = world.person().user_id
    for number in range(48):
        world.clock.advance(minutes=1)
        item = drafted(world, message={"text": TEXTS[number % 4]})
        with world.database.writing() as session:
            row = session.get_one(ReviewItem, item.id)
            row.brand_id = chance.choice([BRAND, BRAND, "harbour"])
            row.status = chance.choice(["pending", "pending", "escalated", "sent"])
            row.urgency = chance.choice([10, 30, 90])
            row.channel = chance.choice(["instagram", "tiktok"])
            row.assigned_to = chance.choice([None, person])
            row.posted_at = world.clock.now() - timedelta(hours=chance.randrange(20))
            row.moved_at = world.clock.now() + timedelta(minutes=chance.randrange(20))
            row.snoozed_until = chance.choice([None, None, world.clock.now() + timedelta(days=1)])
            session.add(row)
    with world.database.reading() as session:
        return list(session.exec(select(ReviewItem)))


def ids(items: list[ReviewItem]) -> list[int]:
    return [item.id or 0 for item in items]


ORDERS: dict[Sort, Callable[[ReviewItem], Any]] = {
    Sort.URGENCY: lambda item: (-item.urgency, item.id),
    Sort.NEWEST: lambda item: (-item.moved_at.timestamp(), -(item.id or 0)),
    Sort.OLDEST: lambda item: (item.moved_at, item.id),
    Sort.WAITING: lambda item: (item.posted_at, item.id),
}


def filters(world: World) -> Iterator[tuple[QueueFilter, Callable[[ReviewItem], bool]]]:
    now = world.clock.now()
    yield QueueFilter(None), lambda item: True
    yield (
        QueueFilter(frozenset({BRAND}), ("pending",)),
        lambda item: item.brand_id == BRAND and item.status == "pending",
    )
    yield QueueFilter(frozenset()), lambda item: False
    yield (
        QueueFilter(None, ("pending", "escalated"), facets={"channel": "tiktok", "assigned_to": None}),
        lambda item: item.status != "sent" and item.channel == "tiktok" and item.assigned_to is None,
    )
    tiktok = {"channel": "tiktok"}
    yield QueueFilter(frozenset({BRAND, "harbour"}), facets=tiktok), lambda item: item.channel == "tiktok"
    yield (
        QueueFilter(frozenset({"harbour"}), facets=tiktok),
        lambda item: item.brand_id == "harbour" and item.channel == "tiktok",
    )
    yield QueueFilter(None, is_snoozed=False, now=now), lambda item: item.snoozed_until is None
    yield (
        QueueFilter(None, facets={"channel": "tiktok"}, is_snoozed=True, now=now),
        lambda item: item.channel == "tiktok" and item.snoozed_until is not None,
    )
    middle = now - timedelta(minutes=20)
    yield QueueFilter(None, before=middle), lambda item: item.created_at <= middle
    yield QueueFilter(None, since=middle, text="norw ship"), lambda item: item.created_at > middle and has(item, 3)
    yield QueueFilter(frozenset({BRAND}), text="fh1234"), lambda item: False
    yield QueueFilter(None, text="#fh-1234 order"), lambda item: has(item, 0)
    yield QueueFilter(None, text="KONNT arhus"), lambda item: has(item, 1)
    yield QueueFilter(None, text="はいつ"), lambda item: has(item, 2)
    yield QueueFilter(None, text="Tom tom.k shipping-abroad"), lambda item: True
    yield QueueFilter(None, text="'); DROP TABLE message; -- \" OR *"), lambda item: False


def has(item: ReviewItem, number: int) -> bool:
    return item.beginning == TEXTS[number]


@EVERY_WAY
def test_a_list_is_what_a_look_at_all_items_gives(world: World, many: list[ReviewItem], reach: Reach | None) -> None:
    for wanted, fits in filters(world):
        for sort, order in ORDERS.items():
            expected = ids(sorted(filter(fits, many), key=order))
            asked = QueueFilter(**(wanted.__dict__ | {"sort": sort}))
            with world.database.reading() as session:
                found: list[int] = []
                place: ListPosition | None = None
                while page := list_items(session, asked, after=place, limit=7, reach=reach):
                    found += ids(page)
                    place = place_in(page[-1], asked)
                assert found == expected, asked
                assert count_up_to(session, [asked, asked], most=5) == 2 * [min(5, len(expected))]


def test_the_way_from_item_to_item_is_the_list_in_both_directions(world: World, many: list[ReviewItem]) -> None:
    wanted = QueueFilter(None, ("pending",), sort=Sort.WAITING)
    expected = ids(sorted((item for item in many if item.status == "pending"), key=ORDERS[Sort.WAITING]))
    with world.database.reading() as session:
        for backwards in (False, True):
            found: list[int] = []
            place = None
            now = world.clock.now()
            while (item := neighbour(session, wanted, place, backwards=backwards, user_id=1, now=now)) is not None:
                found.append(item)
                place = place_in(session.get_one(ReviewItem, item), wanted)
            assert found == (expected[::-1] if backwards else expected)


def test_what_was_put_off_comes_in_the_order_in_which_it_comes_back(world: World, many: list[ReviewItem]) -> None:
    wanted = QueueFilter(None, is_snoozed=True, now=world.clock.now(), sort=Sort.WAKES)
    with world.database.reading() as session:
        found = list_items(session, wanted, after=None, limit=100)
    times: list[datetime] = [item.snoozed_until for item in found if item.snoozed_until is not None]
    assert times == sorted(times)
    assert len(times) == sum(item.snoozed_until is not None for item in many) > 0


def test_a_list_reads_no_proposal(world: World) -> None:
    drafted(world)
    with world.database.reading() as session:
        with counted(world.database) as statements:
            (item,) = list_items(session, QueueFilter(None), after=None, limit=5)
        assert not any(".proposal" in statement for statement in statements)
        with pytest.raises(InvalidRequestError):
            _ = item.proposal
        assert with_proposals(session, [item])[0].proposal.draft == item.draft


def test_a_row_of_an_earlier_program_is_filled(world: World) -> None:
    item = drafted(world)
    with world.database.writing() as session:
        session.connection().execute(text("UPDATE review_item SET language = NULL, beginning = '', kind = NULL"))
        keep_words(session, item.id or 0, "")
    with world.database.writing() as session:
        (found,) = unlisted(session, limit=10)
        from replyassist.inbox.service import load

        listed.keep_listed(session, found, load(session, found.message_id))
    with world.database.reading() as session:
        assert unlisted(session, limit=10) == []
        assert ids(list_items(session, QueueFilter(None, text="norway"), after=None, limit=5)) == [item.id]
    assert world.reload(item).beginning == "do you ship to Norway??"


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_page_is_read_in_the_order_of_an_index(world: World, sort: Sort) -> None:
    is_snoozed = sort is Sort.WAKES
    wanted = QueueFilter(frozenset({BRAND}), ("pending",), sort=sort, is_snoozed=is_snoozed, now=world.clock.now())
    (steps,) = plans(world, wanted)
    assert sum("USING COVERING INDEX ix_review_item_" in step for step in steps) == 2, steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


@pytest.mark.parametrize("sort", list(ORDERS))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_does_not_fit_is_passed_without_reading_its_row(world: World, sort: Sort) -> None:
    values: dict[str, str | int | None] = {name: "x" for name in FACETS if name not in ("brand_id", "status")}
    wanted = QueueFilter(frozenset({BRAND}), ("pending",), values | {"assigned_to": None}, sort=sort)
    near, far, whole = plans(world, wanted, reach=Reach(1, -1, 2))
    for steps in (near, far, whole):
        assert not any("TEMP B-TREE" in step for step in steps), steps
        assert sum("USING COVERING INDEX ix_review_item_" in step for step in steps) == 2, steps
        assert sum("review_item" in step for step in steps) == 2, steps


@pytest.mark.parametrize("sort", [Sort.URGENCY, Sort.NEWEST, Sort.WAITING])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_the_index_of_words_finds_is_sorted_without_reading_its_rows(world: World, sort: Sort) -> None:
    drafted(world)
    wanted = QueueFilter(
        frozenset({BRAND}), ("pending",), {"channel": "instagram"}, sort=sort, is_folded=True, is_snoozed=False,
        now=world.clock.now(), for_leads=False,
    )  # fmt: skip
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((f"EXPLAIN {statement}", parameters))

    with world.database.reading() as session:
        connection = session.connection()
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        vacuumed = "UPDATE pg_class SET relallvisible = 1000 WHERE relname = 'review_item'"
        connection.exec_driver_sql(vacuumed)  # a vacuum of its own would wait for other tests' transactions
        event.listen(connection, "before_cursor_execute", note)
        (item,) = list_items(session, wanted, after=None, limit=30, reach=Reach(1, 1000, 1))
        event.remove(connection, "before_cursor_execute", note)
        ordered = [each for each in asked if "unnest" in each[0] and "ORDER BY" in each[0]]
        steps = [step for each in ordered for step in connection.exec_driver_sql(*each).scalars()]
    assert item.channel == "instagram"
    assert any("Index Only Scan using ix_review_item_sorted on review_item" in step for step in steps), steps


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_index_of_words_is_not_asked_for_what_most_items_have(world: World, many: list[ReviewItem]) -> None:
    with world.database.writing() as session:
        rows = session.exec(select(ReviewItem).order_by(col(ReviewItem.id))).all()
        for number, row in enumerate(rows):
            row.verdict, row.language = ("ready" if number % 4 else "blocked"), ("pl" if number % 5 == 0 else "en")
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, given: Any, *_: object) -> None:
        asked.extend(given[:1] if "MATCH" in statement else [])

    with world.database.reading() as session:
        common = common_facets(session)
        assert facet("verdict", "ready") in common
        assert facet("language", "pl") not in common
        event.listen(session.connection(), "before_cursor_execute", note)
        for facets in ({"verdict": "ready", "language": "pl"}, {"verdict": "ready"}):
            wanted = QueueFilter(None, facets=facets, sort=Sort.WAITING)
            found = list_items(session, wanted, after=None, limit=100, reach=Reach(1, 1000, 1))
            fitting = [row.id for row in rows if all(getattr(row, name) == value for name, value in facets.items())]
            assert sorted(ids(found)) == fitting != []
        event.remove(session.connection(), "before_cursor_execute", note)
    assert asked == [f'("{facet("language", "pl")}")', f'("{facet("verdict", "ready")}")']


def plans(world: World, wanted: QueueFilter, *, reach: Reach | None = None) -> list[list[str]]:
    """How the database goes through each walk that a page far down begins."""
    with world.database.reading() as session:
        with counted(world.database) as statements:
            list_items(session, wanted, after=ListPosition(5, 5), limit=30, reach=reach)
        walks = [each for each in statements if "UNION ALL" in each]
        return [
            [str(step[3]) for step in session.connection().exec_driver_sql(*explained).fetchall()]
            for explained in ((f"EXPLAIN QUERY PLAN {walk}", ("x",) * walk.count("?")) for walk in walks)
        ]


def test_more_brands_than_one_selection_takes_are_one_list(world: World) -> None:
    items = [drafted(world, message={"text": TEXTS[number]}) for number in range(3)]
    with world.database.writing() as session:
        for number in range(21):
            ensure_brand(session, f"brand-{number:02}", now=world.clock.now())
        for item, brand in zip(items, ("brand-20", "brand-00", BRAND), strict=True):
            session.get_one(ReviewItem, item.id).brand_id = brand
    for facets in ({}, {"channel": items[0].channel}):
        wanted = QueueFilter(None, facets=facets, sort=Sort.WAITING)
        with world.database.reading() as session:
            found = list_items(session, wanted, after=None, limit=2)
            assert ids(found) == ids(items[:2])
            assert ids(list_items(session, wanted, after=place_in(found[-1], wanted), limit=2)) == ids(items[2:])


@pytest.mark.parametrize("sort", list(Sort))
def test_a_place_beyond_all_times_is_the_end_or_the_beginning(world: World, sort: Sort) -> None:
    item = drafted(world)
    wanted = QueueFilter(None, sort=sort, is_snoozed=False, now=world.clock.now())
    with world.database.reading() as session:
        found = list_items(session, wanted, after=ListPosition(10**18 - 1, 10**18 - 1), limit=5)
    assert ids(found) in ([], [item.id])


def test_a_last_word_of_two_letters_is_found_along_a_walk(world: World) -> None:
    item = drafted(world)
    with world.database.writing() as session:
        keep_words(session, item.id or 0, joined_words("配送"))
    with world.database.reading() as session:
        statement = select(ReviewSearch.review_item_id).where(has_words(session, ["配送"]))
        assert session.exec(statement).all() == [item.id]
        assert session.exec(statement.where(has_words(session, ["配"]))).all() == []


def test_words() -> None:
    assert words_of("Où est ma commande n° FH-1234 ?", None, "ma") == ["ou", "est", "ma", "commande", "n", "fh", "1234"]
    assert words_of("配送は") == ["配送", "送は"]
    assert words_of("_b66 __") == ["b66"]
    assert words_of("x" * 200) == ["x" * 64]
