"""Answers in a conversation of FreeScout's."""

from __future__ import annotations

from replyassist.core.errors import DeliveryError

from ..account import Account, Runtime, Tested
from ..inboxes import not_signed_in, same_words, signed_in
from ..outgoing import OutgoingReply
from ..port import Platform
from . import TRAITS
from .api import REPLY, FreeScoutApi, moment, words


class FreeScoutPlatform(Platform):
    """Sends as one user."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, FreeScoutApi(account, runtime)

    @property
    def address(self) -> str:
        """The server."""
        return self._api.server

    def test(self) -> Tested:
        """Whether the key is taken, and who the user is."""
        try:
            us = self._api.who()
        except DeliveryError as error:
            return not_signed_in(error.detail)
        name = " ".join(filter(None, (us.get("firstName"), us.get("lastName")))) or f"user {self._api.user}"
        shown_as = f"{name} at {self._api.host}"
        return signed_in(self._account, name, us=f"user-{self._api.user}", shown_as=shown_as, takes_replies=True)

    def send(self, reply: OutgoingReply) -> str:
        """Reply to the customer."""
        return self._api.add(reply.conversation, self.as_sent(reply), kind=REPLY)

    def find(self, reply: OutgoingReply) -> str | None:
        """A reply with this text since the first attempt."""
        since = reply.tried_since
        for thread in self._api.threads(reply.conversation):
            is_later = since is None or moment(thread["createdAt"]) >= since
            if thread.get("type") == REPLY and is_later and same_words(words(thread), self.as_sent(reply)):
                return str(thread["id"])
        return None

    def close(self) -> None:
        """End connections."""
        self._api.api.close()
