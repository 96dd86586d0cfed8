"""Replies by ``POST /2/tweets``; they are found again among our own posts."""

from __future__ import annotations

from datetime import UTC
from html import unescape

from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import TRAITS
from .api import XApi, number
from .text import comparable, plain

# As the OpenAPI 2.167 names them, then as the pages of the documentation do.
_ASKED = (
    {"post.fields": "created_at,entities", "expansions": "referenced_posts"},
    {"tweet.fields": "created_at,entities,referenced_tweets"},
)


class XPlatform(Platform):
    """Posts as one user."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, XApi(account, runtime)

    @property
    def address(self) -> str:
        """The user's id."""
        return self._account.account

    def test(self) -> Tested:
        """Who we are there, and whether we may post."""
        try:
            answer = self._api.read("/2/users/me")
            us = answer.json()["data"]
            found, name = str(us["id"]), f"@{us['username']}"
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        except (KeyError, TypeError):
            return Tested((Check("sign-in", is_ok=False, detail="X did not say who we are"),))
        may_post = "write" in answer.headers.get("x-access-level", "write")
        detail = "the app may post" if may_post else "the app may only read: give it write permission, then a new token"
        return Tested((Check("sign-in", True, f"as {name}"), Check("permissions", may_post, detail)), found, name)

    def send(self, reply: OutgoingReply) -> str:
        """Post it; X itself puts the people who are answered before it, and does not count them."""
        above = {"in_reply_to_tweet_id": number(reply.in_reply_to)}
        sent = self._api.write("/2/tweets", {"text": self.as_sent(reply), "reply": above})
        if not sent.get("id"):
            raise DeliveryUncertain("X's answer tells no post")
        return str(sent["id"])

    def find(self, reply: OutgoingReply) -> str | None:
        """A post of ours with this text, that answers the same post."""
        since = {}
        if reply.tried_since:
            start = reply.tried_since.astimezone(UTC)
            since = {"start_time": start.isoformat(timespec="seconds").replace("+00:00", "Z")}
        wanted = comparable(self.as_sent(reply))
        for post in self._api.posts(self._account.account, "tweets", _ASKED, **since):
            links = (post.get("entities") or {}).get("urls") or ()
            text = str(post.get("text") or "")
            if wanted not in (comparable(unescape(text)), comparable(plain(text, links))):
                continue
            references = post.get("referenced_posts") or post.get("referenced_tweets")
            if references is None:
                raise DeliveryNotMade("X does not say what a post of the same text answers")
            if any((each["type"], str(each["id"])) == ("replied_to", reply.in_reply_to) for each in references):
                return str(post["id"])
        return None

    def thread(self, place: ThreadPlace) -> Thread:
        """The post that begins the conversation, and the one above; reading each costs as a post read does."""
        above, first = str(place.metadata.get("above") or ""), place.conversation
        if not above:
            return Thread()
        is_below = above != first
        post = self._words(first) if place.wants_post else None
        return Thread(post, self._words(above) if is_below and place.wants_answered else None)

    def _words(self, post: str) -> str | None:
        answer = self._api.read(f"/2/tweets/{number(post)}", also=(404,))
        document = answer.json()
        found = document.get("data") if isinstance(document, dict) and answer.status == 200 else None
        return plain(str(found.get("text") or "")) or None if found else None

    def close(self) -> None:
        """End connections."""
        self._api.close()
