"""Reads webhooks of ticket events (developer.zendesk.com/api-reference/webhooks/event-types/ticket-events)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from replyassist.core.errors import InvalidInput, SignatureInvalid

from .. import events
from ..events import Event
from ..port import HookRequest, Inbound
from .api import moment

ADDED = "zen:event-type:ticket.comment_added"


class ZendeskInbound(Inbound):
    """Public comments of tickets. Internal notes are no messages: ours and those of agents are left out.

    Which account it is the signature says: every webhook has a secret of its own.
    """

    def verify(self, request: HookRequest) -> None:
        """Base64 of HMAC-SHA256 over the time, directly followed by the raw body."""
        secret = self._account.credentials.get("secret", "").encode()
        at = request.headers.get("x-zendesk-webhook-signature-timestamp", "")
        given = request.headers.get("x-zendesk-webhook-signature", "")
        signed = base64.b64encode(hmac.new(secret, at.encode() + request.body, hashlib.sha256).digest())
        if not secret or not hmac.compare_digest(signed, given.encode()):
            raise SignatureInvalid("the signature is not Zendesk's")
        try:
            signed_at = moment(at).timestamp()
        except ValueError:
            raise SignatureInvalid("the signature has no time") from None
        if not request.is_fresh(signed_at):
            raise SignatureInvalid("the signature is too old")

    def parse(self, request: HookRequest) -> list[Event]:
        """At most one event; none for all that is no public comment."""
        try:
            document = json.loads(request.body)
            if document["type"] != ADDED:
                return []
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidInput("not an event of Zendesk's") from error
        return list(events.built(self._account, self.event, (document,)))

    def event(self, document: Mapping[str, Any]) -> Event | None:
        """A comment that was added; None for one that is not public."""
        comment, ticket = document["event"]["comment"], document["detail"]
        author = comment["author"]
        if comment["is_public"] is not True:
            return None
        is_ours = author["is_staff"] is True
        return events.message(
            self._account,
            str(comment["id"]),
            str(comment["body"] or ""),
            author_id=self._account.account if is_ours else f"user-{author['id']}",
            author_name=None if is_ours else author.get("name"),
            conversation_id=str(ticket["id"]),
            visibility="private",
            posted_at=moment(document["time"]),
        )
