"""Comments on the newest videos, asked for (business/video/list and comment/list, as third parties tell of them)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..account import Account, Runtime
from ..catching import CatchUp, ReadPlace, back_to, in_turn
from ..events import Event, built
from .api import TikTokApi
from .inbound import TikTokInbound

VIDEOS = 20
THREADS = timedelta(days=7)
"""So old a comment may be for new replies below it to be seen: the list is sorted by the comments above."""


class TikTokSource(CatchUp):
    """One business account."""

    called = "the video {}"

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._clock = account, runtime.clock
        self._api, self._inbound = TikTokApi(account, runtime), TikTokInbound(account)

    def places(self, start: datetime, mark: str) -> Iterable[ReadPlace]:
        """The newest videos, by their ids."""
        fields = json.dumps(["item_id"])
        listed = self._api.read("business/video/list/", fields=fields, max_count=VIDEOS).get("videos") or ()
        return in_turn({str(each["item_id"]): each for each in listed}, mark)

    def read(self, place: ReadPlace, start: datetime) -> Iterator[Event]:
        """Comments, each with the replies that are listed with it."""
        listed = self._api.comments("business/comment/list/", video_id=place.name, include_replies="true")
        for each in back_to(start - THREADS, listed, _at):
            below = sorted(each.get("reply_list") or (), key=lambda reply: str(reply.get("create_time")))
            yield from built(self._account, lambda told: self._event(told, place.name), (each, *below))

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _event(self, comment: Mapping[str, Any], video: str) -> Event | None:
        """As the webhook of it would have told; ``owner`` says that it is ours."""
        above = str(comment.get("parent_comment_id") or "")
        told = {
            **comment,
            "video_id": video,
            "comment_action": "insert",
            "comment_type": "reply" if above else "comment",
            "timestamp": comment["create_time"],
        }
        return self._inbound.event(told, is_ours=comment.get("owner") is True)


def _at(comment: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(comment["create_time"]), UTC)
