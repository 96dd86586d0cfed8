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
        self.sends_drafts = self.tells_drafts = False

    def add(self, body: str, kind: str = "customer", **more: Any) -> Document:
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
        is_first = len(self.threads) == 1
        if thread["state"] != "draft" or self.tells_drafts:
            self.tell("convo.created" if is_first else _EVENTS.get(kind, "convo.status"))
        return thread

    def publish(self, body: str) -> None:
        """Ana changes the draft to this, and sends it."""
        (draft,) = (each for each in self.threads if each["state"] == "draft")
        draft |= {"state": "published", "body": body}
        self.tell("convo.agent.reply.created")

    def tell(self, event: str) -> None:
        """Something happened to the conversation, as it stands now."""
        self.told.append((event, json.loads(json.dumps(self.conversation()))))

    def conversation(self) -> Document:
        """As the API shows it."""
        shown = [each for each in self.threads if not (self.hides and each["type"] == "message")]
        return {
            "id": CONVERSATION,
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
        found = _PATH.fullmatch(request.path)
        if found is None or int(found[1]) != CONVERSATION:
            return as_json({"message": "Not Found", "errorCode": "BAD REQUEST"}, 404)
        if request.method == "GET":
            return as_json(self.conversation() if request.args.get("embed") == "threads" else {"id": CONVERSATION})
        asked = json.loads(request.data)
        if asked["user"] != USER or asked["type"] not in ("message", "note"):
            return as_json({"message": "Bad request", "errorCode": "BAD REQUEST"}, 400)
        state = "published" if self.sends_drafts else asked.get("state", "published")
        thread = self.add(asked["text"], asked["type"], state=state)
        return Response("", 201, {"Resource-ID": str(thread["id"])})
