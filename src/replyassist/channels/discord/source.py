"""The newest messages of each channel and thread, and what was missed since they were last read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import Any

from replyassist.core.errors import DeliveryNotMade, DeliveryRefused

from ..account import Account, Runtime
from ..events import Deleted, Event
from ..port import Pulled
from ..watched import Found, InRounds, Unread, Watched
from .api import PAGE, UNKNOWN_MESSAGE, DiscordApi, Message, number_at, time_of
from .records import Place, event_of

MOST_PLACES = 60
"""Channels, and the threads with the newest messages: a request each, of the 50 a second that a bot has."""
FORUMS = frozenset({15, 16})  # GUILD_FORUM, GUILD_MEDIA: these have threads alone


class DiscordSource(InRounds):
    """Reads as one bot."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api, self._clock = account, DiscordApi(account, runtime), runtime.clock

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """A round of all places, by their ids; one that is cut short, or fails, goes on where it was. A post that one
        of them had since the round began is never taken for known."""
        watched = Watched(cursor, since)
        before, began, found, behind = watched.unread, number_at(self._clock.now()), list[Found](), 2**64
        places = sorted((each for each in self._places() if _order(each) >= before.place), key=_order)
        done = 0
        for entries, end in self.until_cut((partial(self._of_place, each, watched) for each in places), is_ending):
            found, behind, done = found + entries, min(behind, end), done + 1
        rest = Unread(0, before.until)
        if done < len(places):
            rest = Unread(_order(places[done]), min(before.until, began))
        told = (each for each in found if each.number <= behind)
        yield from watched.pulled(self._account, self._event, told, Unread(rest.place, min(rest.until, behind)))
        self.raise_failure()

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _places(self) -> Iterator[Place]:
        """The channels of the connection, then the active threads below them."""
        given = channels_of(self._account)
        channels = list[Mapping[str, Any]]()
        for channel in given:
            with self.leaving_out(f"the channel {channel}"):
                channels.append(self._api.read(f"channels/{channel}"))
        yield from (
            Place(str(each["id"]), each.get("name") if each.get("thread_metadata") else None)
            for each in channels
            if each["type"] not in FORUMS
        )
        guilds = sorted({str(each["guild_id"]) for each in channels if each.get("guild_id")})
        listed = list[Mapping[str, Any]]()
        for guild in guilds:
            with self.leaving_out(f"the threads of {guild}"):
                listed += self._api.read(f"guilds/{guild}/threads/active")["threads"]
        threads = [each for each in listed if str(each["parent_id"]) in given and str(each["id"]) not in given]
        threads.sort(key=lambda thread: int(thread.get("last_message_id") or 0), reverse=True)
        for thread in threads[: max(0, MOST_PLACES - len(channels))]:
            yield Place(str(thread["id"]), str(thread["name"]))

    def _of_place(self, place: Place, watched: Watched) -> tuple[list[Found], int]:
        read, end = list[Found](), 2**64
        with self.leaving_out(f"the channel or thread {place.title or place.channel}"):
            read, end = self._read(place, watched)
        return read, end

    def _read(self, place: Place, watched: Watched) -> tuple[list[Found], int]:
        """What a place has that may be new or changed, and up to which id that is all there is."""
        newest = self._page(place)
        known = watched.known(place.channel)
        reached = known[-1] if known else max(number_at(watched.start), watched.floor, 1) - 1
        if len(newest) < PAGE or _number(newest[-1]) <= reached:
            return [*self._missing(place, newest, known), *(_found(place, each) for each in newest)], 2**64
        behind = list(self._api.messages_after(place.channel, reached))
        oldest, last = _number(newest[-1]), _number(behind[-1]) if behind else 2**64
        if last < oldest:  # more than can be read at once: the rest comes next time
            return [_found(place, each) for each in behind], last
        older = takewhile(lambda each: _number(each) < oldest, behind)
        return [_found(place, each) for each in (*older, *newest)], 2**64

    def _page(self, place: Place) -> list[Message]:
        page = self._api.read(f"channels/{place.channel}/messages", limit=PAGE)
        if not isinstance(page, list):
            raise DeliveryNotMade("Discord's answer is no list of messages")
        return page

    def _missing(self, place: Place, newest: list[Message], known: list[int]) -> Iterator[Found]:
        """What was there and is not any more. A bot that may no longer read the history sees an empty list: Discord is
        asked for each of them."""
        listed = {_number(each) for each in newest}
        oldest = min(listed, default=0) if len(newest) == PAGE else 0
        for number in known:
            path = f"channels/{place.channel}/messages/{number}"
            if number >= oldest and number not in listed and self._api.is_gone(path, UNKNOWN_MESSAGE):
                yield Found(place.channel, number, time_of(number), None, (place, number))

    def _event(self, entry: tuple[Place, Message | int]) -> Event | None:
        place, written = entry
        if isinstance(written, int):
            return Deleted(f"{place.channel}:{written}")
        return event_of(self._account, written, place)


def channels_of(account: Account) -> list[str]:
    """The ids of the channels that are read; raises DeliveryRefused for what is no id."""
    given = [each.strip() for each in account.credentials["channels"].split(",") if each.strip()]
    if not all(each.isascii() and each.isdecimal() for each in given):
        raise DeliveryRefused("the channels are given by their ids, which are numbers")
    return given


def _order(place: Place) -> int:
    return int(place.channel)


def _number(written: Message) -> int:
    return int(written["id"])


def _found(place: Place, written: Message) -> Found:
    number = _number(written)
    return Found(place.channel, number, time_of(number), str(written.get("edited_timestamp")), (place, written))
