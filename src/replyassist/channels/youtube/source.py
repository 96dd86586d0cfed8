"""Comments on our videos and below them (commentThreads.list, comments.list)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from replyassist.core.errors import CredentialsRefused, DeliveryError, DeliveryNotMade, RateLimited
from replyassist.inbox.schemas import MessageEdit

from ..account import Account, Runtime
from ..events import Edited, Event, built_one, message
from ..google.api import GoogleApi, time_of
from ..google.seen import Entry, ReadUpTo
from ..port import MOST_PAGES, Pulled, Source

Comment = Mapping[str, Any]
PAGE = 100  # "Acceptable values are 1 to 100"
MOST_ASKED = 50
"""Threads whose replies one reading asks for; the next ones go on."""


class YouTubeSource(Source):
    """Reads the newest threads; all of a thread's replies only when their number changed (a unit of quota each)."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api, self._asked = account, GoogleApi(account, runtime), 0

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """By the time of the top comment, which is how the list is sorted."""
        seen = ReadUpTo(cursor, since)
        entries: list[Entry] = []
        self._asked = 0
        for thread in self._threads(seen.start):
            if is_ending():
                yield from seen.pulled(entries, is_cut=True)
                raise DeliveryNotMade("there is more than one reading takes; what is newer was taken in")
            entries += self._entries(thread, seen)
        yield from seen.pulled(entries)

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _threads(self, start: datetime) -> Iterator[Comment]:
        params: dict[str, Any] = {
            "part": "snippet,replies",
            "allThreadsRelatedToChannelId": self._account.account,
            "order": "time",
            "textFormat": "plainText",
            "maxResults": PAGE,
        }
        for thread in pages(self._api, "/youtube/v3/commentThreads", params):
            if time_of(thread["snippet"]["topLevelComment"]["snippet"]["publishedAt"]) < start:
                return
            yield thread

    def _entries(self, thread: Comment, seen: ReadUpTo) -> Iterator[Entry]:
        top, about = thread["snippet"]["topLevelComment"], thread["snippet"]
        at, total = time_of(top["snippet"]["publishedAt"]), int(about.get("totalReplyCount") or 0)
        below = list((thread.get("replies") or {}).get("comments") or ())
        number = f"{top['id']} has {total} below"
        is_whole = total <= len(below) or seen.knows(number)
        if not is_whole and self._asked < MOST_ASKED:
            self._asked += 1
            try:
                below, is_whole = list(replies(self._api, str(top["id"]))), True
            except (RateLimited, CredentialsRefused):
                raise
            except DeliveryError:  # deleted since, or closed: those that are shown with it are known
                is_whole = False
        place = str(about.get("videoId") or about.get("channelId"))
        if is_whole:  # else the next reading asks for the others
            yield Entry(at, number, None)
        for comment in (top, *sorted(below, key=lambda each: time_of(each["snippet"]["publishedAt"]))):
            key = f"{comment['id']} {comment['snippet'].get('updatedAt')}"
            read = partial(self._event, place=place, top="" if comment is top else str(top["id"]))
            yield Entry(at, key, built_one(self._account, read, comment))

    def _event(self, comment: Comment, place: str, top: str) -> Event | None:
        said = comment["snippet"]
        name = said.get("authorDisplayName")
        published, updated = time_of(said["publishedAt"]), time_of(said.get("updatedAt") or said["publishedAt"])
        written = message(
            self._account,
            str(comment["id"]),
            words_of(comment),
            author_id=author_of(comment),
            author_name=name,
            author_handle=name if str(name).startswith("@") else None,
            conversation_id=place,
            posted_at=published,
            in_reply_to=top or None,
            metadata={"top": top} if top else None,
        )
        if written is None or updated == published:
            return written
        change = MessageEdit(text=written.message.text, edited_at=updated)
        return Edited(written.message.external_id, change, written.message)


def pages(api: GoogleApi, path: str, params: dict[str, Any]) -> Iterator[Comment]:
    """The items of all pages; raise DeliveryNotMade where they do not end."""
    more: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        page = api.read(path, **params, **more)
        yield from page.get("items") or ()
        if not page.get("nextPageToken"):
            return
        more = {"pageToken": page["nextPageToken"]}
    raise DeliveryNotMade("the platform's list does not end")


def replies(api: GoogleApi, top: str) -> Iterator[Comment]:
    """All replies of a thread."""
    params = {"part": "snippet", "parentId": top, "textFormat": "plainText", "maxResults": PAGE}
    return pages(api, "/youtube/v3/comments", params)


def words_of(comment: Comment) -> str:
    """The text as it was written, which only our own comments show, or as it is displayed."""
    said = comment["snippet"]
    return str(said.get("textOriginal") or said.get("textDisplay") or "")


def author_of(comment: Comment) -> str:
    """The author's channel; a deleted account has none."""
    author = str((comment["snippet"].get("authorChannelId") or {}).get("value") or "")
    return author or f"author of {comment['id']}"[:200]
