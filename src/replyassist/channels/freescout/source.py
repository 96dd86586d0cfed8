"""Threads of the conversations that were updated, asked for (list-conversations, get-conversation)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from ..account import Account, Runtime
from ..catching import CatchUp, ReadPlace, back_to, by_time
from ..events import Event, built
from .api import CUSTOMER, REPLY, FreeScoutApi, moment
from .inbound import FreeScoutInbound


class FreeScoutSource(CatchUp):
    """Of one mailbox, or of all."""

    called = "the conversation {}"

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self._api, self._inbound = FreeScoutApi(account, runtime), FreeScoutInbound(account)

    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        """Conversations by their last update, of which the list has the newest first."""
        listed = self._api.conversations(start, self._account.credentials.get("mailbox", ""))
        found = back_to(start, listed, lambda each: moment(each["updatedAt"]))
        return by_time(((moment(each["updatedAt"]), str(each["id"]), each) for each in found), mark)

    def read(self, place: ReadPlace, start: datetime) -> Iterator[Event]:
        """What its customer and its team wrote, the oldest first; notes and drafts are no messages."""
        written = (each for each in self._api.threads(place.name) if each.get("type") in (CUSTOMER, REPLY))
        yield from built(self._account, partial(self._inbound.event, conversation=place.name), written)

    def close(self) -> None:
        """End connections."""
        self._api.api.close()
