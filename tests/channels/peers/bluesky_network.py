"""The whole Bluesky network as its makers test with it: directory, home of accounts, index and moderation."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from tests.postgres import postgres

from .bluesky import PASSWORD, POST
from .processes import NETWORK, redis, running_node

INDEXED_SECONDS = 120.0
"""A post is in the index after less than a second on an idle machine."""
NUMBERS = count(int(time.time()) % 100_000)


@dataclass(frozen=True)
class Addresses:
    """Where its parts answer; people's programs speak to the PDS alone."""

    pds: str
    appview: str
    plc: str


@contextmanager
def bluesky_network() -> Iterator[Addresses]:
    """A new, empty network; half a minute on an idle machine."""
    with tempfile.TemporaryDirectory(prefix="replyassist-bluesky-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with postgres(folder / "postgres.lock") as url, redis(folder) as place:
            environment = {"DB_POSTGRES_URL": url, "REDIS_HOST": place}
            with running_node("bluesky.cjs", folder=folder, environment=environment, packages=NETWORK) as told:
                yield Addresses(**told)


class Person:
    """An account and its session, as an app of the network's uses it."""

    def __init__(self, server: str, name: str) -> None:
        self.server = server
        self.handle = f"{name}{next(NUMBERS)}.test"
        account = {"handle": self.handle, "email": f"{self.handle}@mail.example", "password": PASSWORD}
        self._http = httpx2.Client(base_url=f"{server}/xrpc/", timeout=60)
        made = self.call("com.atproto.server.createAccount", account)
        self.did: str = made["did"]
        self._http.headers["authorization"] = f"Bearer {made['accessJwt']}"
        self.call("com.atproto.repo.putRecord", self._place("app.bsky.actor.profile", {"displayName": name.title()}))

    def call(self, method: str, document: dict[str, Any] | None = None, **query: Any) -> Any:
        """A procedure with a document, else a query."""
        answer = self._http.post(method, json=document) if document else self._http.get(method, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, text: str, *, to: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Post, or answer a post; the post's uri and cid, and the root of its thread.

        Nobody is notified of an answer that the index reads before what it answers, so that is waited for.
        """
        record: dict[str, Any] = {"text": text, "createdAt": _now(), **more}
        if to:
            self.thread(to["uri"])
            record["reply"] = {"root": _ref(to.get("root", to)), "parent": _ref(to)}
        made = self.call("com.atproto.repo.createRecord", {"repo": self.did, "collection": POST, "record": record})
        return {**_ref(made), "root": record.get("reply", {}).get("root", _ref(made))}

    def put(self, uri: str, text: str) -> None:
        """Put a post's record anew with another text, which no client of the network's offers."""
        place = self._at(uri)
        value = self.call("com.atproto.repo.getRecord", **place)["value"]
        self.call("com.atproto.repo.putRecord", {**place, "record": {**value, "text": text}})

    def shown(self, uri: str) -> str:
        """The text of a post as the index has it; empty for none."""
        posts = self.call("app.bsky.feed.getPosts", uris=[uri])["posts"]
        return str(posts[0]["record"]["text"]) if posts else ""

    def delete(self, uri: str) -> None:
        """Delete a post, and wait until the index has forgotten it."""
        self.call("com.atproto.repo.deleteRecord", self._at(uri))
        eventually(lambda: not self.call("app.bsky.feed.getPosts", uris=[uri])["posts"])

    @staticmethod
    def _at(uri: str) -> dict[str, Any]:
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        return {"repo": repo, "collection": collection, "rkey": rkey}

    def mention(self, other: Person, text: str) -> dict[str, Any]:
        """Post to somebody."""
        at = f"@{other.handle}"
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": other.did}
        facet = {"index": {"byteStart": 0, "byteEnd": len(at)}, "features": [feature]}
        return self.post(f"{at} {text}", facets=[facet])

    def notified_of(self, uri: str) -> dict[str, Any]:
        """The notification of a post, once the index has it."""
        found: dict[str, Any] = eventually(lambda: next((each for each in self._told() if each["uri"] == uri), None))
        return found

    def thread(self, uri: str) -> Any:
        """A post with what stands above and below it, once the index has it."""

        def found() -> Any:
            answer = self._http.get("app.bsky.feed.getPostThread", params={"uri": uri})
            return answer.json()["thread"] if answer.status_code == 200 else None

        return eventually(found)

    def records(self) -> list[dict[str, Any]]:
        """What the account posted, oldest first, as its home has it."""
        listed = self.call("com.atproto.repo.listRecords", repo=self.did, collection=POST, limit=100)
        records: list[dict[str, Any]] = listed["records"]
        return records[::-1]

    def close(self) -> None:
        """End connections."""
        self._http.close()

    def _told(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.call("app.bsky.notification.listNotifications", limit=100)["notifications"]
        return told

    def _place(self, collection: str, record: dict[str, Any]) -> dict[str, Any]:
        return {"repo": self.did, "collection": collection, "rkey": "self", "record": record}


def eventually(found: Callable[[], Any], seconds: float = INDEXED_SECONDS) -> Any:
    """What is found, as soon as there is something."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, f"nothing came within {seconds:.0f} s"
        time.sleep(0.1)
    return answer


def _ref(post: dict[str, Any]) -> dict[str, str]:
    return {"uri": post["uri"], "cid": post["cid"]}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
