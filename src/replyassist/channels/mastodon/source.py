"""Mentions of us and our own replies, each by its own id, oldest first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from replyassist.core.errors import CredentialsRefused, DeliveryError, RateLimited

from ..account import Account, Runtime
from ..events import NewMessage, built
from ..port import MOST_PAGES, Pulled, Source
from .api import MastodonApi, Status, message_of

PAGE = 40  # the most that both lists give (docs.joinmastodon.org/methods/notifications, methods/accounts)


class MastodonSource(Source):
    """Reads the notifications that mention us, and our own statuses that answer others."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, MastodonApi(account, runtime)
        self._threads: dict[str, list[Status]] = {}

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """Our own replies come first: what they answer is known as answered then."""
        place: dict[str, str] = json.loads(cursor or "{}")
        lists: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("own", f"/api/v1/accounts/{self._account.account}/statuses", {"exclude_reblogs": "true"}),
            ("mentions", "/api/v1/notifications", {"types[]": "mention"}),
        )
        for name, path, params in lists:
            for entries in self._pages(path, params, place.get(name), since, is_ending):
                if is_ending():
                    return
                place = {**place, name: str(entries[-1]["id"])}
                yield Pulled(built(self._account, self._message, entries), json.dumps(place))

    def close(self) -> None:
        """End connections."""
        self._api.api.close()

    def _pages(
        self, path: str, params: dict[str, Any], last: str | None, since: datetime, is_ending: Callable[[], bool]
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages behind the last id; without one, all that is not older than ``since``."""
        if last is None:
            found = self._not_older(path, params, since, is_ending)
            for start in range(0, len(found), PAGE):
                yield found[start : start + PAGE]
            return
        for _ in range(MOST_PAGES):
            page = self._api.get(path, **params, limit=PAGE, min_id=last)
            if not page or str(page[0]["id"]) == last or is_ending():
                return
            yield page[::-1]
            last = str(page[0]["id"])

    def _not_older(
        self, path: str, params: dict[str, Any], since: datetime, is_ending: Callable[[], bool]
    ) -> list[dict[str, Any]]:
        """All of it; nothing where the reading is ending, since the next one begins anew without a cursor."""
        found: list[dict[str, Any]] = []
        older: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self._api.get(path, **params, limit=PAGE, **older)
            if is_ending():
                return []
            if not page or str(page[-1]["id"]) == older.get("max_id"):
                break
            new = [
                entry for entry in page if datetime.fromisoformat(entry["created_at"].replace("Z", "+00:00")) >= since
            ]
            found += new
            if len(new) < len(page):
                break
            older = {"max_id": str(page[-1]["id"])}
        return found[::-1]

    def _message(self, entry: dict[str, Any]) -> NewMessage | None:
        status = entry.get("status", entry) if "type" in entry else entry
        if not status or (status is entry and not status.get("in_reply_to_id")):
            return None  # a status of ours that answers nobody
        return message_of(self._account, status, self._above(status))

    def _above(self, status: Status) -> list[Status]:
        """The thread that a status answers, the beginning first; none where it cannot be read now."""
        parent = status.get("in_reply_to_id")
        if not parent:
            return []
        if str(parent) not in self._threads:
            try:
                self._threads[str(parent)] = self._api.context(str(status["id"]))[0]
            except (RateLimited, CredentialsRefused):
                raise
            except DeliveryError:  # deleted since, or longer than an answer may be
                return []
        return self._threads[str(parent)]
