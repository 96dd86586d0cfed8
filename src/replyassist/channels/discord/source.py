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
from ..rounds import InRounds
from ..watched import Found, Unread, Watched
from .api import PAGE, UNKNOWN_MESSAGE, DiscordApi, Message, number_at, time_of
from .records import Place, event_of

MOST_PLACES = 60
"""Channels, and the threads with the newest messages: a request each, of the 50 a second that a bot has."""
FORUMS = frozenset({15, 16})  # GUILD_FORUM, GUILD_MEDIA: these have threads alone


class DiscordSource(InRounds):
    """Reads as one bot."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api, self._clock = account, DiscordApi(account, runtime), runtime.clock
        self._lists: list[str] = []
        self._behind: dict[str, int] = {}
        self._is_listed, self._has_unlisted = True, False

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """A round of all places, by their ids; one that is cut short goes on where it was, and a place that fails keeps
        no other back. A post that one of them had since the round began is never taken for known."""
        watched, began = Watched(cursor, since, self._clock.now()), number_at(self._clock.now())
        before, found, done = watched.unread, list[Found](), 0
        listed = sorted(self._places(watched, is_ending), key=_order)
        places = [each for each in listed if _order(each) >= before.place]
        for entries in self.until_cut((partial(self._of_place, each, watched) for each in places), is_ending):
            found, done = found + entries, done + 1
        rest = before if self._has_unlisted else Unread(0, before.until)
        if done < len(places):
            rest = Unread(_order(places[done]), min(before.until, began))
        pulled = watched.pulled(
            self._account,
            self._event,
            found,
            rest,
            behind=self._behind,
            named=dict.fromkeys(self._lists, ()) | {each.channel: each.lists for each in listed},
            is_listed=self._is_listed and not self._has_unlisted,
        )
        yield from self.ended(pulled, is_all=not before.place)

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _places(self, watched: Watched, is_ending: Callable[[], bool]) -> Iterator[Place]:
        """The channels of the connection, then the active threads below them."""
        given = channels_of(self._account)
        channels, threads = list[Mapping[str, Any]](), list[Mapping[str, Any]]()
        for channel in given:
            if self.has_failed and is_ending():  # those that are left come first where these fail again
                self._behind[_page_of(channel)] = watched.floor_of(_page_of(channel))
                self._has_unlisted, self.goes_on_after = True, 0.0
            else:
                read = self._list(watched, _page_of(channel), f"the channel {channel}", f"channels/{channel}")
                channels += [read] if read else []
        yield from (
            Place(str(each["id"]), each.get("name") if each.get("thread_metadata") else None, (_page_of(each["id"]),))
            for each in channels
            if each["type"] not in FORUMS
        )
        for guild in sorted({str(each["guild_id"]) for each in channels if each.get("guild_id")}):
            path = f"guilds/{guild}/threads/active"
            read = self._list(watched, _threads_of(guild), f"the list of threads of {guild}", path)
            threads += [each | {"guild_id": guild} for each in read["threads"]] if read else []
        threads = [each for each in threads if str(each["parent_id"]) in given and str(each["id"]) not in given]
        threads.sort(key=lambda thread: int(thread.get("last_message_id") or 0), reverse=True)
        for each in threads[: max(0, MOST_PLACES - len(channels))]:
            lists = (_page_of(each["parent_id"]), _threads_of(each["guild_id"]))
            yield Place(str(each["id"]), str(each["name"]), lists)

    def _list(self, watched: Watched, name: str, called: str, path: str) -> Any:
        """What tells of places; None where it fails."""
        self._lists.append(name)
        read = self.tried(watched, name, called, partial(self._api.read, path), is_list=True)
        self._is_listed = self._is_listed and read is not None
        return read

    def _of_place(self, place: Place, watched: Watched) -> list[Found]:
        called = f"the channel or thread {place.title or place.channel}"
        return self.tried(watched, place.channel, called, partial(self._read, place, watched), *place.lists) or []

    def _read(self, place: Place, watched: Watched) -> list[Found]:
        """What a place has that may be new or changed."""
        newest, floor = self._page(place), watched.floor_of(place.channel, *place.lists)
        known = watched.known(place.channel)
        reached = known[-1] if known else max(number_at(watched.start), floor, 1) - 1
        if len(newest) < PAGE or _number(newest[-1]) <= reached:
            return [*self._missing(place, newest, known), *(_found(place, each, floor) for each in newest)]
        behind = list(self._api.messages_after(place.channel, reached))
        oldest, last = _number(newest[-1]), _number(behind[-1]) if behind else 2**64
        if last < oldest:  # more than can be read at once: the rest comes next time
            self._behind[place.channel] = max(floor, last + 1)
            return [_found(place, each, floor) for each in behind]
        older = takewhile(lambda each: _number(each) < oldest, behind)
        return [_found(place, each, floor) for each in (*older, *newest)]

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


def _page_of(channel: str) -> str:
    return f"#{channel}"


def _threads_of(guild: str) -> str:
    return f"threads of {guild}"


def _found(place: Place, written: Message, floor: int) -> Found:
    number = _number(written)
    state = str(written.get("edited_timestamp"))
    return Found(place.channel, number, time_of(number), state, (place, written), floor)
