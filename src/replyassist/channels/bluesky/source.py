"""Mentions, replies and quotes, and our own posts; both lists come newest first, and are read back to what is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from replyassist.core.clock import Clock

from ..account import Account, Runtime
from ..events import NewMessage, built
from ..port import MOST_PAGES, Pulled, Source
from .api import Xrpc
from .records import POST, message_of, time_of

PAGE = 100  # the most that both lists give
BATCH = 100
KEPT = 40  # ids that the cursor holds of each list: two posts may have one time, and a list may lag a little
REASONS = ["mention", "reply", "quote"]


class BlueskySource(Source):
    """Reads the notifications, and the repository for what we wrote."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._xrpc = account, Xrpc(account, runtime)
        self._clock: Clock = runtime.clock

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """Our own replies first: what they answer is known as answered then."""
        known: dict[str, list[str]] = json.loads(cursor or "{}")
        own = self._back("com.atproto.repo.listRecords", "records", known.get("own", []), since, self._own, is_ending)
        told = self._back(
            "app.bsky.notification.listNotifications",
            "notifications",
            known.get("told", []),
            since,
            {"reasons": REASONS},
            is_ending,
        )
        for name, found in (("own", own), ("told", told)):
            for start in range(0, len(found), BATCH):
                if is_ending():
                    return
                batch = found[start : start + BATCH]
                known = {**known, name: [*known.get(name, []), *(each["uri"] for each in batch)][-KEPT:]}
                yield Pulled(built(self._account, self._message, batch), json.dumps(known))

    def close(self) -> None:
        """End connections."""
        self._xrpc.close()

    @property
    def _own(self) -> dict[str, Any]:
        return {"repo": self._account.account, "collection": POST}

    def _back(
        self,
        method: str,
        entries: str,
        known: list[str],
        since: datetime,
        params: dict[str, Any],
        is_ending: Callable[[], bool],
    ) -> list[dict[str, Any]]:
        """What is not known, oldest first: back to a page with something known, or to ``since``; nothing where the
        reading is ending, since what lies further back would be passed over."""
        found: list[dict[str, Any]] = []
        older: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            answer = self._xrpc.get(method, **params, limit=PAGE, **older)
            if is_ending():
                return []
            page = answer.get(entries) or []
            seen = [place for place, each in enumerate(page) if each["uri"] in known]
            recent = page[: seen[-1]] if seen else page
            new = [each for each in recent if each["uri"] not in known and self._time(each) >= since]
            found += new
            if len(new) < len(page) or not page or answer.get("cursor") in (None, "", older.get("cursor")):
                break
            older = {"cursor": answer["cursor"]}
        return found[::-1]

    def _time(self, entry: dict[str, Any]) -> datetime:
        record = entry.get("value") or {}
        return time_of(str(entry.get("indexedAt") or record.get("createdAt") or ""), self._clock.now())

    def _message(self, entry: dict[str, Any]) -> NewMessage | None:
        """A notification, or a record of ours that answers somebody."""
        record = entry.get("record") or entry.get("value") or {}
        if "author" not in entry:
            if not record.get("reply"):
                return None
            author: dict[str, Any] = {"author_id": self._account.account}
        elif entry.get("reason") not in REASONS:
            return None
        else:
            by = entry["author"]
            author = {"author_id": by["did"], "author_handle": by.get("handle"), "author_name": by.get("displayName")}
        at = time_of(str(record.get("createdAt") or ""), self._time(entry))
        return message_of(self._account, entry["uri"], entry["cid"], record, posted_at=at, **author)
