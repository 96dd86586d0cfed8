"""Answers in a conversation of Chatwoot's."""

from __future__ import annotations

from replyassist.core.errors import DeliveryError, DeliveryRefused

from ..account import Account, Runtime, Tested
from ..inboxes import not_signed_in, same_words, signed_in
from ..outgoing import OutgoingReply
from ..port import Platform
from . import TRAITS
from .api import FAILED, OUTGOING, ChatwootApi, moment


class ChatwootPlatform(Platform):
    """Sends as one agent."""

    traits = TRAITS

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self._account, self._api = account, ChatwootApi(account, runtime)

    @property
    def address(self) -> str:
        """The account at its server."""
        return f"{self._api.server}{self._api.account_path}"

    def test(self) -> Tested:
        """Who the token is, and whether the account lets it read conversations."""
        try:
            us = self._api.api.call("GET", "/api/v1/profile", has_effect=False).json()
            self._api.api.call("GET", f"{self._api.account_path}/conversations", has_effect=False)
            name = str(us.get("name") or us["id"])
        except DeliveryError as error:
            return not_signed_in(error.detail)
        except (KeyError, TypeError, AttributeError):
            return not_signed_in(f"{self._api.host} does not answer as Chatwoot does")
        number = self._account.credentials["number"]
        shown_as = f"account {number} at {self._api.host}"
        return signed_in(self._account, name, us=f"account-{number}", shown_as=shown_as)

    def send(self, reply: OutgoingReply) -> str:
        """Post it for the customer."""
        return self._api.post(reply.conversation, self.as_sent(reply), is_private=False, answers=reply.in_reply_to)

    def find(self, reply: OutgoingReply) -> str | None:
        """A message for the customer with this text, since the first attempt and behind the one that it answers."""
        since = reply.tried_since
        for entry in self._api.messages(reply.conversation, since=reply.in_reply_to):
            answers = (entry.get("content_attributes") or {}).get("in_reply_to")
            is_ours = entry.get("message_type") in OUTGOING and not entry.get("private")
            is_its = answers is None or str(answers) == reply.in_reply_to
            is_later = since is None or moment(entry["created_at"]) >= since
            if is_ours and is_its and is_later and same_words(entry.get("content"), self.as_sent(reply)):
                if entry.get("status") == FAILED:
                    raise DeliveryRefused("Chatwoot took the reply, and the channel behind it did not")
                return str(entry["id"])
        return None

    def close(self) -> None:
        """End connections."""
        self._api.api.close()
