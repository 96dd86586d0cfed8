"""A page of the queue costs the same few queries, however long it is and whatever goes on around its items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from replyassist.brands.service import get_brand, set_voice
from replyassist.core.accounts import Principal
from replyassist.core.errors import NotFound
from replyassist.faq.service import put_template
from replyassist.guardrails import Verdict
from replyassist.proposal import BY_TEMPLATE, Candidate
from replyassist.review import approving
from replyassist.review.list_order import QueueFilter
from replyassist.review.models import Approval, ReviewItem, ReviewStatus
from replyassist.review.reading import queue_page
from replyassist.review.repository.lists import list_items
from replyassist.review.views import ReviewSummary, detail, summaries
from tests.delivery.test_delivery import FakeChannel, run
from tests.intake.test_parts import DM, POST
from tests.review.test_decisions import approve
from tests.statements import counted
from tests.world import BRAND, DRAFT, LATER, World, shipping, voice

OF_A_PAGE, OF_A_PAGE_TO_CHECK, OF_AN_APPROVAL = 7, 17, 30
US = {"external_id": "page-1", "name": "Fernhill"}


def drafted(world: World, **overrides: Any) -> ReviewItem:
    kept = Candidate(text=DRAFT, drafted_by=BY_TEMPLATE, verdict=Verdict.READY, findings=(), coverage=1.0, score=0.9)
    return world.item(candidates=(kept,), **overrides)


def author(number: int) -> dict[str, str]:
    return {"external_id": f"a-{number}", "handle": f"somebody.{number}", "name": "Tom"}


def quiet(world: World) -> None:
    drafted(world)


def commented(world: World) -> None:
    """Under one post, with answers to what everybody asked."""
    number = next(world.numbers)
    item = drafted(world, message={"conversation": POST, "author": author(number)})
    world.message(conversation=POST, author=US, direction="out", in_reply_to=world.key(item), posted_at=LATER)


def written_to(world: World) -> None:
    """One private thread with its own newer message."""
    thread = DM | {"external_id": f"dm-{next(world.numbers)}"}
    drafted(world, message={"conversation": thread})
    world.message(conversation=thread, posted_at=LATER)


AROUND: dict[str, Callable[[World], None]] = {"quiet": quiet, "commented": commented, "written_to": written_to}


def page(world: World, limit: int) -> list[ReviewSummary]:
    with world.database.reading() as session:
        items = list_items(session, QueueFilter(brands=None), after=None, limit=limit)
        rows = summaries(session, items, now=world.clock.now())
    assert len(rows) == limit
    return rows


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("is_voice_new", [False, True])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_fifty_rows_cost_the_queries_of_five(world: World, around: str, is_voice_new: bool) -> None:
    for _ in range(50):
        AROUND[around](world)
    if is_voice_new:  # every draft is held against the checks anew
        with world.database.writing() as session:
            set_voice(session, get_brand(session, BRAND), voice(exclamations_max=1))
    costs = []
    for limit in (5, 50):
        with counted(world.database) as statements:
            page(world, limit)
        costs.append(len(statements))

    assert costs[0] == costs[1] <= (OF_A_PAGE_TO_CHECK if is_voice_new else OF_A_PAGE)


def test_a_page_says_of_each_item_what_the_item_says_of_itself(world: World) -> None:
    sent = approve(world, world.person(), drafted(world, message={"conversation": DM}))
    run(world, FakeChannel())
    assert world.reload(sent).status == ReviewStatus.SENT
    world.clock.advance(minutes=5)
    drafted(world, message={"conversation": DM, "posted_at": "2026-11-22T09:40:00Z"})
    for make in AROUND.values():
        for _ in range(3):
            make(world)
    deleted = drafted(world)
    world.delete(world.key(deleted))
    world.item(draft="", drafted_by="", verdict=None, template_id=None, template_version=None)
    with world.database.writing() as session:
        put_template(session, BRAND, shipping(id="other"), now=world.clock.now())
    drafted(world, template_id="gone", also_templates=[{"id": "other", "version": "v"}])
    with world.database.reading() as session:
        items = list_items(session, QueueFilter(brands=None), after=None, limit=100)
        rows = summaries(session, items, now=world.clock.now())
    assert len({row.verdict for row in rows}) == 4, "all that there are, and none"

    for item, row in zip(items, rows, strict=True):
        with world.database.reading() as session:
            alone = summaries(session, [session.get_one(ReviewItem, item.id)], now=world.clock.now())[0]
            whole = detail(session, session.get_one(ReviewItem, item.id), now=world.clock.now())
        assert row == alone == ReviewSummary.model_validate(whole.model_dump(include=set(ReviewSummary.model_fields)))


def test_no_row_is_a_page_without_rows(world: World) -> None:
    with world.database.reading() as session:
        assert summaries(session, [], now=world.clock.now()) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_approval_asks_little_and_sees_what_happened_since_the_text_was_checked(world: World) -> None:
    item, who = drafted(world, message={"conversation": DM}), world.person()
    with world.database.reading() as session:
        text = approving.checked(session, who, item.id or 0, DRAFT)
    world.message(conversation=DM, author=US, direction="out", posted_at=LATER)
    version = world.reload(item).version
    with world.database.writing() as session, counted(world.database) as statements:
        approving.approve(
            session,
            who,
            item.id or 0,
            version=version,
            text=text,
            accept_findings=True,
            jobs=world.jobs,
            now=world.clock.now(),
            send_delay_seconds=5,
        )

    with world.database.reading() as session:
        (approval,) = session.exec(select(Approval))
    assert [finding["rule"] for finding in approval.accepted_findings] == ["thread.answered"]
    assert len(statements) <= OF_AN_APPROVAL


def ids(world: World, who: Principal, *, brand: str | None = None, limit: int = 10) -> list[list[int]]:
    """The ids of the items on each page, to the last one."""
    pages: list[list[int]] = []
    cursor = None
    while not pages or cursor:
        with world.database.reading() as session:
            found = queue_page(
                session,
                who,
                QueueFilter(brands=frozenset()),
                brand=brand,
                cursor=cursor,
                limit=limit,
                now=world.clock.now(),
            )
        pages.append([item.id for item in found.items])
        cursor = found.next_cursor
    return pages


def test_a_page_is_of_the_brand_that_is_asked_for_or_of_all_that_somebody_sees(world: World) -> None:
    world.second_brand("tidewick")
    here, there = world.item(), world.item(message={"brand": "tidewick"})
    both, one = world.person(brands=[BRAND, "tidewick"]), world.person()

    assert sorted(ids(world, both)[0]) == [here.id, there.id]
    assert ids(world, both, brand="tidewick") == [[there.id]]
    assert ids(world, one) == [[here.id]]
    with pytest.raises(NotFound):
        ids(world, one, brand="tidewick")


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3])])
def test_every_item_is_on_one_page(world: World, limit: int, sizes: list[int]) -> None:
    items = [world.item() for _ in range(3)]
    pages = ids(world, world.person(), limit=limit)

    assert [len(each) for each in pages] == sizes
    assert sorted(item_id for each in pages for item_id in each) == [item.id for item in items]
