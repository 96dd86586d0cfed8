"""Public comments of the tickets that changed, asked for (search, ticket_comments); agents may, where exports are for
administrators alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from replyassist.core.errors import DeliveryNotMade

from ..account import Account, Runtime
from ..catching import CatchUp, ReadPlace, back_to
from ..events import Event, built
from ..port import MOST_PAGES
from .api import Entry, ZendeskApi, moment
from .inbound import ZendeskInbound

SEARCH_PAGES = 10  # "up to 1,000 results per query, with a maximum of 100 results per page"


class ZendeskSource(CatchUp):
    """As one agent, who sees what an agent may see."""

    called = "the ticket {}"

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self._api, self._inbound = ZendeskApi(account, runtime), ZendeskInbound(account)

    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        """Tickets by their last change. A list that is being changed is not paged through: it is asked for again from
        where it ended, and by pages only where more than one has the same second."""
        since, page, seen = max(start, moment(mark)) if mark else start, 1, set[tuple[str, str]]()
        for _ in range(MOST_PAGES):
            found, is_last = self._api.changed(since, page)
            for ticket in found:
                place = ReadPlace(str(ticket["id"]), str(ticket["updated_at"]))
                if (place.name, place.mark) not in seen:
                    seen.add((place.name, place.mark))
                    yield place
            if is_last:
                return
            until = moment(found[-1]["updated_at"])
            since, page = (until, 1) if until > since else (since, page + 1)
            if page > SEARCH_PAGES:
                break
        raise DeliveryNotMade("more tickets have changed than can be read")

    def read(self, place: ReadPlace, start: datetime) -> Iterator[Event]:
        """The comments from then on."""
        listed = self._api.comments(place.name)
        found = back_to(start, listed, lambda each: moment(each["created_at"]))
        yield from built(self._account, partial(self._event, ticket=place.name), found)

    def close(self) -> None:
        """End connections."""
        self._api.api.close()

    def _event(self, comment: Mapping[str, Any], ticket: str) -> Event | None:
        """As the ticket event of it would have told."""
        author: Entry = comment["author"]
        told = {
            "id": comment["id"],
            "body": comment["body"],
            "is_public": comment["public"],
            "author": {"id": author["id"], "name": author["name"], "is_staff": author["role"] in ("agent", "admin")},
        }
        document = {"event": {"comment": told}, "detail": {"id": ticket}, "time": comment["created_at"]}
        return self._inbound.event(document)
