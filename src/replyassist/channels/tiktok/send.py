"""Replies to comments (business/comment/reply/create). Errors come as ``code`` in an answer with HTTP status 200."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from replyassist.core.errors import (
    CredentialsRefused,
    DeliveryError,
    DeliveryNotMade,
    DeliveryRefused,
    DeliveryUncertain,
    RateLimited,
)

from ..account import Account, Check, Runtime, Tested
from ..http import Answer, Api
from ..oauth import Tokens, document_of
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from ..webhook.send import require_safe_url
from . import OWN, TRAITS

logger = logging.getLogger(__name__)
PAGE, PAGES, LOOKED_AT = 30, 20, 5
LIMITS = frozenset({40016, 40100, 40133})
SIGN_IN = frozenset({40102, 40104, 40105})
SERVER = range(50000, 60000)
WAIT_SECONDS = 60.0
"""Limits are by the minute."""


class TikTokPlatform(Platform):
    """One business account; its open_id is our id."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        url, self._account = account.credentials.get("url", ""), account
        require_safe_url(url)
        self._us = account.credentials.get("business_id", "")
        self._own = account.credentials.get(OWN, "")
        self._api = Api(url.rstrip("/") + "/", runtime)
        self._tokens = Tokens(account, runtime.clock, self._renewed)

    @property
    def address(self) -> str:
        """The account."""
        return self._us

    def test(self) -> Tested:
        """Which account it is."""
        try:
            found = self._read("business/get/", fields=json.dumps(["username", "display_name"]))
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        name = f"@{found.get('username', '')}"
        if not self._own and (own := self._own_on_videos()):
            self._learn(own)
        return Tested((Check("sign-in", is_ok=True, detail=f"as {name}"),), account=self._us, shown_as=name)

    def _own_on_videos(self) -> str:
        """By which identifier webhooks know us: that of a comment of ours below the newest videos; empty for none."""
        try:
            videos = self._read("business/video/list/", fields=json.dumps(["item_id"])).get("videos") or ()
            for video in list(videos)[:LOOKED_AT]:
                listed = self._read("business/comment/list/", video_id=str(video["item_id"])).get("comments") or ()
                ours = [str(each.get("unique_identifier") or "") for each in listed if each.get("owner")]
                if own := next(filter(None, ours), ""):
                    return own
        except (DeliveryError, LookupError, TypeError, AttributeError):
            logger.info("our comments on %s cannot be read; a reply will tell our identifier", self._account.channel)
        return ""

    def send(self, reply: OutgoingReply) -> str:
        """Reply once. The answer also says by which identifier webhooks know us; it is kept."""
        given = {"video_id": _video(reply), "comment_id": reply.in_reply_to, "text": self.as_sent(reply)}
        made = self._change("business/comment/reply/create/", **given)
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
        for comment in self._pages("business/comment/reply/list/", video_id=_video(reply), comment_id=top):
            at = datetime.fromtimestamp(float(comment["create_time"]), UTC)
            is_later = since is None or at >= since
            if comment.get("owner") and is_later and str(comment["text"]).split() == self.as_sent(reply).split():
                return str(comment["comment_id"])
        return None

    def thread(self, place: ThreadPlace) -> Thread:
        """The comment above, or the video's caption."""
        top = str(place.metadata.get("top") or "")
        if top and top != place.external_id:
            given = {"video_id": place.conversation, "comment_ids": json.dumps([top])}
            found = self._read("business/comment/list/", **given).get("comments") or []
            return Thread(next((str(each["text"]) for each in found), None))
        filters = json.dumps({"video_ids": [place.conversation]})
        fields = json.dumps(["item_id", "caption"])
        videos = self._read("business/video/list/", fields=fields, filters=filters).get("videos") or []
        return Thread(next((str(each["caption"]) for each in videos if each.get("caption")), None))

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _pages(self, path: str, **given: str) -> Iterator[dict[str, Any]]:
        cursor = 0
        for _ in range(PAGES):
            page = self._read(path, **given, max_count=PAGE, cursor=cursor, sort_field="create_time", sort_order="desc")
            yield from page.get("comments") or ()
            if not page.get("has_more"):
                return
            cursor = int(page["cursor"])
        raise DeliveryNotMade("there are more replies than can be read")

    def _read(self, path: str, **given: Any) -> dict[str, Any]:
        return self._call("GET", path, params={"business_id": self._us, **given})

    def _change(self, path: str, **given: str) -> dict[str, Any]:
        return self._call("POST", path, json={"business_id": self._us, **given})

    def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def once(token: str) -> Answer:
            answer = self._api.call(
                method, path, has_effect=method != "GET", headers={"access-token": token}, **request
            )
            found.clear()
            found.update(_data(answer, has_effect=method != "GET"))
            return answer

        self._tokens.used(once)
        return found

    def _renewed(self, refresh: str) -> Mapping[str, Any]:
        given = {name: self._account.credentials.get(name, "") for name in ("client_id", "client_secret")}
        body = {**given, "grant_type": "refresh_token", "refresh_token": refresh}
        try:
            answer = self._api.call("POST", "tt_user/oauth2/refresh_token/", has_effect=False, json=body)
            return _data(answer, has_effect=False)
        except RateLimited:
            raise
        except DeliveryRefused as error:
            raise CredentialsRefused("the refresh token is no longer taken; connect the account again") from error


def _data(answer: Answer, *, has_effect: bool) -> dict[str, Any]:
    """``data`` of an answer whose code is 0; TikTok's own message is left out, as it may quote what people wrote."""
    document = document_of(answer, has_effect=has_effect)
    code, data = document.get("code"), document.get("data")
    unknown = DeliveryUncertain if has_effect else DeliveryNotMade
    if code == 0 and isinstance(data or {}, dict):
        return data or {}
    if not isinstance(code, int):
        raise unknown("TikTok's answer is not understood")
    said = f"TikTok answered code {code}"
    if code in LIMITS:
        raise RateLimited(said, retry_after_s=WAIT_SECONDS)
    if code in SIGN_IN:
        raise CredentialsRefused(said)
    raise (unknown if code in SERVER else DeliveryRefused)(said)


def _video(reply: OutgoingReply) -> str:
    return str(reply.metadata.get("video") or reply.conversation)
