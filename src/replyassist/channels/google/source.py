"""Reviews, edited reviews, and what became of our replies (accounts.locations.reviews.list)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from replyassist.core.errors import DeliveryNotMade
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import Attachment, MessageEdit

from ..account import Account, Runtime
from ..events import Deleted, Edited, Event, NewMessage, built_one, message
from ..port import MOST_PAGES, Pulled, Source
from .api import GoogleApi, time_of
from .seen import Entry, ReadUpTo
from .send import REJECTED, location_of, reply_id

Review = Mapping[str, Any]
PAGE = 50  # "The maximum pageSize is 50"
PENDING = "PENDING"
STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
_TRANSLATED = re.compile(
    r"\(Translated by Google\).*?\(Original\)\s*(?P<first>.+)|(?P<last>.+?)\s*\(Translated by Google\)", re.S
)


class ReviewsSource(Source):
    """Reads the newest reviews of a location again and again: a reply's state changes without a new updateTime."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, GoogleApi(account, runtime)
        self._location = location_of(account)

    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """By the time of their last change."""
        seen = ReadUpTo(cursor, since)
        entries: list[Entry] = []
        for review in self._reviews(seen.start):
            if is_ending():
                yield from seen.pulled(entries, is_cut=True)
                raise DeliveryNotMade("there is more than one reading takes; what is newer was taken in")
            entries += self._entries(review)
        yield from seen.pulled(entries)

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _reviews(self, start: datetime) -> Iterator[Review]:
        more: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self._api.read(f"/v4/{self._location}/reviews", pageSize=PAGE, orderBy="updateTime desc", **more)
            for review in page.get("reviews") or ():
                if time_of(review["updateTime"]) < start:
                    return
                yield review
            if not page.get("nextPageToken"):
                return
            more = {"pageToken": page["nextPageToken"]}
        raise DeliveryNotMade("Google's list of reviews does not end")

    def _entries(self, review: Review) -> Iterator[Entry]:
        """A review and its reply."""
        number, at = str(review["reviewId"]), time_of(review["updateTime"])
        yield Entry(
            at,
            f"{number} {review['updateTime']}",
            built_one(self._account, partial(self._told, number=number, at=at), review),
        )
        reply = review.get("reviewReply") or {}
        state = str(reply.get("reviewReplyState") or "")
        if reply and state != PENDING:
            yield Entry(
                at,
                f"{number} {state} {reply.get('updateTime')}",
                built_one(self._account, partial(self._reply, number=number, state=state, at=at), reply),
            )

    def _told(self, review: Review, number: str, at: datetime) -> Event | None:
        reviewer = review.get("reviewer") or {}
        name = None if reviewer.get("isAnonymous") else reviewer.get("displayName")
        rating, words = str(review.get("starRating")), own_words(str(review.get("comment") or ""))
        written = message(
            self._account,
            number,
            words,
            author_id=f"reviewer of {number}"[:200],  # Google gives reviewers no id
            author_name=name,
            conversation_id=number,
            posted_at=time_of(review["createTime"]),
            attachments=() if words else _stars(rating),
            metadata={"stars": STARS.index(rating) + 1} if rating in STARS else None,
        )
        if written is None or review["updateTime"] == review["createTime"]:
            return written
        told = written.message
        return Edited(number, MessageEdit(text=told.text, attachments=told.attachments, edited_at=at), told)

    def _reply(self, reply: Review, number: str, state: str, at: datetime) -> Event | None:
        if state == REJECTED:
            return Deleted(reply_id(number))
        ours: NewMessage | None = message(
            self._account,
            reply_id(number),
            str(reply.get("comment") or ""),
            author_id=self._account.account,
            conversation_id=number,
            posted_at=time_of(reply["updateTime"]) if reply.get("updateTime") else at,
            in_reply_to=number,
        )
        return ours


def _stars(rating: str) -> tuple[Attachment, ...]:
    """What a review without words says."""
    if rating not in STARS:
        return ()
    return (Attachment(kind=AttachmentKind.RATING, alt_text=f"{STARS.index(rating) + 1} of {len(STARS)} stars"),)


def own_words(comment: str) -> str:
    """What the reviewer wrote: Google puts its own translation beside it."""
    found = _TRANSLATED.search(comment)
    return (found["first"] or found["last"]).strip() if found else comment
