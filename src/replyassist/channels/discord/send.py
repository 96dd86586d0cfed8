"""Replies by Create Message, once under a nonce; later they are found among the messages of the channel."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryUncertain

from ..account import Account, Check, Runtime, Tested
from ..outgoing import OutgoingReply
from ..port import MOST_PAGES, Platform
from . import TRAITS
from .api import PAGE, DiscordApi, number_at, place_of
from .records import answered_by
from .source import FORUMS, channels_of

CLOCKS = timedelta(minutes=1)
NONCE = 24  # characters, of the 25 that Discord takes
MESSAGE_CONTENT = 1 << 18 | 1 << 19
"""Flags of an application (GATEWAY_MESSAGE_CONTENT, _LIMITED below 100 servers): without them messages are empty."""


class DiscordPlatform(Platform):
    """Posts as one bot."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, DiscordApi(account, runtime)

    @property
    def address(self) -> str:
        """The bot's id."""
        return self._account.account

    def test(self) -> Tested:
        """Who the bot is, and whether it can read the channels."""
        try:
            us, flags = self._api.read("users/@me"), int(self._api.read("applications/@me").get("flags") or 0)
        except DeliveryError as error:
            return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
        has_words = bool(flags & MESSAGE_CONTENT)
        told = "the bot sees what people write" if has_words else "switch on the Message Content intent of the bot"
        checks = (
            Check("sign-in", is_ok=True, detail=f"as {us['username']}"),
            Check("message content", has_words, told),
            self._channels(),
        )
        return Tested(checks, account=str(us["id"]), shown_as=str(us["username"]))

    def send(self, reply: OutgoingReply) -> str:
        """Post it; it tells the author and nobody else whom the text may mention."""
        channel, above = place_of(reply.in_reply_to)
        document: dict[str, Any] = {
            "content": self.as_sent(reply),
            "message_reference": {"message_id": above, "channel_id": channel, "fail_if_not_exists": True},
            "allowed_mentions": {"parse": [], "replied_user": True},
            "nonce": _nonce(reply),
            "enforce_nonce": True,
        }
        sent = self._api.post(f"channels/{channel}/messages", json=document)
        if not sent.get("id"):
            raise DeliveryUncertain("Discord's answer tells no message")
        return f"{channel}:{sent['id']}"

    def find(self, reply: OutgoingReply) -> str | None:
        """A message of ours with this text, or with the nonce where Discord tells it, that answers the same message."""
        channel, above = place_of(reply.in_reply_to)
        start = number_at(reply.first_tried_at - CLOCKS) if reply.first_tried_at else int(above)
        wanted = self.as_sent(reply).strip()
        posts = list(self._api.messages_after(channel, max(start, int(above))))
        for posted in posts:
            is_ours = str(posted["author"]["id"]) == self._account.account and answered_by(posted) == above
            if is_ours and (posted.get("nonce") == _nonce(reply) or str(posted["content"]).strip() == wanted):
                return f"{channel}:{posted['id']}"
        if len(posts) >= MOST_PAGES * PAGE:
            raise DeliveryNotMade("there are more messages than can be read")
        return None

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _channels(self) -> Check:
        names: list[str] = []
        try:
            for channel in channels_of(self._account):
                found = self._api.read(f"channels/{channel}")
                names.append(str(found.get("name")))
                if found["type"] not in FORUMS:
                    self._api.read(f"channels/{channel}/messages", limit=1)
        except DeliveryError as error:
            return Check("channels", is_ok=False, detail=error.detail)
        return Check("channels", is_ok=bool(names), detail=", ".join(names) or "give at least one channel")


def _nonce(reply: OutgoingReply) -> str:
    return hashlib.sha256(reply.key.encode()).hexdigest()[:NONCE]
