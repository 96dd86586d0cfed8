"""Answers a ticket with a public comment."""

from __future__ import annotations

from datetime import datetime

from replyassist.core.errors import DeliveryError

from ..account import Account, Runtime, Tested
from ..inboxes import not_signed_in, same_words, signed_in
from ..outgoing import OutgoingReply
from ..port import Platform
from . import TRAITS
from .api import KEY, Entry, ZendeskApi, comments_of, moment


class ZendeskPlatform(Platform):
    """Sends as one agent."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, ZendeskApi(account, runtime)

    @property
    def address(self) -> str:
        """The server."""
        return self._api.server

    def test(self) -> Tested:
        """Who the token is, and whether they may answer."""
        try:
            us = self._api.who()
        except DeliveryError as error:
            return not_signed_in(error.detail)
        if not us.get("id") or us.get("role") not in ("agent", "admin"):
            return not_signed_in("the address and the token sign in no agent")
        name = str(us.get("name") or us["id"])
        return signed_in(self._account, name, us=f"user-{us['id']}", shown_as=f"{name} at {self._api.host}")

    def send(self, reply: OutgoingReply) -> str:
        """Comment for the requester."""
        return self._api.comment(reply.conversation, self.as_sent(reply), is_public=True, key=reply.key)

    def find(self, reply: OutgoingReply) -> str | None:
        """A public comment with our key in its update's metadata, or of our words since the first attempt."""
        for audit in self._api.audits(reply.conversation):
            is_keyed = ((audit.get("metadata") or {}).get("custom") or {}).get(KEY) == reply.key
            for comment in comments_of(audit):
                is_same = same_words(comment.get("body"), self.as_sent(reply)) and _is_since(audit, reply.tried_since)
                if comment.get("public") is True and (is_keyed or is_same):
                    return str(comment["id"])
        return None

    def close(self) -> None:
        """End connections."""
        self._api.api.close()


def _is_since(audit: Entry, since: datetime | None) -> bool:
    return since is None or moment(audit["created_at"]) >= since
