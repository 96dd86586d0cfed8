"""Replies to comments (business/comment/reply/create)."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from replyassist.core.errors import DeliveryError, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import OWN, TRAITS
from .api import TikTokApi

logger = logging.getLogger(__name__)
LOOKED_AT = 5


class TikTokPlatform(Platform):
    """One business account; its open_id is our id."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, TikTokApi(account, runtime)
        self._us, self._own = self._api.us, account.credentials.get(OWN, "")

    @property
    def address(self) -> str:
        """The account."""
        return self._us

    def test(self) -> Tested:
        """Which account it is."""
        try:
            found = self._api.read("business/get/", fields=json.dumps(["username", "display_name"]))
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        name = f"@{found.get('username', '')}"
        if not self._own and (own := self._own_on_videos()):
            self._learn(own)
        return Tested((Check("sign-in", is_ok=True, detail=f"as {name}"),), account=self._us, shown_as=name)

    def _own_on_videos(self) -> str:
        """By which identifier webhooks know us: that of a comment of ours below the newest videos; empty for none."""
        try:
            videos = self._api.read("business/video/list/", fields=json.dumps(["item_id"])).get("videos") or ()
            for video in list(videos)[:LOOKED_AT]:
                listed = self._api.read("business/comment/list/", video_id=str(video["item_id"])).get("comments") or ()
                ours = [str(each.get("unique_identifier") or "") for each in listed if each.get("owner")]
                if own := next(filter(None, ours), ""):
                    return own
        except (DeliveryError, LookupError, TypeError, AttributeError):
            logger.info("our comments on %s cannot be read; a reply will tell our identifier", self._account.channel)
        return ""

    def send(self, reply: OutgoingReply) -> str:
        """Reply once. The answer also says by which identifier webhooks know us; it is kept."""
        given = {"video_id": _video(reply), "comment_id": reply.in_reply_to, "text": self.as_sent(reply)}
        made = self._api.change("business/comment/reply/create/", **given)
        own = str(made.get("unique_identifier") or "")
        if own and own != self._own:
            self._learn(own)
        if not made.get("comment_id"):
            raise DeliveryUncertain("TikTok did not say which comment it made")
        return str(made["comment_id"])

    def _learn(self, own: str) -> None:
        """Keep by which identifier webhooks know us. A reply may stand by now: a failure here changes nothing of it."""
        self._own = own
        try:
            self._account.keep({OWN: own})
        except Exception:
            logger.warning("our identifier on %s could not be kept", self._account.channel, exc_info=True)

    def find(self, reply: OutgoingReply) -> str | None:
        """One of ours (``owner``) with this text under the same top comment."""
        since = reply.tried_since
        top = str(reply.metadata.get("top") or reply.in_reply_to)
        for comment in self._api.comments("business/comment/reply/list/", video_id=_video(reply), comment_id=top):
            at = datetime.fromtimestamp(float(comment["create_time"]), UTC)
            is_later = since is None or at >= since
            if comment.get("owner") and is_later and str(comment["text"]).split() == self.as_sent(reply).split():
                return str(comment["comment_id"])
        return None

    def thread(self, place: ThreadPlace) -> Thread:
        """The video's caption, and the comment above."""
        top = str(place.metadata.get("top") or "")
        is_below = bool(top) and top != place.external_id
        return Thread(
            self._caption(place.conversation) if place.wants_post else None,
            self._comment(place.conversation, top) if is_below and place.wants_answered else None,
        )

    def _caption(self, video: str) -> str | None:
        given = {"filters": json.dumps({"video_ids": [video]}), "fields": json.dumps(["item_id", "caption"])}
        videos = self._api.read("business/video/list/", **given).get("videos") or []
        return next((str(each["caption"]) for each in videos if each.get("caption")), None)

    def _comment(self, video: str, number: str) -> str | None:
        given = {"video_id": video, "comment_ids": json.dumps([number])}
        found = self._api.read("business/comment/list/", **given).get("comments") or []
        return next((str(each["text"]) for each in found), None)

    def close(self) -> None:
        """End connections."""
        self._api.close()


def _video(reply: OutgoingReply) -> str:
    return str(reply.metadata.get("video") or reply.conversation)
