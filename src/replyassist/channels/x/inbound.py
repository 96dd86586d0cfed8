"""The Account Activity webhook (docs.x.com/x-api/account-activity, and x-api/webhooks): posts that mention, answer or
quote us, and our own replies; what else happens is left out, direct messages too."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from replyassist.core.errors import InvalidInput, SignatureInvalid
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import MAX_ALT_TEXT, MAX_ATTACHMENTS, MAX_URL, Attachment

from ..events import Deleted, Event, NewMessage, built, message, note_another
from ..port import HookAnswer, HookRequest, Inbound
from .text import plain

_KINDS = {"photo": AttachmentKind.IMAGE, "video": AttachmentKind.VIDEO, "animated_gif": AttachmentKind.VIDEO}


class XInbound(Inbound):
    """Reads one user's activity."""

    def handshake(self, request: HookRequest) -> HookAnswer | None:
        """The challenge-response check: X asks when the webhook is made, and again and again."""
        token = request.token("crc_token")
        if request.method != "GET" or not token:
            return None
        return HookAnswer(json.dumps({"response_token": self._signed(token.encode())}).encode(), "application/json")

    def verify(self, request: HookRequest) -> None:
        """``sha256=`` and the Base64 of HMAC-SHA256 over the raw body, with the API key's secret."""
        given = request.headers.get("x-twitter-webhooks-signature", "")
        if not hmac.compare_digest(self._signed(request.body).encode(), given.encode()):
            raise SignatureInvalid("the signature is not X's")

    def parse(self, request: HookRequest) -> list[Event]:
        """Posts, then deletions."""
        try:
            document = json.loads(request.body)
            if str(document.get("for_user_id", "")) != self._account.account:
                note_another(self._account, document.get("for_user_id"))
                return []
            made = built(self._account, self._message, document.get("tweet_create_events") or ())
            gone = [Deleted(str(each["status"]["id"])) for each in document.get("tweet_delete_events") or ()]
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput("not an activity of X's") from error
        return [*made, *gone]

    def _signed(self, text: bytes) -> str:
        secret = self._account.credentials.get("consumer_secret", "").encode()
        if not secret:
            raise SignatureInvalid("no secret is known to check signatures with")
        return "sha256=" + base64.b64encode(hmac.digest(secret, text, "sha256")).decode()

    def _message(self, post: Mapping[str, Any]) -> NewMessage | None:
        """A post; None for reposts, and for posts of ours that answer nobody."""
        author, above = post["user"], post.get("in_reply_to_status_id_str")
        is_ours = str(author["id_str"]) == self._account.account
        if post.get("retweeted_status") or (is_ours and not above):
            return None
        quoted = post.get("quoted_status") or {}
        media = (_whole(post).get("extended_entities") or {}).get("media") or ()
        return message(
            self._account,
            str(post["id_str"]),
            _words(post),
            author_id=str(author["id_str"]),
            author_handle=author.get("screen_name"),
            author_name=author.get("name"),
            conversation_id=str(above or post["id_str"]),
            posted_at=_time(post),
            in_reply_to=str(above) if above else None,
            answered_text=_words(quoted) or None if quoted and not above else None,
            attachments=tuple(map(_attachment, media))[:MAX_ATTACHMENTS],
            metadata={"above": str(above)} if above else None,
        )


def _whole(post: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the whole text is: what is longer than 140 characters is cut in ``text``."""
    whole: Mapping[str, Any] = post.get("extended_tweet") or post
    return whole


def _words(post: Mapping[str, Any]) -> str:
    whole = _whole(post)
    entities, extended = whole.get("entities") or {}, whole.get("extended_entities") or {}
    text = str(whole.get("full_text") or whole.get("text") or "")
    return plain(text, entities.get("urls") or (), extended.get("media") or entities.get("media") or ())


def _time(post: Mapping[str, Any]) -> datetime:
    if post.get("timestamp_ms"):
        return datetime.fromtimestamp(int(post["timestamp_ms"]) / 1000, UTC)
    return datetime.strptime(str(post["created_at"]), "%a %b %d %H:%M:%S %z %Y")


def _attachment(medium: Mapping[str, Any]) -> Attachment:
    url = str(medium.get("media_url_https") or "")
    is_address = url.startswith("https://") and len(url) <= MAX_URL
    kind = _KINDS.get(str(medium.get("type")), AttachmentKind.OTHER)
    words = str(medium.get("ext_alt_text") or "")[:MAX_ALT_TEXT]
    return Attachment(kind=kind, url=url if is_address else None, alt_text=words or None)
