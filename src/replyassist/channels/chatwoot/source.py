"""Messages of the conversations that went on, asked for (conversations, then their messages). Edits are not told of;
deletions are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ..account import Account, Runtime
from ..catching import CatchUp, ReadPlace, back_to, by_time
from ..events import Event, built
from .api import KINDS, ChatwootApi, moment
from .inbound import ChatwootInbound


class ChatwootSource(CatchUp):
    """Of the inboxes that the agent is assigned to."""

    called = "the conversation {}"

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self._api, self._inbound = ChatwootApi(account, runtime), ChatwootInbound(account)

    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        """Conversations by their last activity, of which the list has the newest first."""
        listed = back_to(start, self._api.conversations(), lambda each: moment(each["last_activity_at"]))
        return by_time(((moment(each["last_activity_at"]), str(each["id"]), each) for each in listed), mark)

    def read(self, place: ReadPlace, start: datetime) -> Iterator[Event]:
        """The messages from then on."""
        found = back_to(start, self._api.newest(place.name), lambda each: moment(each["created_at"]))
        yield from built(self._account, lambda each: self._event(each, place.name), found)

    def close(self) -> None:
        """End connections."""
        self._api.api.close()

    def _event(self, message: Mapping[str, Any], conversation: str) -> Event | None:
        """As the webhook of it would have told."""
        kind = message["message_type"]
        told = {
            **message,
            "event": "message_created",
            "message_type": KINDS[kind] if isinstance(kind, int) else kind,
            "account": {"id": self._account.account.removeprefix("account-")},
            "conversation": {"id": conversation},
        }
        return self._inbound.told(told)
