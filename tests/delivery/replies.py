"""A reply that is about to be sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from replyassist.channels import OutgoingReply


def reply(key: str = "reply-1", **overrides: Any) -> OutgoingReply:
    fields: dict[str, Any] = {
        "key": key,
        "brand": "fernhill",
        "channel": "instagram",
        "text": "Hi Siobhán! We ship to 32 countries. ☕",
        "in_reply_to": "m-1",
        "conversation": "post-1",
        "visibility": "public",
        "author": "9911",
        "approved_by": "Ana",
        "approved_at": datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    }
    return OutgoingReply(**(fields | overrides))
