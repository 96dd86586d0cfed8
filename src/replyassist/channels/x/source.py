"""Posts that mention us, and our own replies, asked for (GET /2/users/{id}/mentions and /tweets). Each post that is
read is paid for, and a person's name more than that: it is not asked for where X tells the author without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from replyassist.core.errors import DeliveryNotMade

from ..account import Account, Runtime
from ..catching import CatchUp, ReadPlace, in_turn
from ..events import Event, built, message
from .api import XApi
from .text import plain

ASKED = (
    {"tweet.fields": "author_id,created_at,entities,note_tweet,referenced_tweets"},
    {"post.fields": "created_at,entities,note_post", "expansions": "author_id,referenced_posts"},
)
"""As the pages of the documentation name them, then as the OpenAPI 2.167 does: there an author brings their user, and
costs as one."""
LISTS = {"tweets": {"exclude": "retweets"}, "mentions": {}}


class XSource(CatchUp):
    """Our own come first: what they answer is known as answered then."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self._api = XApi(account, runtime)

    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        """Two lists."""
        return in_turn(LISTS, mark)

    def read(self, place: ReadPlace, start: datetime) -> Iterator[Event]:
        """The list is read to its end, since it has the newest first."""
        since = {"start_time": start.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")}
        listed = list(self._api.posts(self._account.account, place.name, ASKED, **since, **place.entry))
        if any("author_id" not in each for each in listed):
            raise DeliveryNotMade("X does not say who wrote a post")
        yield from built(self._account, self._event, listed[::-1])

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _event(self, post: Mapping[str, Any]) -> Event | None:
        """A post; None for one of ours that answers nobody."""
        references = post.get("referenced_posts") or post.get("referenced_tweets") or ()
        above = next((str(each["id"]) for each in references if each["type"] == "replied_to"), "")
        number, author, whole = str(post["id"]), str(post["author_id"]), post.get("note_post") or post.get("note_tweet")
        if author == self._account.account and not above:
            return None
        links = ((whole or post).get("entities") or {}).get("urls") or ()
        return message(
            self._account,
            number,
            plain(str((whole or post)["text"]), links),
            author_id=author,
            conversation_id=above or number,
            posted_at=datetime.fromisoformat(str(post["created_at"]).replace("Z", "+00:00")),
            in_reply_to=above or None,
            metadata={"above": above} if above else None,
        )
