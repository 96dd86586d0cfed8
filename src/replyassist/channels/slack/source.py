"""Messages and threads, asked for (conversations.history, conversations.replies): what no event told, or told while
nobody listened. Edits are seen of what is read; deletions are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from replyassist.core.errors import DeliveryRefused

from ..account import Account, Runtime
from ..catching import CatchUp, ReadPlace, in_turn
from ..events import Event, built
from . import CARDS
from .api import SlackApi
from .inbound import SlackInbound

THREADS = timedelta(days=7)
"""So old a thread's first message may be for its new replies to be seen: the list of a channel has those alone."""
KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
"""Kinds of conversations, and what their scopes begin with."""


class SlackSource(CatchUp):
    """The conversations that the bot is in, as far as its scopes let it list and read them."""

    called = "the channel {}"

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self._api, self._inbound = SlackApi(account, runtime), SlackInbound(account, "")
        self._bot = ""

    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        """By their ids; those of cards are left out."""
        us, scopes = self._api.who()
        self._bot = str(us.get("bot_id") or "")
        kinds = [kind for kind, begins in KINDS.items() if {f"{begins}:read", f"{begins}:history"} <= scopes]
        if not kinds:
            with self.leaving_out("what came while nobody listened"):
                raise DeliveryRefused("the app lacks channels:read (or groups:, im:, mpim:read)")
            return ()
        listed = self._api.conversations(",".join(kinds))
        cards = self._account.credentials.get(CARDS)
        return in_turn({str(each["id"]): each for each in listed if each["id"] != cards}, mark)

    def read(self, place: ReadPlace, start: datetime) -> Iterator[Event]:
        """The messages, the oldest first, each with what is new in its thread."""
        kind = next((name for name in ("im", "mpim") if place.entry.get(f"is_{name}")), "channel")
        make = partial(self._event, channel=place.name, kind=kind, start=start)
        for each in reversed(list(self._api.history(place.name, oldest=_stamp(start - THREADS)))):
            yield from built(self._account, make, (each,))
            if float(each.get("latest_reply") or 0) >= start.timestamp():
                below = self._api.replies(place.name, str(each["ts"]), oldest=_stamp(start))
                yield from built(self._account, make, (reply for reply in below if reply.get("ts") != each["ts"]))

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _event(self, written: Mapping[str, Any], channel: str, kind: str, start: datetime) -> Event | None:
        """As the event of it would have told; what is older than the reading counts where it was edited since."""
        edited = float((written.get("edited") or {}).get("ts") or 0)
        if max(edited, float(written["ts"])) < start.timestamp():
            return None
        is_ours = bool(self._bot) and written.get("bot_id") == self._bot
        whole = {**written, "user": self._account.account} if is_ours else written
        return self._inbound.listed(whole, channel, kind)


def _stamp(at: datetime) -> str:
    return f"{at.timestamp():.6f}"
