"""LinkedIn's webhooks (learn.microsoft.com/linkedin/shared/api-guide/webhook-validation)."""

from __future__ import annotations

import hmac
import json
from functools import partial
from typing import Any

from replyassist.core.errors import InvalidInput, SignatureInvalid

from ..events import Event, built
from ..port import HookAnswer, HookRequest, Inbound
from .records import event_of

TYPE = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
PREFIX = b"hmacsha256="
"""Stands before the body in what is signed, not before the signature."""


class LinkedInInbound(Inbound):
    """One page's notifications."""

    def handshake(self, request: HookRequest) -> HookAnswer | None:
        """The challenge, which LinkedIn repeats every two hours, with its HMAC-SHA256: of a token, never of a body."""
        code = request.token("challengeCode")
        if request.method != "GET" or not code:
            return None
        if code.encode().startswith(PREFIX):
            raise SignatureInvalid("the challenge is no token")
        answer = {"challengeCode": code, "challengeResponse": self._signed(code.encode())}
        return HookAnswer(json.dumps(answer).encode(), "application/json")

    def verify(self, request: HookRequest) -> None:
        """``X-LI-Signature``: hexadecimal HMAC-SHA256 of the prefix and the raw body, with the client secret."""
        given = request.headers.get("x-li-signature", "")
        if not hmac.compare_digest(self._signed(PREFIX + request.body).encode(), given.encode()):
            raise SignatureInvalid("the signature is not LinkedIn's")

    def parse(self, request: HookRequest) -> list[Event]:
        """Up to ten notifications."""
        try:
            document: dict[str, Any] = json.loads(request.body)
            told = document.get("notifications") or () if document.get("type") == TYPE else ()
        except (ValueError, AttributeError, RecursionError) as error:
            raise InvalidInput("not a notification of LinkedIn's") from error
        return list(built(self._account, partial(event_of, self._account), told))

    def _signed(self, text: bytes) -> str:
        secret = self._account.credentials.get("client_secret", "").encode()
        if not secret:
            raise SignatureInvalid("no secret is known to check signatures with")
        return hmac.digest(secret, text, "sha256").hex()
