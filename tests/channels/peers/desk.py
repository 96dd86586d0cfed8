"""What fakes of inboxes have in common: a customer, agents, a lost answer, a limit, posts that are not shown yet."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from replyassist.channels import HookRequest


class DeskPeer(ABC):
    """``lose``: when the answer to the next post is lost; ``wait_seconds``: it asks the next post to wait.

    ``most_reads``: so many reads are answered, then one is asked to wait (0: none is).
    ``hides``: what agents wrote is not shown yet. ``posts``: method of a request that has an effect.
    """

    posts = "POST"

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("").rstrip("/")
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.lose, self.wait_seconds, self.hides = "", 0.0, False
        self.most_reads = self.reads = 0
        server.expect_request(re.compile("/api/.*")).respond_with_handler(self._serve)

    def hooks(self) -> list[HookRequest]:
        """Webhooks since this was last asked, signed now."""
        told, self.told = self.told, []
        return [self.hook(event, document) for event, document in told]

    @abstractmethod
    def hook(self, event: str, document: dict[str, Any]) -> HookRequest:
        """A webhook, signed now."""

    @abstractmethod
    def is_signed_in(self, request: Request) -> bool:
        """Whether the credentials are an agent's."""

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """What a request is answered that signs in."""

    def _serve(self, request: Request) -> Response:
        if not self.is_signed_in(request):
            return as_json({"error": "Couldn't authenticate you"}, 401)
        if request.method != self.posts:
            self.reads += 1
            if self.most_reads and self.reads > self.most_reads:
                self.reads = 0
                return Response("Too Many Requests", 429, {"Retry-After": "45"})
            return self.answer(request)
        wait, self.wait_seconds = self.wait_seconds, 0.0
        if wait:
            return Response("Too Many Requests", 429, {"Retry-After": str(int(wait))})
        lose, self.lose = self.lose, ""
        if lose == "before":
            return Response("", 502)
        answer = self.answer(request)
        return Response("", 504) if lose == "after" else answer


def as_json(document: object, status: int = 200, **headers: str) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(document), status, headers, content_type="application/json")
