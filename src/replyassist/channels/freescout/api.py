"""FreeScout's API: a conversation with its threads, and a new thread in it (api-docs.freescout.net)."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from replyassist.core.errors import ConfigurationError, DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from ..account import Account, Runtime
from ..html import words_of
from ..http import Api
from ..inboxes import is_number
from ..port import MOST_PAGES
from ..webhook.send import require_safe_url

Entry = Mapping[str, Any]
REPLY, NOTE, CUSTOMER = "message", "note", "customer"
PUBLISHED, DRAFT = "published", "draft"


class FreeScoutApi:
    """Calls as one user. Making one calls nobody; raises ConfigurationError for credentials that cannot be used."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self.server, self.user = (account.credentials.get(name, "").rstrip("/") for name in ("server", "user"))
        require_safe_url(self.server)
        if not is_number(self.user):
            raise ConfigurationError("the user is a number")
        self.host = urlsplit(self.server).hostname or ""
        headers = {"x-freescout-api-key": account.credentials.get("token", "")}
        self.api = Api(self.server, runtime, headers=headers)

    def who(self) -> Entry:
        """The user."""
        found = self.api.call("GET", f"/api/users/{self.user}", has_effect=False).json()
        if not isinstance(found, dict) or str(found.get("id")) != self.user:
            raise DeliveryNotMade(f"{self.host} does not answer as FreeScout does")
        return found

    def add(self, conversation: str, text: str, *, kind: str, state: str = PUBLISHED) -> str:
        """Add a reply, or a note that only users see; its id, which stands in a header."""
        markup = html.escape(text, quote=False).replace("\n", "<br>")
        document = {"type": kind, "text": markup, "user": int(self.user)}
        document |= {} if state == PUBLISHED else {"state": state}
        path = f"{_path(conversation)}/threads"
        made = self.api.call("POST", path, has_effect=True, json=document).headers.get("resource-id", "")
        if not is_number(made):
            raise DeliveryUncertain(f"{self.host} tells no thread")
        return made

    def threads(self, conversation: str, *, state: str = PUBLISHED) -> list[Entry]:
        """All threads of a conversation that are in this state."""
        params = {"embed": "threads"}
        try:
            told = self.api.call("GET", _path(conversation), has_effect=False, params=params).json()
            return threads_of(told, state=state)
        except (LookupError, TypeError, AttributeError, ValueError):
            raise DeliveryNotMade(f"{self.host} does not answer as FreeScout does") from None

    def conversations(self, since: datetime, mailbox: str) -> Iterator[Entry]:
        """Those of a mailbox (empty: of all) that were updated from then on, the newest first; where a server knows of
        no ``updatedSince``, older ones follow."""
        at = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        params = {"sortField": "updatedAt", "sortOrder": "desc", "updatedSince": at}
        params |= {"mailboxId": mailbox} if mailbox else {}
        for number in range(1, MOST_PAGES + 1):
            asked = {**params, "page": str(number)}
            answer = self.api.call("GET", "/api/conversations", has_effect=False, params=asked).json()
            try:
                yield from answer["_embedded"]["conversations"]
                if number >= int(answer["page"]["totalPages"]):
                    return
            except (LookupError, TypeError, ValueError):
                raise DeliveryNotMade(f"{self.host} does not answer as FreeScout does") from None
        raise DeliveryNotMade("more conversations were updated than can be read")


def threads_of(conversation: Mapping[str, Any], *, state: str = PUBLISHED) -> list[Entry]:
    """What was published in a conversation, or is in another state, the oldest first. Raises KeyError, TypeError and
    such for another shape."""
    found = [each for each in conversation["_embedded"]["threads"] if each.get("state", PUBLISHED) == state]
    return sorted(found, key=lambda each: int(each["id"]))


def words(thread: Entry) -> str:
    """A thread's text; its body is HTML."""
    return words_of(str(thread.get("body") or ""))


def moment(told: object) -> datetime:
    """A time as the API writes it: ISO 8601 in UTC. Raises ValueError."""
    at = datetime.fromisoformat(str(told).replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _path(conversation: str) -> str:
    if not is_number(conversation):
        raise DeliveryRefused("this is no conversation of FreeScout's")
    return f"/api/conversations/{conversation}"
