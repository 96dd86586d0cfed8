"""Chatwoot's API of one account, and its messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any
from urllib.parse import urlsplit

from replyassist.core.errors import ConfigurationError, DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from ..account import Account, Runtime
from ..http import Api
from ..inboxes import is_number
from ..webhook.send import require_safe_url

Entry = Mapping[str, Any]
KINDS = ("incoming", "outgoing", "activity", "template")
OUTGOING = (1, "outgoing")  # the API says numbers, webhooks say names
FAILED = "failed"
"""Of "sent, delivered, read and failed" (developers.chatwoot.com, message statuses): the channel behind it could not
deliver."""
MOST_PAGES = 50
PAGE = 20  # messages, of which the API has no other number (app/finders/message_finder.rb)


class ChatwootApi:
    """Calls as one agent. Making one calls nobody; raises ConfigurationError for credentials that cannot be used."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self.server = account.credentials.get("server", "").rstrip("/")
        require_safe_url(self.server)
        number = account.credentials.get("number", "")
        if not is_number(number):
            raise ConfigurationError("the account is a number")
        self.host, self.account_path = urlsplit(self.server).hostname, f"/api/v1/accounts/{number}"
        # api_access_token in the documentation: Rack makes both the same, and proxies drop names with an underscore
        headers = {"api-access-token": account.credentials.get("token", "")}
        self.api = Api(self.server, runtime, headers=headers)

    def post(self, conversation: str, content: str, *, is_private: bool, answers: str = "") -> str:
        """Post a message, or a note that only agents see; its id."""
        document: dict[str, Any] = {"content": content, "message_type": "outgoing", "private": is_private}
        if is_number(answers):
            document["content_attributes"] = {"in_reply_to": int(answers)}
        answer = self.api.call("POST", self._messages(conversation), has_effect=True, json=document).json()
        try:
            return str(answer["id"])
        except (KeyError, TypeError):
            raise DeliveryUncertain(f"{self.host} does not answer as Chatwoot does") from None

    def messages(self, conversation: str, *, since: str) -> Iterator[Entry]:
        """All messages of a conversation that are behind this one, by its id; the newest first."""
        last = int(since) if is_number(since) else 0
        return takewhile(lambda entry: int(entry["id"]) > last, self.newest(conversation))

    def newest(self, conversation: str) -> Iterator[Entry]:
        """The messages of a conversation, the newest first."""
        before: dict[str, int] = {}
        for _ in range(MOST_PAGES):
            answer = self.api.call("GET", self._messages(conversation), has_effect=False, params=before).json()
            try:
                page = sorted(answer["payload"], key=lambda entry: int(entry["id"]), reverse=True)
            except (KeyError, TypeError, ValueError):
                raise DeliveryNotMade(f"{self.host} does not answer as Chatwoot does") from None
            yield from page
            if len(page) < PAGE or int(page[-1]["id"]) == before.get("before"):
                return
            before = {"before": int(page[-1]["id"])}
        raise DeliveryNotMade("the conversation is too long to look through")

    def conversations(self) -> Iterator[Entry]:
        """Those of all states, by their last activity, the newest first (app/finders/conversation_finder.rb)."""
        params = {"status": "all", "assignee_type": "all", "sort_by": "last_activity_at_desc"}
        for number in range(1, MOST_PAGES + 1):
            asked = {**params, "page": str(number)}
            answer = self.api.call("GET", f"{self.account_path}/conversations", has_effect=False, params=asked).json()
            try:
                page = list(answer["data"]["payload"])
            except (KeyError, TypeError):
                raise DeliveryNotMade(f"{self.host} does not answer as Chatwoot does") from None
            if not page:
                return
            yield from page
        raise DeliveryNotMade("more conversations went on than can be read")

    def _messages(self, conversation: str) -> str:
        if not is_number(conversation):
            raise DeliveryRefused("this is no conversation of Chatwoot's")
        return f"{self.account_path}/conversations/{conversation}/messages"


def moment(told: object) -> datetime:
    """Seconds since 1970 in the API; ISO 8601, or "2020-03-03 13:05:57 UTC", in webhooks. Raises ValueError."""
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    at = datetime.fromisoformat(str(told).replace(" UTC", "+00:00").replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
