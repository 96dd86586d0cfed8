"""Reads FreeScout's webhooks: a conversation with all its threads, and in a header what happened to it.

Deliveries are tried again for hours and may overtake each other, and the conversation is as it stands when it is sent.
So a webhook tells of the last uninterrupted run of what its customer, or its team, wrote; intake knows what it has.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import dropwhile, takewhile

from replyassist.core.errors import InvalidInput, SignatureInvalid
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import MAX_ATTACHMENTS, MAX_URL, Attachment

from .. import events
from ..events import Deleted, Event
from ..port import HookRequest, Inbound
from .api import CUSTOMER, REPLY, Entry, moment, threads_of, words

_WRITTEN = {
    "convo.created": (CUSTOMER, REPLY),
    "convo.customer.reply.created": (CUSTOMER,),
    "convo.agent.reply.created": (REPLY,),
}
_GONE = frozenset({"convo.deleted", "convo.deleted_forever"})


class FreeScoutInbound(Inbound):
    """Of one mailbox, or of all. Notes are no messages: ours and those of users are left out."""

    def verify(self, request: HookRequest) -> None:
        """Base64 of HMAC-SHA1 over the raw body."""
        secret = self._account.credentials.get("secret", "").encode()
        signed = base64.b64encode(hmac.new(secret, request.body, hashlib.sha1).digest())
        given = request.headers.get("x-freescout-signature", "")
        if not secret or not hmac.compare_digest(signed, given.encode()):
            raise SignatureInvalid("the signature is not FreeScout's")

    def parse(self, request: HookRequest) -> list[Event]:
        """The messages that the event is about, or their deletion."""
        event = request.headers.get("x-freescout-event", "")
        if event not in _WRITTEN and event not in _GONE:
            return []
        try:
            conversation = json.loads(request.body)
            told = [each for each in threads_of(conversation) if each.get("type") in (CUSTOMER, REPLY)]
            mailbox = self._account.credentials.get("mailbox", "")
            number = str(int(conversation["id"]))
            if mailbox and str(conversation["mailboxId"]) != mailbox:
                return []
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidInput("not an event of FreeScout's") from error
        if event in _GONE:
            return [Deleted(str(each["id"])) for each in told]
        runs = [run for kind in _WRITTEN[event] for run in _last_run(told, kind)]
        return list(events.built(self._account, partial(self.event, conversation=number), runs))

    def event(self, thread: Entry, conversation: str) -> Event | None:
        """What a customer or the team wrote."""
        is_ours, writer = thread["type"] == REPLY, thread["createdBy"]
        names = (writer.get("firstName"), writer.get("lastName"))
        return events.message(
            self._account,
            str(thread["id"]),
            words(thread),
            author_id=self._account.account if is_ours else f"customer-{writer['id']}",
            author_name=None if is_ours else " ".join(filter(None, names)) or None,
            conversation_id=conversation,
            visibility="private",
            posted_at=moment(thread["createdAt"]),
            attachments=tuple(map(_attachment, (thread.get("_embedded") or {}).get("attachments") or ()))[
                :MAX_ATTACHMENTS
            ],
        )


def _last_run(threads: Sequence[Entry], kind: str) -> Iterator[Entry]:
    """The last threads of this kind that follow each other, whatever came after them; the oldest first."""
    newest_first = dropwhile(lambda each: each["type"] != kind, reversed(threads))
    return reversed(list(takewhile(lambda each: each["type"] == kind, newest_first)))


def _attachment(told: Entry) -> Attachment:
    kinds = {"image": AttachmentKind.IMAGE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}
    kind = kinds.get(str(told.get("mimeType") or "").partition("/")[0], AttachmentKind.FILE)
    url = str(told.get("fileUrl") or "")
    return Attachment(kind=kind, url=url if url.startswith("https://") and len(url) <= MAX_URL else None)
