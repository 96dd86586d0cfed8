"""One reader of what changes for all live connections of a process: it asks the database, they wait for it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TypeVar

from sqlmodel import Session

from replyassist.core.accounts import Principal, renewed
from replyassist.core.database import Database
from replyassist.core.security import Permission

from .feed import AuditFeed, FeedEntry
from .teamwork.live import LiveEvent, LiveFeed

logger = logging.getLogger(__name__)
BEAT_SECONDS = 0.1
"""How long it waits between two questions; half of it, on average, passes before a change is seen."""
RETRY_SECONDS = 2.0
BEATS_PER_AUTHORISATION = 150
MOST_WAITING = 1000
"""So far may a connection fall behind; then it ends, and its client resumes from the database."""
REVIEW = "review"
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class QueueEvent:
    """One thing to tell: the name of its event and its content as JSON. ``entry`` is what a client may resume from."""

    event: str
    content: str
    of: FeedEntry | LiveEvent

    @property
    def entry_id(self) -> int | None:
        """The id of the audit entry; None where it is none."""
        return self.of.view.id if isinstance(self.of, FeedEntry) else None

    def may_be_seen_by(self, who: Principal) -> bool:
        """Whether somebody may be told."""
        return self.of.may_be_seen_by(who) if isinstance(self.of, FeedEntry) else who.sees(self.of.brand_id)


def changes_of(entries: Sequence[FeedEntry], told: Sequence[LiveEvent] = ()) -> list[QueueEvent]:
    """What was read as what is sent: written as JSON once, however many connections get it."""
    found = [QueueEvent(each.kind, json.dumps({"review_id": each.review_id}), each) for each in told]
    for entry in entries:
        content = json.dumps(entry.view.model_dump(mode="json"), ensure_ascii=False)
        found.append(QueueEvent(REVIEW, content, entry))
    return found


class Listener:
    """One connection: what it has still to be told. ``at``: the highest id of an audit entry that it was given."""

    def __init__(self, database: Database, who: Principal, *, after: int | None, beats: int) -> None:
        self.at = after or 0
        self._database = database
        self._who = who
        self._missed = AuditFeed(who, after=after) if after is not None else None
        self._waiting: deque[QueueEvent] = deque()
        self._woken = asyncio.Event()
        self._is_behind = False
        self._beats = beats

    def tell(self, changes: Sequence[QueueEvent]) -> None:
        """Take note of a beat and of what it brought; never waits."""
        self._beats += 1
        mine = [change for change in changes if change.may_be_seen_by(self._who)]
        self._is_behind |= len(self._waiting) + len(mine) > MOST_WAITING
        if not self._is_behind:
            self._waiting.extend(mine)
        if mine or self._is_behind or self._is_due:
            self._woken.set()

    def fall_behind(self) -> None:
        """Let the connection end: its client resumes from the database."""
        self._is_behind = True
        self._woken.set()

    async def changes(self) -> AsyncIterator[QueueEvent]:
        """What this person may see, as it happens; ends when they fell too far behind.

        Raises NotAuthenticated or Forbidden when they have lost the account or the right meanwhile.
        """
        async for change in self._since():
            yield change
        while not self._is_behind:
            await self._woken.wait()
            self._woken.clear()
            if self._is_due:
                self._beats = 0
                self._who = await in_thread(self._database, self._renewed)
            while self._waiting and not self._is_behind:
                change = self._waiting.popleft()
                if not (self._missed and change.entry_id and self._missed.has_given(change.entry_id)):
                    self.at = max(self.at, change.entry_id or 0)
                    yield change

    async def _since(self) -> AsyncIterator[QueueEvent]:
        """What this person missed since the place from which they resume."""
        feed = self._missed
        if feed is None:
            return
        await in_thread(self._database, feed.open)
        self.at = feed.at
        while entries := await in_thread(self._database, feed.read):
            for change in changes_of(entries):
                self.at = max(self.at, change.entry_id or 0)
                yield change

    @property
    def _is_due(self) -> bool:
        return self._beats >= BEATS_PER_AUTHORISATION

    def _renewed(self, session: Session) -> Principal:
        who = renewed(session, self._who)
        who.require(Permission.QUEUE_READ)
        return who


class QueueBroadcast:
    """Begins with its first listener and ends after its last; all of them live in one event loop."""

    def __init__(self, database: Database, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._database = database
        self._sleep = sleep
        self._listeners: set[Listener] = set()
        self._turns = count()
        self._begun = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._audit, self._live = AuditFeed(), LiveFeed()

    @asynccontextmanager
    async def listen(self, who: Principal, *, after: int | None = None) -> AsyncIterator[Listener]:
        """Everything that changes from now on reaches the listener; with ``after``, an audit entry, all since then."""
        beats = next(self._turns) % BEATS_PER_AUTHORISATION  # so that not all are due at once
        listener = Listener(self._database, who, after=after, beats=beats)
        self._listeners.add(listener)
        try:
            await self._begin()
            listener.at = listener.at if after is not None else self._audit.at
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _begin(self) -> None:
        if self._running is None or self._running.done():
            self._begun = asyncio.Event()
            self._audit, self._live = AuditFeed(), LiveFeed()
            self._running = asyncio.create_task(self._run(self._begun))
        await self._begun.wait()

    async def _run(self, begun: asyncio.Event) -> None:
        """Beat; whoever still listens when that ends, whatever ended it, is to connect again."""
        try:
            await self._beat(begun)
        finally:
            begun.set()
            for listener in self._listeners:
                listener.fall_behind()

    async def _beat(self, begun: asyncio.Event) -> None:
        while self._listeners:
            try:
                if begun.is_set():
                    changes = await in_thread(self._database, self._read)
                    for listener in self._listeners:
                        listener.tell(changes)
                else:
                    await in_thread(self._database, self._open)
                    begun.set()
            except Exception:
                logger.warning("what changed could not be read; it will be tried again", exc_info=True)
                await self._sleep(RETRY_SECONDS)
            else:
                await self._sleep(BEAT_SECONDS)

    def _open(self, session: Session) -> None:
        self._audit.open(session)
        self._live.open(session)

    def _read(self, session: Session) -> list[QueueEvent]:
        return changes_of(self._audit.read(session), self._live.read(session))


async def in_thread(database: Database, act: Callable[[Session], Answer]) -> Answer:
    """Do something in a reading transaction, in a thread of another pool than that in which requests wait."""
    return await asyncio.to_thread(partial(_reading, database, act))


def _reading(database: Database, act: Callable[[Session], Answer]) -> Answer:
    with database.reading() as session:
        return act(session)
