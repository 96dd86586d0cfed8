"""A FreeScout on loopback with its module API & Webhooks, from api-docs.freescout.net and what third parties tell.

A new thread is answered with 201, no body, and its id in ``Resource-ID``; a thread's body is HTML. Webhooks bring the
conversation with all its threads, the newest first, and the event in ``X-FreeScout-Event``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from replyassist.channels import HookRequest

from .desk import DeskPeer, as_json

USER, TOM, TOKEN, SECRET, MAILBOX, CONVERSATION = 5, 183, "api-key", hashlib.md5(b"key-webhook_key").hexdigest(), 1, 21
OTHER, PAGE = 22, 2
_PATH = re.compile(r"/api/conversations/(\d+)(/threads)?")
_EVENTS = {
    "customer": "convo.customer.reply.created",
    "message": "convo.agent.reply.created",
    "note": "convo.note.created",
}
Document = dict[str, Any]


class FreeScoutPeer(DeskPeer):
    """One conversation of Tom's. ``sends_drafts``: a server that does not know of drafts; ``tells_drafts``: one that
    tells of a draft as of a reply (issue 5076 of freescout-help-desk/freescout)."""

    def __init__(self, server: HTTPServer) -> None:
        super().__init__(server)
        self.threads: list[Document] = []
        self.places: dict[int, int] = {}
        self.updated: dict[int, str] = {}
        self.sends_drafts = self.tells_drafts = False

    def add(self, body: str, kind: str = "customer", place: int = CONVERSATION, **more: Any) -> Document:
        """Somebody writes; the thread."""
        is_tom = kind == "customer"
        thread = {
            "id": 300 + len(self.threads),
            "type": kind,
            "status": "active",
            "state": "published",
            "body": body,
            "createdBy": {
                "id": TOM if is_tom else USER,
                "type": "customer" if is_tom else "user",
                "firstName": "Tom" if is_tom else "Ana",
                "lastName": "",
            },
            "createdAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "_embedded": {"attachments": []},
            **more,
        }
        self.threads.append(thread)
        self.places[thread["id"]] = place
        self.updated[thread["id"]] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        is_first = list(self.places.values()).count(place) == 1
        if thread["state"] != "draft" or self.tells_drafts:
            self.tell("convo.created" if is_first else _EVENTS.get(kind, "convo.status"), place)
        return thread

    def publish(self, body: str) -> None:
        """Ana changes the draft to this, and sends it."""
        (draft,) = (each for each in self.threads if each["state"] == "draft")
        draft |= {"state": "published", "body": body}
        self.tell("convo.agent.reply.created")

    def tell(self, event: str, place: int = CONVERSATION) -> None:
        """Something happened to a conversation, as it stands now."""
        self.told.append((event, json.loads(json.dumps(self.conversation(place)))))

    def conversation(self, place: int = CONVERSATION) -> Document:
        """As the API shows it."""
        written = [each for each in self.threads if self.places[each["id"]] == place]
        shown = [each for each in written if not (self.hides and each["type"] == "message")]
        return {
            "id": place,
            "updatedAt": max((self.updated[each["id"]] for each in written), default=""),
            "number": 12,
            "type": "email",
            "state": "published",
            "subject": "Shipping",
            "mailboxId": MAILBOX,
            "_embedded": {"threads": shown[::-1], "timelogs": [], "tags": []},
        }

    def hook(self, event: str, document: Document) -> HookRequest:
        """Base64 of HMAC-SHA1 over the body."""
        body = json.dumps(document).encode()
        signed = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha1).digest()).decode()
        headers = {"x-freescout-event": event, "x-freescout-signature": signed}
        return HookRequest("POST", headers, {}, body, datetime.now(UTC))

    def written(self, kind: str, state: str = "published") -> list[str]:
        """The bodies of a kind of threads."""
        return [each["body"] for each in self.threads if (each["type"], each["state"]) == (kind, state)]

    def is_signed_in(self, request: Request) -> bool:
        """The API key in its header."""
        return request.headers.get("x-freescout-api-key") == TOKEN

    def answer(self, request: Request) -> Response:
        """One call."""
        if request.path == f"/api/users/{USER}":
            return as_json({"id": USER, "firstName": "Ana", "lastName": "Lind", "role": "user"})
        if request.path == "/api/conversations":
            return self._conversations(request.args.to_dict())
        found = _PATH.fullmatch(request.path)
        if found is None or int(found[1]) not in (CONVERSATION, OTHER):
            return as_json({"message": "Not Found", "errorCode": "BAD REQUEST"}, 404)
        if request.method == "GET":
            place = int(found[1])
            return as_json(self.conversation(place) if request.args.get("embed") == "threads" else {"id": place})
        asked = json.loads(request.data)
        if asked["user"] != USER or asked["type"] not in ("message", "note"):
            return as_json({"message": "Bad request", "errorCode": "BAD REQUEST"}, 400)
        state = "published" if self.sends_drafts else asked.get("state", "published")
        thread = self.add(asked["text"], asked["type"], state=state)
        return Response("", 201, {"Resource-ID": str(thread["id"])})

    def _conversations(self, given: dict[str, str]) -> Response:
        """The latest update first, by pages; without what was written in them."""
        if (given["sortField"], given["sortOrder"], given.get("mailboxId")) != ("updatedAt", "desc", str(MAILBOX)):
            return as_json({"message": "Bad request"}, 400)
        every = (self.conversation(place) for place in dict.fromkeys(self.places.values()))
        found = [{**each, "_embedded": {}} for each in every if each["updatedAt"] >= given["updatedSince"]]
        found.sort(key=lambda each: str(each["updatedAt"]), reverse=True)
        number = int(given["page"])
        page = {
            "size": PAGE,
            "totalElements": len(found),
            "totalPages": max(1, -(-len(found) // PAGE)),
            "number": number,
        }
        shown = found[(number - 1) * PAGE : number * PAGE]
        return as_json({"_embedded": {"conversations": shown}, "page": page})
