"""Comments and private messages, asked for: what was there before connecting, or was told while nobody listened.

What is read is put into the words of the webhooks and read as these are, so that both bring the same.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from ..account import Account, Runtime
from ..events import Event, NewMessage, built_one
from ..port import Pulled, Source
from .graph import Graph
from .inbound import MetaInbound
from .send import READABLE, node

OVERLAP = timedelta(minutes=10)  # how late one may be listed is not documented
BATCH = 200
POSTS = 25
PAGES = 5
"""Of comments on a post, and of conversations."""


class MetaSource(Source):
    """The newest posts of one account, and its newest conversations."""

    kind = ""
    """``object`` of the webhooks."""
    people = ""
    """``platform`` of the Conversations API."""
    posts = ""
    """The edge of our posts."""
    asks: ClassVar[Mapping[str, str]] = {}
    """What is asked of a post's comments."""
    renewed_by = ""
    """The grant that renews its token."""

    def __init__(self, account: Account, runtime: Runtime, inbound: MetaInbound) -> None:
        self._account, self._clock, self._inbound = account, runtime.clock, inbound
        self._graph = Graph(account, runtime, renewed_by=self.renewed_by)

    @abstractmethod
    def entries(self, post: str, comment: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """A comment on a post, and what hangs on it, as entries of webhooks."""

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """From ten minutes before the reading before; ours first, the others by their time."""
        began = self._clock.now()
        start = datetime.fromisoformat(json.loads(cursor)["from"]) - OVERLAP if cursor else since
        found = [each for each in self._listed(is_ending) if each.message.posted_at >= start]
        if is_ending():
            return
        found.sort(key=lambda each: (each.message.direction != "out", each.message.posted_at))
        for position in range(0, max(1, len(found)), BATCH):
            is_last = position + BATCH >= len(found)
            place = json.dumps({"from": (began if is_last else start).isoformat()})
            yield Pulled(tuple(found[position : position + BATCH]), place)

    def close(self) -> None:
        """End connections."""
        self._graph.close()

    def _listed(self, is_ending: Callable[[], bool]) -> Iterator[NewMessage]:
        for post in self._graph.read(f"me/{self.posts}", fields="id", limit=POSTS).get("data") or []:
            if is_ending():
                return
            with self.leaving_out(f"the post {post['id']}"):
                for each in self._graph.some_of(f"{node(post['id'])}/comments", PAGES, limit=50, **self.asks):
                    yield from self._events(partial(self.entries, post["id"]), each)
        with self.leaving_out("private messages"):
            fields = f"messages.limit({READABLE}){{id,created_time,from,to,message}}"
            for thread in self._graph.some_of("me/conversations", PAGES, platform=self.people, fields=fields):
                for each in (thread.get("messages") or {}).get("data") or []:
                    yield from self._events(_private_entries, each)

    def _events(
        self, entries: Callable[[Mapping[str, Any]], Iterator[dict[str, Any]]], read: Mapping[str, Any]
    ) -> Iterator[NewMessage]:
        def told(entry: dict[str, Any]) -> Event | None:
            document = {"object": self.kind, "entry": [{"id": self._account.account, **entry}]}
            return next(iter(self._inbound.events(self._account, document)), None)

        def first(_: None) -> Event | None:
            made.extend(entries(read))
            return None

        made: list[dict[str, Any]] = []
        built_one(self._account, first, None)
        events = (built_one(self._account, told, each) for each in made)
        yield from (each for each in events if isinstance(each, NewMessage))


def seconds(at: str) -> float:
    """A time of the Graph API as the webhooks have it."""
    return datetime.fromisoformat(at).timestamp()


def _private_entries(read: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    people = {"sender": {"id": read["from"]["id"]}, "recipient": {"id": read["to"]["data"][0]["id"]}}
    written = {"mid": read["id"], "text": read.get("message")}
    yield {"messaging": [{**people, "timestamp": seconds(read["created_time"]) * 1000, "message": written}]}
