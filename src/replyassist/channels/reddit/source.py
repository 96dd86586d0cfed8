"""Comments that answer or mention us, those of given subreddits, and our own; then what became of the newest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from replyassist.core.errors import CredentialsRefused, DeliveryRefused
from replyassist.inbox.schemas import MessageEdit

from ..account import Account, Runtime
from ..events import Deleted, Edited, Event, message
from ..port import Pulled
from ..watched import Found, InRounds, Unread, Watched
from .api import PAGE, RedditApi, Thing

IsEnough = Callable[[Sequence[Thing]], bool]
Listing = Callable[[], Iterable[Thing]]
INBOX = ("comments", "selfreply", "mentions")
"""Answers to our comments and to our posts, and mentions; the whole inbox has private messages between them."""
GONE = frozenset({"[deleted]", "[removed]"})
"""The body of a comment that its author or a moderator took away."""


class RedditSource(InRounds):
    """Reads as one account."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, RedditApi(account, runtime)

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """Listings bring what is new; what is remembered is asked for by its ids, which tells edits and deletions.

        A round that is cut, or fails, goes on at the listing where it stopped. What the first one had by then is known
        to be all there was; newer comments in it come with the next round.
        """
        watched = Watched(cursor, since)
        known, before, found = set(watched.known("")), watched.unread, dict[int, Found]()

        def is_enough(page: Sequence[Thing]) -> bool:
            read = [(_number(each), _time(each["created_utc"])) for each in page]
            return all(each in known or each < watched.floor or at < watched.start for each, at in read)

        readings = self._readings(is_enough, known)
        done, until = before.place, before.until
        for comments in self.until_cut(readings[done:], is_ending):
            for comment in comments:
                found.setdefault(_number(comment), _found(comment))
            if not done:
                until = max(known | set(found), default=watched.floor)
            done += 1
        rest = Unread(done, until) if done < len(readings) else Unread(0, before.until)
        yield from watched.pulled(self._account, self._event, found.values(), rest)
        self.raise_failure()

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _readings(self, is_enough: IsEnough, known: Collection[int]) -> list[Callable[[], list[Thing]]]:
        """What a round reads, always in this order: our own, those of subreddits, parts of the inbox, what is known."""

        def new(listing: Listing) -> list[Thing]:
            return [each for each in listing() if _number(each) not in known]

        own = partial(self._api.newest, f"/user/{self._account.account}/comments", is_enough=is_enough, sort="new")
        inbox = (partial(self._of_inbox, name, is_enough) for name in INBOX)
        listings: tuple[Listing, ...] = (own, partial(self._of_subreddits, is_enough), *inbox)
        return [*(partial(new, each) for each in listings), partial(self._again, sorted(known)[-PAGE:])]

    def _of_inbox(self, name: str, is_enough: IsEnough) -> Iterable[Thing]:
        found = list[Thing]()
        with self.leaving_out(f"the inbox' {name}"):
            found += self._api.newest(f"/message/{name}", is_enough=is_enough, mark="false")
        return found

    def _of_subreddits(self, is_enough: IsEnough) -> Iterable[Thing]:
        """Of all in one listing, and where that is refused, of each that is not."""
        names = subreddits_of(self._account)
        if not names:
            return ()
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

    def _again(self, numbers: Sequence[int]) -> list[Thing]:
        names = ",".join(f"t1_{_base36(each)}" for each in numbers)
        return [each["data"] for each in self._api.things("/api/info", id=names)] if names else []

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
