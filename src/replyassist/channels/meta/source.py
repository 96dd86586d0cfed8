"""Comments and private messages, asked for.

What is read is put into the words of the webhooks and read as these are, so that both bring the same.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from ..account import Account, Runtime
from ..catching import CatchUp, ReadPlace, back_to, in_turn
from ..events import Event, built_one
from .graph import Graph
from .inbound import MetaInbound
from .send import READABLE, node

POSTS = 25
PAGES = 5
"""Of comments on a post, and of conversations."""
PRIVATE = "private messages"


class MetaSource(CatchUp):
    """The newest posts of one account, and its newest conversations."""

    kind = ""
    """``object`` of the webhooks."""
    people = ""
    """``platform`` of the Conversations API; empty where there are no private messages."""
    posts = ""
    """The edge of our posts."""
    edge = "comments"
    """Of what people say about a post."""
    newest_first = ""
    """The field of the time of what this edge lists by it; empty where its order is not known."""
    asks: ClassVar[Mapping[str, Any]] = {}
    """What is asked of a post's comments."""
    renewed_by = ""
    """The grant that renews its token."""

    def __init__(self, account: Account, runtime: Runtime, inbound: MetaInbound) -> None:
        self._account, self._clock, self._inbound = account, runtime.clock, inbound
        self._graph = Graph(account, runtime, renewed_by=self.renewed_by)

    @abstractmethod
    def documents(self, post: str, comment: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """A comment on a post, and what hangs on it, as webhooks have them."""

    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        """The newest posts, then the conversations as one."""
        listed = self._graph.read(f"me/{self.posts}", fields="id", limit=POSTS).get("data") or []
        if mark != PRIVATE:
            yield from in_turn({f"the post {each['id']}": each for each in listed}, mark)
        if self.people:
            yield ReadPlace(PRIVATE, PRIVATE)

    def read(self, place: ReadPlace, start: datetime) -> Iterator[Event]:
        """All comments, back to ``start`` where they come by their time; or the newest messages."""
        if place.name == PRIVATE:
            fields = f"messages.limit({READABLE}){{id,created_time,from,to,message}}"
            for thread in self._graph.some_of("me/conversations", PAGES, platform=self.people, fields=fields):
                for each in reversed((thread.get("messages") or {}).get("data") or []):
                    yield from self._events("", each)
            return
        post = str(place.entry["id"])
        listed = self._graph.some_of(f"{node(post)}/{self.edge}", PAGES, limit=50, **self.asks)
        since = start if self.newest_first else datetime.min.replace(tzinfo=UTC)
        for each in back_to(since, listed, lambda each: datetime.fromisoformat(each[self.newest_first])):
            yield from self._events(post, each)

    def close(self) -> None:
        """End connections."""
        self._graph.close()

    def entry(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The webhook of one entry."""
        return {"object": self.kind, "entry": [{"id": self._account.account, **told}]}

    def _events(self, post: str, read: Mapping[str, Any]) -> Iterator[Event]:
        made: list[dict[str, Any]] = []

        def first(_: None) -> Event | None:
            made.extend(self.documents(post, read) if post else [self.entry(_private(read))])
            return None

        built_one(self._account, first, None)
        for document in made:
            yield from self._inbound.events(self._account, document)


def seconds(at: str) -> float:
    """A time of the Graph API as the webhooks have it."""
    return datetime.fromisoformat(at).timestamp()


def _private(read: Mapping[str, Any]) -> dict[str, Any]:
    people = {"sender": {"id": read["from"]["id"]}, "recipient": {"id": read["to"]["data"][0]["id"]}}
    written = {"mid": read["id"], "text": read.get("message")}
    return {"messaging": [{**people, "timestamp": seconds(read["created_time"]) * 1000, "message": written}]}
