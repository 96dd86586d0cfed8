"""Reads Chatwoot's webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from replyassist.core.errors import InvalidInput, SignatureInvalid
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import MAX_ATTACHMENTS, MAX_URL, Attachment, MessageEdit

from .. import events
from ..events import Deleted, Edited, Event, NotDelivered
from ..port import HookRequest, Inbound
from .api import FAILED, Entry, moment

_KINDS = {"image": AttachmentKind.IMAGE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}


class ChatwootInbound(Inbound):
    """Of one account. Notes are no messages: ours and those of agents are left out."""

    def verify(self, request: HookRequest) -> None:
        """HMAC-SHA256 over time, dot and raw body; without a secret, the key behind the address."""
        secret, key = (self._account.credentials.get(name, "") for name in ("secret", "key"))
        if not secret:
            if not key or not hmac.compare_digest(key.encode(), request.key.encode()):
                raise SignatureInvalid("the key of the address is not ours")
            return
        at, given = (request.headers.get(f"x-chatwoot-{name}", "") for name in ("timestamp", "signature"))
        signed = hmac.new(secret.encode(), at.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={signed}".encode(), given.encode()):
            raise SignatureInvalid("the signature is not Chatwoot's")
        if not request.is_fresh(at):
            raise SignatureInvalid("the signature is too old")

    def parse(self, request: HookRequest) -> list[Event]:
        """At most one event; none for notes, activities, automations, and all that is not about a message."""
        try:
            document = json.loads(request.body)
            if not str(document["event"]).startswith("message_"):
                return []
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidInput("not an event of Chatwoot's") from error
        return list(events.built(self._account, self.told, (document,)))

    def told(self, document: dict[str, Any]) -> Event | None:
        """A message, its edit or deletion, or that one of ours did not arrive; None for what customers do not read, and
        for what no person sent."""
        kind, attributes = document["message_type"], document.get("content_attributes") or {}
        is_elsewhere = f"account-{document['account']['id']}" != self._account.account
        if is_elsewhere or document.get("private") or kind not in ("incoming", "outgoing"):
            return None
        external_id = str(document["id"])
        if attributes.get("deleted"):
            return Deleted(external_id)
        return self._standing(document, external_id)

    def _standing(self, document: dict[str, Any], external_id: str) -> Event | None:
        if document["message_type"] == "outgoing" and document.get("status") == FAILED:
            said = str((document.get("content_attributes") or {}).get("external_error") or "")
            return NotDelivered(external_id, said.replace("\x00", "")[:200])
        if document["message_type"] == "outgoing" and not _by_a_person(document):
            return None
        whole = self._message(document, external_id)
        if document["event"] == "message_created":
            return whole
        if document["event"] != "message_updated" or whole is None:
            return None
        change = MessageEdit(text=whole.message.text, attachments=whole.message.attachments)
        return Edited(external_id, change, whole.message)

    def _message(self, document: dict[str, Any], external_id: str) -> events.NewMessage | None:
        sender = document.get("sender") or {}
        is_ours = document["message_type"] == "outgoing"
        return events.message(
            self._account,
            external_id,
            str(document.get("content") or ""),
            author_id=self._account.account if is_ours else f"contact-{sender['id']}",
            author_name=None if is_ours else sender.get("name"),
            conversation_id=str(document["conversation"]["id"]),
            visibility="private",
            posted_at=moment(document["created_at"]),
            attachments=tuple(map(_attachment, document.get("attachments") or ()))[:MAX_ATTACHMENTS],
        )


def _by_a_person(document: dict[str, Any]) -> bool:
    """Whether an agent sent it: what a bot or a rule of automation says decides nothing."""
    is_automatic = "automation_rule_id" in (document.get("content_attributes") or {})
    return (document.get("sender") or {}).get("type") == "user" and not is_automatic


def _attachment(told: Entry) -> Attachment:
    url = str(told.get("data_url") or "")
    is_address = url.startswith(("https://", "http://")) and len(url) <= MAX_URL
    kind = _KINDS.get(str(told.get("file_type")), AttachmentKind.FILE)
    return Attachment(kind=kind, url=url if is_address else None)
