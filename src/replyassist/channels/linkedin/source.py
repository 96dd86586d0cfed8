"""The notifications of the last days, asked for: what no webhook told, or told while nobody listened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from replyassist.core.clock import Clock

from ..account import Account, Runtime
from ..events import Event, built
from ..port import Pulled, Source
from .api import LinkedInApi, comments_of, number_of
from .records import ACTIONS, WRITTEN, Notification, at_of, comment_urn, event_of

KEPT = timedelta(days=59)  # "60 days", less a day for clocks
OVERLAP = timedelta(minutes=10)  # how late one may be listed is not documented
BATCH = 100
MOST_SEEN = 250


class LinkedInSource(Source):
    """Reads one page's notifications."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, LinkedInApi(account, runtime)
        self._clock: Clock = runtime.clock

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """From ten minutes before the last one that was told; those are known by their ids."""
        place = json.loads(cursor) if cursor else {}
        now, seen = self._clock.now(), [int(each) for each in place.get("seen") or ()]
        start = datetime.fromisoformat(place["from"]) - OVERLAP if place else since
        listed = sorted(self._listed(max(start, now - KEPT), now), key=lambda each: (at_of(each), _number(each)))
        new = [each for each in listed if _number(each) not in seen]
        for position in range(0, len(new), BATCH):
            if is_ending():
                return
            batch = new[position : position + BATCH]
            seen = [*seen, *map(_number, batch)][-MOST_SEEN:]
            place = {"from": at_of(batch[-1]).isoformat(), "seen": seen}
            yield Pulled(built(self._account, self._event, batch), json.dumps(place, separators=(",", ":")))

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _listed(self, start: datetime, end: datetime) -> Iterator[Notification]:
        span = f"(start:{int(start.timestamp() * 1000)},end:{int(end.timestamp() * 1000)})"
        page, actions = quote(self._api.page, safe=""), ",".join(ACTIONS)
        path = "/rest/organizationalEntityNotifications?q=criteria"
        return self._api.pages(f"{path}&actions=List({actions})&organizationalEntity={page}&timeRange={span}")

    def _event(self, told: Notification) -> Event | None:
        whole: Notification | None = told
        if not told.get("decoratedGeneratedActivity"):
            whole = None
            with self.leaving_out(f"notification {_number(told)}"):
                whole = self._with_words(told)
        return event_of(self._account, whole) if whole is not None else None

    def _with_words(self, told: Notification) -> Notification | None:
        """A notification that only names what it is about, with that; None where it is gone since."""
        words = dict[str, Any]()
        if told["action"] in WRITTEN:
            comment = self._api.found(f"{comments_of(str(told['sourcePost']))}/{number_of(comment_urn(told))}")
            if comment is None:
                return None
            text = comment["message"]["text"]
            words = {"comment": {**comment, "entity": comment_urn(told), "owner": comment["actor"], "text": text}}
        elif told["action"] == "SHARE_MENTION":
            urn = str(told["generatedActivity"])
            share = self._api.found(f"/rest/posts/{quote(urn, safe='')}")
            if share is None:
                return None
            words = {"share": {"entity": urn, "owner": share["author"], "text": share["commentary"]}}
        return {**told, "decoratedGeneratedActivity": words}


def _number(told: Notification) -> int:
    return int(told["notificationId"])
