"""Asks a console for the queue's pages, and measures how long the server takes and how often it asks the database."""

from __future__ import annotations

import gc
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from starlette.types import ASGIApp, Receive, Scope, Send

from replyassist.core.database import Database
from replyassist.core.errors import ReplyassistError

from .reference import REFERENCE, ROWS, add_reference, backends, cpu_seconds
from .sample import CHANNELS, EMAIL, LANGUAGES, PASSWORD, VOCABULARY, word

TABS = ("todo", "escalated", "sent", "rejected", "all")
SORTS = ("urgency", "newest", "oldest", "waiting")
WARM_UP = 3
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_CURSOR = re.compile(r'id="more" data-cursor="([^"]*)"')
_ROW = re.compile(r'data-seen="(\d+):\d+" data-digest="(\w+)"')
_COUNTS = re.compile(r'id="tabs"[^>]*data-digest="(\w+)"')


@dataclass(frozen=True)
class Room:
    """A console over so many items."""

    app: FastAPI
    database: Database
    items: int


@dataclass
class _Timed:
    """Notes how long the application takes for each request, the way to it and back left out.

    ``seconds`` and ``busy`` (CPU seconds of this process and of the database's own on this machine) are those of the
    last one.
    """

    app: ASGIApp
    processes: Sequence[int] = ()
    seconds: float = 0.0
    busy: float = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, busy = time.perf_counter(), cpu_seconds(self.processes)
        await self.app(scope, receive, send)
        self.seconds, self.busy = time.perf_counter() - started, cpu_seconds(self.processes) - busy


class _Visitor:
    """Somebody who is signed in to one console, and what their requests cost: by kind, in milliseconds."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.timed = _Timed(room.app)
        self.client = TestClient(self.timed, follow_redirects=False)
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.busy: dict[str, list[float]] = defaultdict(list)
        self.statements: dict[str, int] = defaultdict(int)
        self._asked = 0
        add_reference(room.app)
        token = _TOKEN.search(self.client.get("/login").text)
        form = {"csrf_token": token[1] if token else "", "email": EMAIL, "password": PASSWORD}
        if self.client.post("/login", data=form).status_code != 303:
            raise ReplyassistError("the benchmark could not sign in")
        event.listen(room.database.engine, "before_cursor_execute", self._note)

    def _note(self, *_: object) -> None:
        self._asked += 1

    def warm_up(self, addresses: Sequence[str]) -> None:
        """Ask without counting, so that connections are open and statements prepared."""
        for address in addresses:
            self.client.get(address)
        self.timed.processes = backends(self.room.database)

    def ask(self, kind: str, address: str) -> None:
        """Ask, and note what it took."""
        self._asked = 0
        answer = self.client.get(address)
        if answer.status_code not in (200, 204):
            raise ReplyassistError(f"{address} answered {answer.status_code}")
        self.taken[kind].append(1000 * self.timed.seconds)
        self.busy[kind].append(1000 * self.timed.busy)
        self.statements[kind] = max(self.statements[kind], self._asked)

    def found(self, kind: str) -> dict[str, float]:
        """Median and 95th percentile of one kind, and the most statements."""
        return {
            "p50_ms": _at(self.taken[kind], 0.5),
            "p95_ms": _at(self.taken[kind], 0.95),
            "cpu_p50_ms": _at(self.busy[kind], 0.5),
            "cpu_p95_ms": _at(self.busy[kind], 0.95),
            "statements": self.statements[kind],
        }


def measure(rooms: Mapping[str, Room], *, requests: int) -> dict[str, dict[str, dict[str, float]]]:
    """Of each kind of request, for each room: what ``_Visitor.found`` says.

    The rooms are asked in turn, so that whatever else the machine does hits all alike. ``reference`` is the least that
    such a page can cost: the session looked up, thirty rows read by their ids, and the rows' own template.
    """
    visitors = {name: _Visitor(room) for name, room in rooms.items()}
    addresses = {name: _addresses(each.client, each.room.items, requests) for name, each in visitors.items()}
    try:
        for kind in next(iter(addresses.values())):
            for name, each in visitors.items():
                each.warm_up(addresses[name][kind][:WARM_UP])
            gc.collect()
            gc.freeze()  # as ``serve`` does
            for turn in range(requests):
                for name, each in visitors.items():
                    each.ask(kind, addresses[name][kind][turn])
    finally:
        for each in visitors.values():
            event.remove(each.room.database.engine, "before_cursor_execute", each._note)
    kinds = next(iter(addresses.values()))
    return {kind: {name: each.found(kind) for name, each in visitors.items()} for kind in kinds}


def _at(values: Sequence[float], share: float) -> float:
    """The value that this share of all do not exceed."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def _addresses(client: TestClient, items: int, requests: int) -> Mapping[str, list[str]]:
    """``page``: the first of a tab; ``deep_page``: rows far down; ``filter``: several at once, also such as fit few or
    none; ``search``: frequent and rare words, names and order numbers; ``changes``: where nothing has changed."""
    chance = random.Random(items)
    first = client.get("/queue?tab=todo").text
    shown = ",".join(f"{item_id}-{digest}" for item_id, digest in _ROW.findall(first))
    cursor, counts = _CURSOR.search(first), _COUNTS.search(first)
    live = f"/queue/changes?tab=todo&shown={shown}&more={cursor[1] if cursor else ''}"
    live += f"&counts={counts[1] if counts else ''}"
    return {
        "page": [f"/queue?tab={chance.choice(TABS)}&sort={chance.choice(SORTS)}" for _ in range(requests)],
        "deep_page": [
            f"/queue/rows?tab=todo&cursor={chance.choice((10, 20, 30, 50))}:{chance.randrange(items)}"
            for _ in range(requests)
        ],
        "filter": [_filter(chance) for _ in range(requests)],
        "search": [f"/queue?tab={chance.choice(TABS)}&q={text}" for text in _texts(chance, items, requests)],
        "changes": [live] * requests,
        "reference": [f"{REFERENCE}?after={chance.randrange(max(1, items - ROWS))}" for _ in range(requests)],
    }


def _filter(chance: random.Random) -> str:
    chosen = {
        "channel": chance.choice(CHANNELS),
        "language": chance.choice(LANGUAGES),
        "verdict": chance.choice(("ready", "needs_edit", "blocked")),
        "risk": chance.choice(("low", "high")),
        "kind": chance.choice(("question", "complaint", "spam", "praise")),
        "assignee": "nobody",
        "age": chance.choice(("older-1d", "older-7d")),
    }
    names = chance.sample(sorted(chosen), k=chance.randint(2, len(chosen)))
    return f"/queue?tab={chance.choice(TABS)}&" + "&".join(f"{name}={chosen[name]}" for name in names)


def _texts(chance: random.Random, items: int, requests: int) -> Iterator[str]:
    for _ in range(requests):
        yield chance.choice(
            (
                word(chance.randrange(20)),
                word(chance.randrange(VOCABULARY)),
                f"{word(chance.randrange(50))}+{word(chance.randrange(200))}",
                f"FH-{chance.randrange(items)}",
                "order",
            )
        )
