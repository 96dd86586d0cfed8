"""Comments that answer or mention us, those of given subreddits, and our own; then what became of the newest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from replyassist.core.errors import CredentialsRefused, DeliveryRefused
from replyassist.inbox.schemas import MessageEdit

from ..account import Account, Runtime
from ..events import Deleted, Edited, Event, message
from ..port import Pulled, Source
from ..watched import Found, Watched
from .api import PAGE, RedditApi, Thing

INBOX = ("comments", "selfreply", "mentions")
"""Answers to our comments and to our posts, and mentions; the whole inbox has private messages between them."""
GONE = frozenset({"[deleted]", "[removed]"})
"""The body of a comment that its author or a moderator took away."""


class RedditSource(Source):
    """Reads as one account."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, RedditApi(account, runtime)

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """Listings bring what is new; what is remembered is asked for by its ids, which tells edits and deletions."""
        watched = Watched(cursor, since)
        known = set(watched.known(""))

        def is_enough(page: Sequence[Thing]) -> bool:
            read = [(_number(each), _time(each["created_utc"])) for each in page]
            return all(each in known or each < watched.floor or at < watched.start for each, at in read)

        found: dict[int, Found] = {}
        for listing in self._listings(is_enough):
            if is_ending():
                return
            for comment in listing:
                if _number(comment) not in known:
                    found.setdefault(_number(comment), _found(comment))
        for comment in self._again(sorted(known)[-PAGE:]):
            found[_number(comment)] = _found(comment)
        yield from watched.pulled(self._account, self._event, found.values())

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _listings(self, is_enough: Callable[[Sequence[Thing]], bool]) -> Iterator[Iterable[Thing]]:
        yield self._api.newest(f"/user/{self._account.account}/comments", is_enough=is_enough, sort="new")
        if subreddits := subreddits_of(self._account):
            yield self._of_subreddits(subreddits, is_enough)
        for name in INBOX:
            yield self._api.newest(f"/message/{name}", is_enough=is_enough, mark="false")

    def _of_subreddits(self, names: str, is_enough: Callable[[Sequence[Thing]], bool]) -> Iterable[Thing]:
        """Of all in one listing, and where that is refused, of each that is not."""
        try:
            return list(self._api.newest(f"/r/{names}/comments", is_enough=is_enough))
        except CredentialsRefused:
            raise
        except DeliveryRefused:
            found = list[Thing]()
        for name in names.split("+"):
            with self.leaving_out(f"r/{name}"):
                found += self._api.newest(f"/r/{name}/comments", is_enough=is_enough)
        return found

    def _again(self, numbers: Sequence[int]) -> Iterator[Thing]:
        if numbers:
            names = ",".join(f"t1_{_base36(each)}" for each in numbers)
            yield from (each["data"] for each in self._api.things("/api/info", id=names))

    def _event(self, comment: Thing) -> Event | None:
        name, parent = str(comment["name"]), str(comment["parent_id"])
        if comment["body"] in GONE:
            return Deleted(name)
        post = str(comment.get("link_id") or "t3_" + str(comment["context"]).split("/comments/")[1].partition("/")[0])
        author = str(comment.get("author") or "")
        made = message(
            self._account,
            name,
            str(comment["body"]),
            author_id=author or f"author of {name}",
            author_handle=author or None,
            conversation_id=post,
            posted_at=_time(comment["created_utc"]),
            in_reply_to=parent if parent.startswith("t1_") else None,
            metadata={"parent": parent},
        )
        if made is None or not comment.get("edited"):
            return made
        edited = comment["edited"]  # seconds; of very old comments only True
        at = _time(edited) if not isinstance(edited, bool) else None
        return Edited(name, MessageEdit(text=made.message.text, edited_at=at), made.message)


def subreddits_of(account: Account) -> str:
    """The subreddits as an address has them: ``one+another``."""
    given = account.credentials.get("subreddits", "").split(",")
    return "+".join(name for each in given if (name := each.strip().removeprefix("r/")))


def _found(comment: Thing) -> Found:
    state = "gone" if comment["body"] in GONE else str(comment.get("edited") or "")
    return Found("", _number(comment), _time(comment["created_utc"]), state, comment)


def _number(comment: Thing) -> int:
    return int(str(comment["id"]), 36)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
