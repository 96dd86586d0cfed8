"""Zendesk's Ticketing API, as one agent (developer.zendesk.com/api-reference/ticketing)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from ..account import Account, Runtime
from ..http import Api
from ..inboxes import is_number
from ..port import MOST_PAGES
from ..webhook.send import require_safe_url

Entry = Mapping[str, Any]
KEY = "replyassist_key"
PAGE = 100
CONFLICT = 409  # "safe_update": the ticket was updated after "updated_stamp"


class ZendeskApi:
    """Making one calls nobody; raises ConfigurationError for an address without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        given = account.credentials
        self.server = given.get("server", "").rstrip("/")
        require_safe_url(self.server)
        self.host = urlsplit(self.server).hostname or ""
        name = base64.b64encode(f"{given.get('email', '')}/token:{given.get('token', '')}".encode()).decode()
        headers = {"authorization": f"Basic {name}"}
        self.api = Api(self.server, runtime, headers=headers)

    def who(self) -> Entry:
        """The agent; nobody is signed in where it has no id."""
        answer = self.api.call("GET", "/api/v2/users/me.json", has_effect=False).json()
        return _part(answer, "user", self.host)

    def comment(self, ticket: str, body: str, *, is_public: bool, key: str = "") -> str:
        """Add a comment to a ticket that nobody changes meanwhile; its id.

        ``key`` goes into the custom metadata of the update's audit. Raises DeliveryNotMade where somebody changed the
        ticket at the same moment: then nothing was added.
        """
        path = _path(ticket)
        found = _part(self.api.call("GET", path, has_effect=False).json(), "ticket", self.host)
        if found.get("status") == "closed":
            raise DeliveryRefused("the ticket is closed for good: only a follow-up ticket can answer it")
        update: dict[str, Any] = {"comment": {"body": body, "public": is_public}, "safe_update": True}
        update |= {"updated_stamp": found.get("updated_at")} | ({"metadata": {"custom": {KEY: key}}} if key else {})
        answer = self.api.call("PUT", path, has_effect=True, also=(CONFLICT,), json={"ticket": update})
        if answer.status == CONFLICT:
            raise DeliveryNotMade("somebody changed the ticket at the same moment")
        document = answer.json()
        audit = document.get("audit") if isinstance(document, dict) else None
        comment = next(comments_of(audit), None) if isinstance(audit, dict) else None
        if comment is None:
            raise DeliveryUncertain(f"{self.host} tells no comment")
        return str(comment["id"])

    def audits(self, ticket: str) -> Iterator[Entry]:
        """All that was done to a ticket, a list of events each."""
        for page in self._pages(_path(ticket, "/audits"), "audits", {}):
            yield from page["audits"]

    def changed(self, since: datetime, page: int) -> tuple[list[Entry], bool]:
        """Tickets that changed from then on, the least lately changed first, and whether the list ends here."""
        query = f"type:ticket updated>={since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        params = {"query": query, "sort_by": "updated_at", "sort_order": "asc", "per_page": PAGE, "page": page}
        answer = self.api.call("GET", "/api/v2/search.json", has_effect=False, params=params).json()
        found = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise DeliveryNotMade(f"{self.host} does not answer as Zendesk does")
        return found, not answer.get("next_page")

    def comments(self, ticket: str) -> Iterator[Entry]:
        """The comments of a ticket, the newest first, each with its author as ``author``."""
        params = {"include": "users", "sort": "-created_at"}
        for page in self._pages(_path(ticket, "/comments"), "comments", params):
            users = {each.get("id"): each for each in page.get("users") or ()}
            yield from ({**each, "author": users.get(each.get("author_id"))} for each in page["comments"])

    def _pages(self, path: str, name: str, params: Mapping[str, Any]) -> Iterator[Entry]:
        """The answers of a list that is paged by cursor."""
        asked = {"page[size]": PAGE, **params}
        for _ in range(MOST_PAGES):
            answer = self.api.call("GET", path, has_effect=False, params=asked).json()
            if not isinstance(answer, dict) or not isinstance(answer.get(name), list):
                raise DeliveryNotMade(f"{self.host} does not answer as Zendesk does")
            yield answer
            meta = answer.get("meta") or {}
            if not meta.get("has_more"):
                return
            asked["page[after]"] = meta.get("after_cursor")
        raise DeliveryNotMade("the ticket is too long to look through")


def comments_of(audit: Entry) -> Iterator[Entry]:
    """The comments that an update added."""
    events = audit.get("events") or ()
    return (each for each in events if isinstance(each, dict) and each.get("type") == "Comment" and each.get("id"))


def moment(told: object) -> datetime:
    """A time as Zendesk writes it, ISO 8601 in UTC. Raises ValueError."""
    return datetime.fromisoformat(str(told).replace("Z", "+00:00"))


def _path(ticket: str, below: str = "") -> str:
    if not is_number(ticket):
        raise DeliveryRefused("this is no ticket of Zendesk's")
    return f"/api/v2/tickets/{ticket}{below}.json"


def _part(document: object, name: str, host: str) -> Entry:
    part = document.get(name) if isinstance(document, dict) else None
    if not isinstance(part, dict):
        raise DeliveryNotMade(f"{host} does not answer as Zendesk does")
    return part
