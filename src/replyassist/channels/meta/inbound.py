"""Meta's webhooks: handshake, signature (graph-api/webhooks/getting-started), and private messages."""

from __future__ import annotations

import hashlib
import hmac
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from replyassist.core.errors import InvalidInput, SignatureInvalid
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import Attachment, MessageEdit

from ..account import Account, Runtime
from ..events import Deleted, Edited, Event, NewMessage, built, message, note_another
from ..port import HookAnswer, HookRequest, Inbound

_ATTACHED = {kind.value: kind for kind in (AttachmentKind.IMAGE, AttachmentKind.VIDEO, AttachmentKind.AUDIO)}


class MetaInbound(Inbound):
    """One connection's webhooks; a platform reads its documents in ``events``."""

    def __init__(self, account: Account, _: Runtime) -> None:
        self._account = account

    def handshake(self, request: HookRequest) -> HookAnswer | None:
        """GET with ``hub.mode=subscribe``: the challenge comes back to who knows the verify token."""
        if request.method != "GET" or request.query.get("hub.mode") != "subscribe":
            return None
        expected, given = self._secret("verify_token"), request.query.get("hub.verify_token", "")
        if not hmac.compare_digest(expected, given.encode()):
            raise SignatureInvalid("the verify token is not the one of this connection")
        return HookAnswer(request.query.get("hub.challenge", "").encode())

    def verify(self, request: HookRequest) -> None:
        """``X-Hub-Signature-256``: HMAC-SHA256 over the raw body with the app secret."""
        signed = "sha256=" + hmac.new(self._secret("app_secret"), request.body, hashlib.sha256).hexdigest()
        given = request.headers.get("x-hub-signature-256", "")
        if not hmac.compare_digest(signed.encode(), given.encode()):
            raise SignatureInvalid("the signature is not Meta's")

    def parse(self, request: HookRequest) -> list[Event]:
        """The events of this account in a document."""
        try:
            document = json.loads(request.body)
            return list(self.events(self._account, document))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidInput("not a webhook of this platform") from error

    @abstractmethod
    def events(self, account: Account, document: Mapping[str, Any]) -> Iterator[Event]:
        """What a document tells."""

    def _secret(self, name: str) -> bytes:
        """Raise SignatureInvalid for none: nothing may be signed with an empty secret."""
        secret: str = self._account.credentials.get(name, "")
        if not secret:
            raise SignatureInvalid("this connection has no secret")
        return secret.encode()


def entries(account: Account, document: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    """The entries about this account; what concerns others is left out, and logged."""
    for entry in document["entry"] if document.get("object") == kind else ():
        if str(entry["id"]) == account.account:
            yield entry
        else:
            note_another(account, entry["id"])


def private_events(account: Account, entry: Mapping[str, Any]) -> Iterator[Event]:
    """Messages, our own ("echoes"), edits and what was unsent, of ``entry.messaging``."""
    yield from built(account, partial(_private_event, account), entry.get("messaging") or [])


def _private_event(account: Account, told: Mapping[str, Any]) -> Event | None:
    written, edit = told.get("message"), told.get("message_edit")
    if written and written.get("is_deleted"):
        return Deleted(written["mid"])
    either: Mapping[str, Any] = written or edit or {}
    whole = _private(account, told, either) if either else None
    if edit and whole:
        change = MessageEdit(text=whole.message.text, edited_at=moment(told["timestamp"]))
        return Edited(edit["mid"], change, whole.message)
    return whole


def _private(account: Account, told: Mapping[str, Any], written: Mapping[str, Any]) -> NewMessage | None:
    sender, receiver = str(told["sender"]["id"]), str(told["recipient"]["id"])
    attachments = tuple(
        Attachment(kind=_ATTACHED.get(each.get("type", ""), AttachmentKind.OTHER), url=_url(each))
        for each in (written.get("attachments") or [])[:20]
    )
    return message(
        account,
        written["mid"],
        written.get("text") or "",
        author_id=sender,
        conversation_id=receiver if sender == account.account else sender,
        visibility="private",
        posted_at=moment(told["timestamp"]),
        in_reply_to=(written.get("reply_to") or {}).get("mid"),
        attachments=attachments,
    )


def _url(attachment: Mapping[str, Any]) -> str | None:
    url = str((attachment.get("payload") or {}).get("url") or "")
    return url if url.startswith("https://") and len(url) <= 2000 else None


def moment(at: float) -> datetime:
    """A time in seconds, as comments have it, or in milliseconds, as messages do."""
    return datetime.fromtimestamp(at / 1000 if at > 10**11 else at, UTC)
