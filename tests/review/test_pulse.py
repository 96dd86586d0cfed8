"""One reader for all live connections: what it reads reaches those who may see it, each thing once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import event, insert, update
from sqlmodel import col

from replyassist.core.accounts import Principal, User, UserBrand
from replyassist.core.errors import NotAuthenticated
from replyassist.core.security import Role
from replyassist.review import pulse as pulses
from replyassist.review.models import AuditEntry, ReviewItem
from replyassist.review.pulse import BEATS_PER_AUTHORISATION, Listener, QueueBroadcast, QueueEvent
from replyassist.review.teamwork.live import tell
from replyassist.review.teamwork.models import Live
from tests.world import BRAND, World

MOMENT = 0.01


class Beats:
    """Sleeps until the test says so; ``pass_`` lets the pulse beat once and waits for the end of that beat."""

    def __init__(self) -> None:
        self.asleep, self.awake = asyncio.Event(), asyncio.Event()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.asleep.set()
        await self.awake.wait()
        self.awake.clear()

    async def pass_(self, times: int = 1) -> None:
        for _ in range(times):
            await self.asleep.wait()
            self.asleep.clear()
            self.awake.set()
            await self.asleep.wait()


class Heard:
    """What one connection is told, in the order in which it was."""

    def __init__(self, listener: Listener) -> None:
        self.changes: list[QueueEvent] = []
        self.listener = listener
        self.task = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        async for change in self.listener.changes():
            self.changes.append(change)

    async def ids(self) -> list[int | None]:
        for _ in range(100):
            await asyncio.sleep(0)
        return [change.entry_id for change in self.changes]


@asynccontextmanager
async def heard(pulse: QueueBroadcast, who: Principal, *, after: int | None = None) -> AsyncIterator[Heard]:
    async with pulse.listen(who, after=after) as listener:
        found = Heard(listener)
        try:
            yield found
        finally:
            found.task.cancel()


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(test(), timeout=30)

    asyncio.run(bounded())


def put(world: World, item: ReviewItem, *ids: int) -> None:
    row = {"review_item_id": item.id, "brand_id": BRAND, "at": world.clock.now(), "actor": "x", "act": "claimed"}
    with world.database.writing() as session:
        session.connection().execute(
            insert(AuditEntry), [row | {"id": entry_id, "to_status": "pending", "reason": ""} for entry_id in ids]
        )


def test_everybody_who_may_see_a_change_is_told_once_and_it_is_read_once(world: World) -> None:
    item, manager, agent = world.item(), world.person(), world.person(Role.AGENT)
    strangers, statements = world.person(brands=[]), []
    put(world, item, 1000)

    async def test() -> None:
        beats = Beats()
        pulse = QueueBroadcast(world.database, sleep=beats.sleep)
        async with heard(pulse, manager) as one, heard(pulse, agent) as two, heard(pulse, strangers) as three:
            put(world, item, 1001)
            event.listen(world.database.engine, "before_cursor_execute", lambda *_: statements.append(1))
            await beats.pass_()
            assert len(statements) <= 4, "who listens costs no question"
            put(world, item, 1005)
            await beats.pass_()
            put(world, item, 1003)
            await beats.pass_(2)
            assert [await each.ids() for each in (one, two, three)] == [[1001, 1005, 1003]] * 2 + [[]]
            assert one.listener.at == 1005
            assert json.loads(one.changes[0].content)["review_id"] == item.id

    run(test)


def test_what_only_leads_see_is_told_to_leads(world: World) -> None:
    item, agent, lead = world.item(), world.person(Role.AGENT), world.person(Role.LEAD)
    with world.database.writing() as session:
        session.get_one(ReviewItem, item.id).is_for_leads = True

    async def test() -> None:
        beats = Beats()
        pulse = QueueBroadcast(world.database, sleep=beats.sleep)
        async with heard(pulse, agent) as one, heard(pulse, lead) as two:
            put(world, item, 1000)
            await beats.pass_()
            assert [await one.ids(), await two.ids()] == [[], [1000]]

    run(test)


def test_claims_are_told_beside_the_audit(world: World) -> None:
    item, who = world.item(), world.person()

    async def test() -> None:
        beats = Beats()
        async with heard(QueueBroadcast(world.database, sleep=beats.sleep), who) as one:
            with world.database.writing() as session:
                tell(session, session.get_one(ReviewItem, item.id), Live.CLAIM, now=world.clock.now())
            await beats.pass_()
            await one.ids()
            assert [(each.event, json.loads(each.content)) for each in one.changes] == [
                ("claim", {"review_id": item.id})
            ]

    run(test)


def test_a_connection_resumes_and_goes_on_without_a_gap_or_a_double(world: World) -> None:
    item, who = world.item(), world.person()
    put(world, item, *range(1000, 1500))

    async def test() -> None:
        beats = Beats()
        async with heard(QueueBroadcast(world.database, sleep=beats.sleep), who, after=1249) as one:
            put(world, item, 1500)
            await beats.pass_()
            put(world, item, 1501)
            await beats.pass_()
            while len(await one.ids()) < 252:
                await asyncio.sleep(MOMENT)
            assert await one.ids() == list(range(1250, 1502))

    run(test)


def test_who_falls_too_far_behind_loses_the_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    item, who = world.item(), world.person()
    monkeypatch.setattr(pulses, "MOST_WAITING", 3)

    async def test() -> None:
        beats = Beats()
        pulse = QueueBroadcast(world.database, sleep=beats.sleep)
        async with pulse.listen(who) as slow, heard(pulse, who) as quick:
            put(world, item, 1000, 1001)
            await beats.pass_()
            await quick.ids()
            put(world, item, 1002, 1003)
            await beats.pass_()
            assert [each async for each in slow.changes()] == []
            assert await quick.ids() == [1000, 1001, 1002, 1003]

    run(test)


def test_who_loses_the_account_loses_the_connection(world: World) -> None:
    who = world.person()

    async def test() -> None:
        beats = Beats()
        async with heard(QueueBroadcast(world.database, sleep=beats.sleep), who) as one:
            with world.database.writing() as session:
                session.connection().execute(update(User).where(col(User.id) == who.user_id).values(is_active=False))
            await beats.pass_(BEATS_PER_AUTHORISATION)
            with pytest.raises(NotAuthenticated):
                await one.task

    run(test)


def test_a_brand_that_is_given_later_is_seen(world: World) -> None:
    item, who = world.item(), world.person(brands=[])

    async def test() -> None:
        beats = Beats()
        async with heard(QueueBroadcast(world.database, sleep=beats.sleep), who) as one:
            with world.database.writing() as session:
                session.add(UserBrand(user_id=who.user_id, brand_id=BRAND))
            await beats.pass_(BEATS_PER_AUTHORISATION)
            for number in range(1000, 1100):
                put(world, item, number)
                await beats.pass_()
                if await one.ids():
                    return
                await asyncio.sleep(MOMENT)
            raise AssertionError("not seen")

    run(test)


def test_the_last_to_leave_ends_it_and_the_next_begins_anew(world: World) -> None:
    item, who = world.item(), world.person()

    async def test() -> None:
        beats = Beats()
        pulse = QueueBroadcast(world.database, sleep=beats.sleep)
        async with heard(pulse, who) as one:
            await beats.pass_()
            assert await one.ids() == []
        beats.awake.set()
        while len(asyncio.all_tasks()) > 2:  # this one and the one that bounds it
            await asyncio.sleep(0)
        put(world, item, 1000)
        beats = Beats()
        pulse._sleep = beats.sleep
        async with heard(pulse, who) as one:
            put(world, item, 1001)
            await beats.pass_()
            assert await one.ids() == [1001]

    run(test)


def test_a_database_that_fails_for_a_while_is_asked_again(world: World) -> None:
    item, who = world.item(), world.person()

    async def test() -> None:
        beats, broken = Beats(), [True]

        def fail(*_: object) -> None:
            if broken:
                broken.pop()
                from sqlalchemy.exc import OperationalError

                raise OperationalError("", {}, Exception("gone"))

        async with heard(QueueBroadcast(world.database, sleep=beats.sleep), who) as one:
            put(world, item, 1000)
            event.listen(world.database.engine, "before_cursor_execute", fail)
            await beats.pass_()
            assert beats.slept[-1] == pulses.RETRY_SECONDS
            await beats.pass_()
            assert await one.ids() == [1000]

    run(test)


def test_what_nobody_foresaw_does_not_end_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    item, who = world.item(), world.person()

    async def test() -> None:
        beats = Beats()
        async with heard(QueueBroadcast(world.database, sleep=beats.sleep), who) as one:
            with monkeypatch.context() as patched:
                patched.setattr(pulses, "changes_of", lambda *_: 1 // 0)
                await beats.pass_()
            assert beats.slept[-1] == pulses.RETRY_SECONDS
            put(world, item, 1000)
            await beats.pass_()
            assert await one.ids() == [1000]

    run(test)


def test_whoever_listens_when_it_ends_connects_again(world: World) -> None:
    who = world.person()

    async def test() -> None:
        pulse = QueueBroadcast(world.database, sleep=Beats().sleep)
        async with heard(pulse, who) as one:
            assert pulse._running is not None
            pulse._running.cancel()
            await one.task

    run(test)
