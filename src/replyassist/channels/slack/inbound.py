"""The Events API (docs.slack.dev/apis/events-api): messages, edits and deletions of the channels that the bot is in.

An event that Slack repeats (``x-slack-retry-num``) has the same ``event_id`` and the same message: intake knows it by
the message's id. A mention comes twice, as ``message`` and as ``app_mention``, under one id too.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

from replyassist.core.errors import InvalidInput, SignatureInvalid
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import MAX_ALT_TEXT, MAX_ATTACHMENTS, Attachment, MessageEdit

from ..account import Account
from ..events import Deleted, Edited, Event, NewMessage, built, message
from ..port import HookAnswer, HookRequest, Inbound
from . import CARDS
from .text import plain, without_leading_mention

_WRITTEN = frozenset({"", "file_share", "thread_broadcast", "me_message", "bot_message"})
_KINDS = {"image": AttachmentKind.IMAGE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}


def require_signed(request: HookRequest, secret: str) -> None:
    """``v0=`` and HMAC-SHA256 of ``v0:TIME:BODY`` (docs.slack.dev/authentication/verifying-requests-from-slack).

    Raises SignatureInvalid for another signature, for one older than five minutes, and without a secret.
    """
    at, given = request.headers.get("x-slack-request-timestamp", ""), request.headers.get("x-slack-signature", "")
    signed = "v0=" + hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + request.body, sha256).hexdigest()
    if not secret or not hmac.compare_digest(signed.encode(), given.encode()):
        raise SignatureInvalid("the signature is not Slack's")
    if not request.is_fresh(at):
        raise SignatureInvalid("the signature is too old")


class SlackInbound(Inbound):
    """Reads one app's events. ``deployment_secret`` signs them where the account has no signing secret of its own."""

    def __init__(self, account: Account, deployment_secret: str) -> None:
        super().__init__(account)
        self._secret = account.credentials.get("signing_secret") or deployment_secret

    def handshake(self, request: HookRequest) -> HookAnswer | None:
        """The challenge of ``url_verification``, which is signed as events are."""
        document = _document(request) if request.method == "POST" else {}
        is_test = document.get("type") == "url_verification"
        return HookAnswer(str(document.get("challenge", "")).encode()) if is_test else None

    def verify(self, request: HookRequest) -> None:
        """Raise SignatureInvalid for what the app's secret did not sign, or long ago."""
        require_signed(request, self._secret)

    def parse(self, request: HookRequest) -> list[Event]:
        """At most one event."""
        document = _document(request)
        event = document.get("event") or {}
        is_message = document.get("type") == "event_callback" and event.get("type") in ("message", "app_mention")
        if not is_message or not self._concerns_us(document):
            return []
        return list(built(self._account, partial(self._event, app=document.get("api_app_id")), (event,)))

    def _concerns_us(self, document: Mapping[str, Any]) -> bool:
        if (document.get("event") or {}).get("channel") == self._account.credentials.get(CARDS):
            return False  # the team's own, where cards stand
        bots = {each.get("user_id") for each in document.get("authorizations") or () if each.get("is_bot")}
        return not bots or not self._account.account or self._account.account in bots

    def _event(self, event: Mapping[str, Any], app: object) -> Event | None:
        kind, channel = str(event.get("subtype") or ""), str(event["channel"])
        if kind == "message_deleted":
            return Deleted(f"{channel}:{event['deleted_ts']}")
        if kind != "message_changed":
            return self._message(event, channel, str(event.get("channel_type") or ""), app)
        changed = event["message"]
        if changed.get("subtype") == "tombstone":  # deleted, and its thread stays
            return Deleted(f"{channel}:{changed['ts']}")
        if not changed.get("edited"):  # a link was unfurled, a reply was counted
            return None
        return self.listed(changed, channel, str(event.get("channel_type") or ""), app)

    def listed(self, written: Mapping[str, Any], channel: str, place: str, app: object = None) -> Event | None:
        """A message as it stands now. ``place``: the kind of its channel."""
        whole = self._message(written, channel, place, app)
        if whole is None or not written.get("edited"):
            return whole
        change = MessageEdit(text=whole.message.text, edited_at=_time(written["edited"]["ts"]))
        return Edited(whole.message.external_id, change, whole.message)

    def _message(self, written: Mapping[str, Any], channel: str, place: str, app: object) -> NewMessage | None:
        """A message of a person or of ours; None for other apps' and for what Slack itself tells."""
        us, author = self._account.account, str(written.get("user") or "")
        if us and app and written.get("app_id") == app:
            author = us
        if str(written.get("subtype") or "") not in _WRITTEN or not author or (written.get("bot_id") and author != us):
            return None
        at, thread = str(written["ts"]), str(written.get("thread_ts") or written["ts"])
        is_private = place in ("im", "mpim") or (not place and channel.startswith("D"))
        profile = written.get("user_profile") or {}
        return message(
            self._account,
            f"{channel}:{at}",
            plain(without_leading_mention(str(written.get("text") or ""), us)),
            author_id=author,
            author_handle=profile.get("name"),
            author_name=profile.get("display_name") or profile.get("real_name"),
            conversation_id=channel if is_private else f"{channel}:{thread}",
            visibility="private" if is_private else "public",
            posted_at=_time(at),
            in_reply_to=f"{channel}:{thread}" if thread != at else None,
            attachments=tuple(map(_attachment, written.get("files") or ()))[:MAX_ATTACHMENTS],
            metadata={"thread": thread},
        )


def _attachment(file: Mapping[str, Any]) -> Attachment:
    kind = _KINDS.get(str(file.get("mimetype") or "").partition("/")[0], AttachmentKind.FILE)
    words = str(file.get("alt_txt") or file.get("title") or "")
    return Attachment(kind=kind, alt_text=words[:MAX_ALT_TEXT] or None)  # its address wants the token


def _document(request: HookRequest) -> Mapping[str, Any]:
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("not an event of Slack's") from error
    if not isinstance(document, dict) or not isinstance(document.get("event") or {}, dict):
        raise InvalidInput("not an event of Slack's")
    return document


def _time(stamp: str) -> datetime:
    return datetime.fromtimestamp(float(stamp), UTC)
