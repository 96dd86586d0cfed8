"""TikTok's webhooks (developers.tiktok.com/doc/webhooks-verification): the event is JSON in a string in JSON."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from replyassist.core.errors import InvalidInput, SignatureInvalid

from ..events import Deleted, Event, built, message, note_another
from ..port import HookRequest, Inbound
from . import OWN


class TikTokInbound(Inbound):
    """One account's webhooks."""

    def verify(self, request: HookRequest) -> None:
        """``tiktok-signature: t=SECONDS,s=HEX``, over the seconds, a dot and the raw body."""
        secret = self._account.credentials.get("client_secret", "")
        pairs = (part.strip().partition("=") for part in request.headers.get("tiktok-signature", "").split(","))
        given = {name: value for name, _, value in pairs}
        at = given.get("t", "")
        signed = hmac.new(secret.encode(), at.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        if not secret or not hmac.compare_digest(signed.encode(), given.get("s", "").encode()):
            raise SignatureInvalid("the signature is not TikTok's")
        if not request.is_fresh(at):
            raise SignatureInvalid("the signature is too old")

    def parse(self, request: HookRequest) -> list[Event]:
        """A comment that was made or deleted; hiding it changes nothing of what was said."""
        try:
            document = json.loads(request.body)
            if document.get("event") != "comment.update":
                return []
            if document.get("user_openid") != self._account.account:
                note_another(self._account, document.get("user_openid"))
                return []
            content = json.loads(document["content"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidInput("not a webhook of TikTok's") from error
        return list(built(self._account, self.event, (content,)))

    def event(self, told: Mapping[str, Any], *, is_ours: bool = False) -> Event | None:
        """A comment that was made or deleted; None for what else became of one."""
        number, author = str(told["comment_id"]), str(told["unique_identifier"])
        if told["comment_action"] == "delete":
            return Deleted(number)
        if told["comment_action"] != "insert":
            return None
        own = self._account.credentials.get(OWN, "")
        above = str(told.get("parent_comment_id") or "") if told.get("comment_type") == "reply" else ""
        return message(
            self._account,
            number,
            str(told.get("text") or ""),
            author_id=self._account.account if is_ours or (own and author == own) else author,
            conversation_id=str(told["video_id"]),
            posted_at=datetime.fromtimestamp(float(told["timestamp"]), UTC),
            in_reply_to=above or None,
            metadata={"video": str(told["video_id"]), "top": above or number},
        )
