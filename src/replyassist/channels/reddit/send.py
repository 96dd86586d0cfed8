"""Replies by ``POST /api/comment``; they are found again among our own comments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply, Thread, ThreadPlace
from ..port import Platform
from . import TRAITS
from .api import MOST_PAGES, PAGE, RedditApi, Thing
from .source import INBOX, path_of, subreddits_of

CLOCKS = timedelta(minutes=1)
_NAME = re.compile(r"t[13]_[0-9a-z]{1,13}")


class RedditPlatform(Platform):
    """Comments as one account; its name, which never changes, is our id."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, RedditApi(account, runtime)

    @property
    def address(self) -> str:
        """The account."""
        return self._account.account

    def test(self) -> Tested:
        """Who we are there, and whether the lists can be read."""
        try:
            name = str(self._api.read("/api/v1/me")["name"])
        except KeyError:
            return Tested((Check("sign-in", is_ok=False, detail="Reddit did not say who we are"),))
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        is_same = name.casefold() == self._account.credentials["username"].strip().casefold()
        checks = [Check("sign-in", is_same, f"as u/{name}" if is_same else f"the token is u/{name}'s")]
        subreddits = subreddits_of(self._account)
        lists = {"inbox": f"/message/{INBOX[0]}", "history": f"/user/{name}/comments"}
        for what, path in {**lists, **({"subreddits": path_of(subreddits)} if subreddits else {})}.items():
            try:
                self._api.things(path, limit=1)
                checks.append(Check(what, is_ok=True, detail="it can be read"))
            except DeliveryError as error:
                checks.append(Check(what, is_ok=False, detail=error.detail))
        return Tested(tuple(checks), account=name, shown_as=f"u/{name}")

    def send(self, reply: OutgoingReply) -> str:
        """Comment once."""
        made = self._api.change("/api/comment", thing_id=_checked(reply.in_reply_to), text=self.as_sent(reply))
        for thing in made.get("things") or ():
            if name := (thing.get("data") or {}).get("name"):
                return str(name)
        raise DeliveryUncertain("Reddit did not say which comment it made")

    def find(self, reply: OutgoingReply) -> str | None:
        """A comment of ours with this text under the same comment. Our own list has it even where a moderator, or a
        rule of the subreddit, took it away at once; the thread has not."""
        since, read, is_end = reply.first_tried_at, 0, False
        start = since - CLOCKS if since else reply.message_at or datetime.fromtimestamp(0, UTC)

        def is_enough(page: Sequence[Thing]) -> bool:
            return any(float(each["created_utc"]) < start.timestamp() for each in page)

        path = f"/user/{self._account.account}/comments"
        for comment in self._api.newest(path, is_enough=is_enough, sort="new"):
            read, is_end = read + 1, float(comment["created_utc"]) < start.timestamp()
            is_there = comment["parent_id"] == reply.in_reply_to and not is_end
            if is_there and str(comment["body"]).split() == self.as_sent(reply).split():
                return str(comment["name"])
        if read >= MOST_PAGES * PAGE and not is_end:
            raise DeliveryNotMade("there are more comments of ours than can be read")
        return None

    def thread(self, place: ThreadPlace) -> Thread:
        """The post's title and words, and the comment above."""
        wanted = [place.conversation] if place.wants_post else []
        wanted += [str(place.metadata.get("parent") or "")] if place.wants_answered else []
        names = [each for each in dict.fromkeys(wanted) if _NAME.fullmatch(each)]
        things = self._api.things("/api/info", id=",".join(names)) if names else ()
        told = {str(each["kind"]): _words(each["data"]) for each in things}
        return Thread(told.get("t3"), told.get("t1"))

    def close(self) -> None:
        """End connections."""
        self._api.close()


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise DeliveryRefused("this is no comment of Reddit's")
    return name


def _words(said: Thing) -> str | None:
    """Of a comment, or of a post."""
    words = (said.get("title"), said.get("selftext"), said.get("body"))
    return "\n\n".join(str(each) for each in words if each) or None
