"""A Zendesk on loopback, written from developer.zendesk.com: tickets, comments, audits, ticket events, a limit.

An update makes an audit with its events and its custom metadata; with ``safe_update`` it is refused where the ticket
was updated after ``updated_stamp``. Audits are paged by cursor, the oldest first.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from itertools import count
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from replyassist.channels import HookRequest

from .desk import DeskPeer, as_json

AGENT, TOM, EMAIL, TOKEN, SECRET = 7001, 9911, "ana@fernhill.example", "api-token", "signing-secret"
TICKET = 47
OTHER = 48
_PATH = re.compile(r"/api/v2/tickets/(\d+)(/audits|/comments)?\.json")
_SIGNED_IN = "Basic " + base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
Document = dict[str, Any]


class ZendeskPeer(DeskPeer):
    """``meddles``: somebody changes the ticket before the next update. ``page``: audits on a page at most."""

    posts = "PUT"

    def __init__(self, server: HTTPServer) -> None:
        super().__init__(server)
        self.audits: list[Document] = []
        self.tickets: list[Document] = [
            {"id": each, "status": "open", "updated_at": "2026-11-27T01:00:00Z"} for each in (TICKET, OTHER)
        ]
        self.ticket: Document = self.tickets[0]
        self.meddles, self.page, self.role = False, 100, "agent"
        self.numbers = count(100)

    def comment(
        self,
        body: str,
        *,
        is_staff: bool = False,
        public: bool = True,
        custom: Document | None = None,
        ticket: int = TICKET,
    ) -> Document:
        """Somebody comments; the audit of it."""
        now, author = _stamp(), AGENT if is_staff else TOM
        comment = {"id": next(self.numbers), "type": "Comment", "author_id": author, "body": body, "public": public}
        audit = {
            "id": next(self.numbers),
            "ticket_id": ticket,
            "created_at": now,
            "author_id": author,
            "events": [comment, {"id": next(self.numbers), "type": "Notification", "body": body}],
            "metadata": {"system": {}, "custom": custom or {}},
        }
        self.audits.append(audit)
        self._touch(ticket)
        told = {"id": comment["id"], "body": body, "is_public": public}
        told["author"] = {"id": author, "is_staff": is_staff, "name": "Ana" if is_staff else "Tom"}
        self.tell("zen:event-type:ticket.comment_added", ticket=ticket, comment=told)
        return audit

    def tell(self, kind: str, ticket: int = TICKET, **event: Any) -> None:
        """A ticket event happened."""
        document = {
            "account_id": 22129848,
            "id": f"event-{next(self.numbers)}",
            "type": kind,
            "time": _stamp(),
            "subject": f"zen:ticket:{ticket}",
            "zendesk_event_version": "2022-11-06",
            "detail": {"id": str(ticket), "status": "OPEN", "requester_id": str(TOM)},
            "event": event,
        }
        self.told.append((kind, document))

    def hook(self, event: str, document: Document) -> HookRequest:
        """Base64 of HMAC-SHA256 over time and body, without anything between them."""
        now, body = datetime.now(UTC), json.dumps(document).encode()
        at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = base64.b64encode(hmac.new(SECRET.encode(), at.encode() + body, hashlib.sha256).digest()).decode()
        headers = {"x-zendesk-webhook-signature": signed, "x-zendesk-webhook-signature-timestamp": at}
        return HookRequest("POST", headers, {}, body, now)

    def written(self, *, public: bool) -> list[str]:
        """What agents wrote, for the requester or for themselves."""
        found = [each["events"][0] for each in self.audits if each["author_id"] == AGENT]
        return [each["body"] for each in found if each["public"] is public]

    def is_signed_in(self, request: Request) -> bool:
        """An address with ``/token`` behind it, and the API token."""
        return request.headers.get("authorization") == _SIGNED_IN

    def answer(self, request: Request) -> Response:
        """One call."""
        if request.path == "/api/v2/users/me.json":
            return as_json({"user": {"id": AGENT, "name": "Ana", "role": self.role}})
        if request.path == "/api/v2/search.json":
            return self._search(request)
        found = _PATH.fullmatch(request.path)
        if found is None or int(found[1]) not in (TICKET, OTHER):
            return as_json({"error": "RecordNotFound", "description": "Not found"}, 404)
        if found[2] == "/comments":
            return self._comments(request, int(found[1]))
        if found[2]:
            return self._list(request, self.audits, "audits")
        return as_json({"ticket": self.ticket}) if request.method == "GET" else self._update(json.loads(request.data))

    def _list(self, request: Request, listed: list[Document], name: str, **more: Any) -> Response:
        shown = [each for each in listed if not (self.hides and each["author_id"] == AGENT)]
        start, size = int(request.args.get("page[after]") or 0), min(int(request.args["page[size]"]), self.page)
        end = start + size
        meta = {"has_more": end < len(shown), "after_cursor": str(end)}
        return as_json({name: shown[start:end], "meta": meta, **more})

    def _comments(self, request: Request, ticket: int) -> Response:
        """The newest first where that is asked for, with their authors where these are."""
        found = [
            each["events"][0] | {"created_at": each["created_at"]}
            for each in self.audits
            if each["ticket_id"] == ticket
        ]
        users = [{"id": AGENT, "name": "Ana", "role": "agent"}, {"id": TOM, "name": "Tom", "role": "end-user"}]
        more = {"users": users} if request.args.get("include") == "users" else {}
        return self._list(request, found[:: -1 if request.args.get("sort") == "-created_at" else 1], "comments", **more)

    def _search(self, request: Request) -> Response:
        """Tickets by their last change; at most a thousand, and so many a page as are asked for."""
        wanted = re.fullmatch(r"type:ticket updated>=(\S+)", request.args["query"])
        sorting = (request.args["sort_by"], request.args["sort_order"])
        page, size = int(request.args["page"]), min(int(request.args["per_page"]), self.page)
        if wanted is None or sorting != ("updated_at", "asc") or page * size > 1000:
            return as_json({"error": "invalid"}, 422)
        since = datetime.fromisoformat(wanted[1])
        found = [each for each in self.tickets if datetime.fromisoformat(each["updated_at"]) >= since]
        found = sorted(found, key=lambda each: each["updated_at"])
        shown = [{**each, "result_type": "ticket"} for each in found[(page - 1) * size : page * size]]
        return as_json({"results": shown, "next_page": "https://…" if page * size < len(found) else None})

    def _update(self, document: Document) -> Response:
        change = document["ticket"]
        if self.meddles:
            self.meddles = False
            self._touch()
        if change.get("safe_update") and change["updated_stamp"] < self.ticket["updated_at"]:
            return as_json({"error": "UpdateConflict", "description": "Safe Update prevented the update"}, 409)
        comment, custom = change["comment"], (change.get("metadata") or {}).get("custom")
        audit = self.comment(comment["body"], is_staff=True, public=comment["public"], custom=custom)
        return as_json({"ticket": self.ticket, "audit": audit})

    def _touch(self, number: int = TICKET) -> None:
        """A ticket was updated: a second later than before at least."""
        (ticket,) = (each for each in self.tickets if each["id"] == number)
        before = datetime.fromisoformat(ticket["updated_at"])
        later = max(before.timestamp() + 1, datetime.now(UTC).timestamp())
        ticket["updated_at"] = datetime.fromtimestamp(later, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
