"""Replies to comments (comments.insert), which YouTube takes under a top comment alone."""

from __future__ import annotations

from replyassist.core.errors import DeliveryError, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..google.api import GoogleApi, time_of
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import TRAITS
from .source import author_of, replies, words_of


class YouTubePlatform(Platform):
    """One channel; its id is ours."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, GoogleApi(account, runtime)

    @property
    def address(self) -> str:
        """The channel."""
        return self._account.account

    def test(self) -> Tested:
        """Which channel it is."""
        try:
            channels = self._api.read("/youtube/v3/channels", part="snippet", mine="true").get("items") or []
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        if not channels:
            return Tested((Check("sign-in", is_ok=False, detail="this Google account has no channel"),))
        name = str(channels[0]["snippet"]["title"])
        check = Check("sign-in", is_ok=True, detail=f"as {name}; about 140 replies a day fit the usual quota")
        return Tested((check,), account=str(channels[0]["id"]), shown_as=name)

    def send(self, reply: OutgoingReply) -> str:
        """Post it once."""
        snippet = {"parentId": _top(reply), "textOriginal": self.as_sent(reply)}
        made = self._api.change("POST", "/youtube/v3/comments", params={"part": "snippet"}, json={"snippet": snippet})
        if not made.get("id"):
            raise DeliveryUncertain("YouTube did not say which comment it made")
        return str(made["id"])

    def find(self, reply: OutgoingReply) -> str | None:
        """One of ours with this text under the same top comment."""
        since = reply.tried_since
        for comment in replies(self._api, _top(reply)):
            is_ours = author_of(comment) == self._account.account
            is_later = since is None or time_of(comment["snippet"]["publishedAt"]) >= since
            if is_ours and is_later and words_of(comment).split() == self.as_sent(reply).split():
                return str(comment["id"])
        return None

    def thread(self, place: ThreadPlace) -> Thread:
        """The video's title and the beginning of its description, and the comment above."""
        top = str(place.metadata.get("top") or "")
        return Thread(
            self._video(place.conversation) if place.wants_post else None,
            self._comment(top) if top and place.wants_answered else None,
        )

    def _video(self, number: str) -> str | None:
        found = self._api.read("/youtube/v3/videos", part="snippet", id=number).get("items") or ()
        snippets = (video["snippet"] for video in found)
        told = (
            "\n\n".join(filter(None, (str(each["title"]), str(each.get("description") or "")))) for each in snippets
        )
        return next(told, None)

    def _comment(self, number: str) -> str | None:
        found = self._api.read("/youtube/v3/comments", part="snippet", id=number, textFormat="plainText")
        return next((words_of(comment) for comment in found.get("items") or ()), None)

    def close(self) -> None:
        """End connections."""
        self._api.close()


def _top(reply: OutgoingReply) -> str:
    return str(reply.metadata.get("top") or reply.in_reply_to)
