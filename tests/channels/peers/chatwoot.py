"""A Chatwoot of one account on loopback, written from developers.chatwoot.com: messages, notes, webhooks, a limit.

Messages come twenty to a page, oldest first within it; ``before`` asks for an earlier page. The API says kinds as
numbers and times in seconds, webhooks say names and ISO 8601. Nothing deduplicates. Headers are read as Rack reads
them: to it a dash is an underscore.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from replyassist.channels import HookRequest

ACCOUNT, TOKEN, SECRET, KEY = 3, "agent-token", "webhook-secret", "key-of-the-address"
PAGE, CONVERSATIONS = 20, 25
_KINDS = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}
_PATH = re.compile(rf"/api/v1/accounts/{ACCOUNT}/conversations/(\d+)/messages")


class ChatwootPeer:
    """``lose``: when the answer to the next post is lost; ``wait_seconds``: it asks the next post to wait.
    ``most_reads``: so many reads are answered, then one is asked to wait (0: none is)."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("").rstrip("/")
        self.messages: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self.resolved: set[int] = set()
        self.lose, self.wait_seconds, self.hides = "", 0.0, False
        self.most_reads = self.reads = 0
        server.expect_request(re.compile("/api/.*")).respond_with_handler(self._answer)

    def post(
        self,
        content: str,
        kind: str = "incoming",
        *,
        conversation: int = 7,
        private: bool = False,
        sender: str = "contact",
        **attributes: Any,
    ) -> dict[str, Any]:
        """Somebody writes in a conversation."""
        message = {
            "id": 100 + len(self.messages),
            "content": content,
            "message_type": kind,
            "private": private,
            "conversation": conversation,
            "created_at": datetime.now(UTC),
            "sender": {"id": 5 if sender == "contact" else 1, "name": "Tom", "type": sender},
            "content_attributes": attributes,
        }
        self.messages.append(message)
        self._tell("message_created", message)
        return message

    def change(self, external_id: str, content: str, **attributes: Any) -> None:
        """A message reads differently."""
        message = next(each for each in self.messages if str(each["id"]) == external_id)
        message.update(content=content, content_attributes=message["content_attributes"] | attributes)
        self._tell("message_updated", message)

    def fail(self, external_id: str, error: str) -> None:
        """The channel behind it could not deliver a message (status and content_attributes.external_error)."""
        message = next(each for each in self.messages if str(each["id"]) == external_id)
        message.update(status="failed", content_attributes=message["content_attributes"] | {"external_error": error})
        self._tell("message_updated", message)

    def sent(self, *, private: bool = False) -> list[str]:
        """What customers, or agents alone, can read of us."""
        found = [each for each in self.messages if each["message_type"] == "outgoing" and each["private"] is private]
        return [each["content"] for each in found]

    def hooks(self) -> list[HookRequest]:
        """Webhooks since this was last asked, signed now."""
        told, self.told = self.told, []
        return [hook(document) for document in told]

    def _tell(self, event: str, message: dict[str, Any]) -> None:
        document = message | {
            "event": event,
            "account": {"id": ACCOUNT, "name": "Fernhill"},
            "conversation": {"id": message["conversation"], "status": "open"},
            "created_at": message["created_at"].isoformat().replace("+00:00", "Z"),
        }
        self.told.append(document)

    def _answer(self, request: Request) -> Response:
        if request.headers.get("api-access-token") != TOKEN:
            return _json({"error": "Invalid Access Token"}, 401)
        self.reads += request.method == "GET"
        if self.most_reads and self.reads > self.most_reads:
            self.reads = 0
            return Response("Retry later\n", 429, {"Retry-After": "45"})
        return self._routed(request)

    def _routed(self, request: Request) -> Response:
        if request.path == "/api/v1/profile":
            return _json({"id": 1, "name": "Ana"})
        if request.path == f"/api/v1/accounts/{ACCOUNT}/conversations":
            return self._conversations(request.args.to_dict())
        found = _PATH.fullmatch(request.path)
        if found is None:
            return _json({"error": "Resource could not be found"}, 404)
        if request.method == "GET":
            return self._list(int(found[1]), int(request.args.get("before", 0)) or 10**9)
        return self._take(int(found[1]), json.loads(request.data))

    def _list(self, conversation: int, before: int) -> Response:
        all_of_it = [each for each in self.messages if each["conversation"] == conversation and each["id"] < before]
        shown = [each for each in all_of_it if not (self.hides and each["message_type"] == "outgoing")]
        return _json({"meta": {}, "payload": [_as_api(each) for each in shown[-PAGE:]]})

    def _conversations(self, given: dict[str, str]) -> Response:
        """The open ones unless all are asked for, by their last activity, the newest first."""
        last = {
            each["conversation"]: each["created_at"]
            for each in self.messages
            if each["conversation"] not in self.resolved
        }
        if given.get("status") == "all":
            last = {each["conversation"]: each["created_at"] for each in self.messages}
        listed = sorted(last.items(), key=lambda each: each[1], reverse=True)
        start = (int(given.get("page", 1)) - 1) * CONVERSATIONS
        page = [{"id": number, "last_activity_at": int(at.timestamp())} for number, at in listed]
        return _json({"data": {"meta": {}, "payload": page[start : start + CONVERSATIONS]}})

    def _take(self, conversation: int, document: dict[str, Any]) -> Response:
        wait, self.wait_seconds = self.wait_seconds, 0.0
        if wait:
            return Response("Retry later\n", 429, {"Retry-After": str(int(wait))})
        lose, self.lose = self.lose, ""
        if lose == "before":
            return Response("", 502)
        message = self.post(
            document["content"],
            document["message_type"],
            conversation=conversation,
            private=document["private"],
            sender="user",
            **document.get("content_attributes", {}),
        )
        return Response("", 504) if lose == "after" else _json(_as_api(message))


def hook(document: dict[str, Any]) -> HookRequest:
    """A webhook, signed now, at the address with its key."""
    now = datetime.now(UTC)
    body, at = json.dumps(document).encode(), str(int(now.timestamp()))
    signed = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"x-chatwoot-timestamp": at, "x-chatwoot-signature": f"sha256={signed}"}
    return HookRequest("POST", headers, {}, body, now, KEY)


def _as_api(message: dict[str, Any]) -> dict[str, Any]:
    at, kind = int(message["created_at"].timestamp()), _KINDS[message["message_type"]]
    return message | {"created_at": at, "message_type": kind, "conversation_id": message["conversation"]}


def _json(document: object, status: int = 200) -> Response:
    return Response(json.dumps(document), status, content_type="application/json")
