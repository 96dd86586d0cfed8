"""Comments that answer or mention us, those of given subreddits, and our own; then what became of the newest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from replyassist.inbox.schemas import MessageEdit

from ..account import Account, Runtime
from ..events import Deleted, Edited, Event, message
from ..port import Pulled
from ..rounds import InRounds
from ..watched import Found, Unread, Watched
from .api import PAGE, RedditApi, Thing

OWN, KNOWN = "own", "known"
INBOX = ("comments", "selfreply", "mentions")
"""Answers to our comments and to our posts, and mentions; the whole inbox has private messages between them."""
GONE = frozenset({"[deleted]", "[removed]"})
"""The body of a comment that its author or a moderator took away."""


class RedditSource(InRounds):
    """Reads as one account."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api, self._clock = account, RedditApi(account, runtime), runtime.clock

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """Listings bring what is new; what is remembered is asked for by its ids, which tells edits and deletions.

        A listing that fails keeps no other back; a round that is cut goes on at the listing where it stopped. What the
        first one had by then is known to be all there was; newer comments in it come with the next round. What a
        listing that failed has may come again, where another had it too: it may be forgotten meanwhile.
        """
        watched = Watched(cursor, since, self._clock.now())
        before, found = watched.unread, dict[int, Found]()
        readings = self._readings(watched)
        done, until = before.place, before.until
        for entries in self.until_cut(readings[done:], is_ending):
            for each in entries:
                if each.number not in found or each.floor < found[each.number].floor:
                    found[each.number] = each
            if not done:
                until = max({*watched.known(""), *found}, default=watched.floor)
            done += 1
        rest = Unread(done, until) if done < len(readings) else Unread(0, before.until)
        named = ("", OWN, KNOWN, *INBOX, *map(_called, subreddits_of(self._account)))
        pulled = watched.pulled(
            self._account, self._event, found.values(), rest, behind={}, named=dict.fromkeys(named, ())
        )
        yield from self.ended(pulled, is_all=not before.place)

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _readings(self, watched: Watched) -> list[Callable[[], list[Found]]]:
        """What a round reads, always in this order: our own, those of subreddits, parts of the inbox, what is known."""
        own = partial(
            self._listing, watched, OWN, "the list of our own comments", f"/user/{self._account.account}/comments"
        )
        inbox = (
            partial(self._listing, watched, name, f"the inbox' {name}", f"/message/{name}", mark="false")
            for name in INBOX
        )
        return [own, partial(self._of_subreddits, watched), *inbox, partial(self._again, watched)]

    def _of_subreddits(self, watched: Watched) -> list[Found]:
        """Of all in one listing; where that fails, or one of them did, of each."""
        names = subreddits_of(self._account)
        if len(names) > 1 and not any(watched.is_behind(_called(each)) for each in names):
            read = self.together(partial(self._read, watched, _called(names[0]), path_of(names)))
            if read is not None:
                return read
        each_of = (self._listing(watched, _called(each), _called(each), path_of([each])) for each in names)
        return [comment for listing in each_of for comment in listing]

    def _listing(self, watched: Watched, name: str, called: str, path: str, **params: str) -> list[Found]:
        return self.tried(watched, name, called, partial(self._read, watched, name, path, **params)) or []

    def _read(self, watched: Watched, name: str, path: str, **params: str) -> list[Found]:
        """What is new in a listing, back to a page of what is known; where others may have told that, back to where
        the listing was last read."""
        floor, known = watched.floor_of(name), set(watched.known(""))
        told = set[int]() if watched.unread.place or watched.is_behind(name) else known

        def is_enough(page: Sequence[Thing]) -> bool:
            read = [(_number(each), _time(each["created_utc"])) for each in page]
            return all(each in told or each < floor or at < watched.start for each, at in read)

        listed = self._api.newest(path, is_enough=is_enough, **params)
        return [_found(each, floor) for each in listed if _number(each) not in known]

    def _again(self, watched: Watched) -> list[Found]:
        names = ",".join(f"t1_{_base36(each)}" for each in watched.known("")[-PAGE:])
        if not names:
            return []
        read = partial(self._api.things, "/api/info", id=names)
        return [_found(each["data"], 0) for each in self.tried(watched, KNOWN, "what was read before", read) or []]

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


def subreddits_of(account: Account) -> list[str]:
    """The names of the subreddits that are read."""
    given = account.credentials.get("subreddits", "").split(",")
    return [name for each in given if (name := each.strip().removeprefix("r/"))]


def path_of(subreddits: Iterable[str]) -> str:
    """Where the comments of one or several are listed."""
    return f"/r/{'+'.join(subreddits)}/comments"


def _called(subreddit: str) -> str:
    return f"r/{subreddit}"


def _found(comment: Thing, floor: int) -> Found:
    state = "gone" if comment["body"] in GONE else str(comment.get("edited") or "")
    return Found("", _number(comment), _time(comment["created_utc"]), state, comment, floor)


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
