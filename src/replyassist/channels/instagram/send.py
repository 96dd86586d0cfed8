"""Replies at Instagram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..meta.send import MetaPlatform, told_id
from ..outgoing import OutgoingReply
from . import TRAITS


class InstagramPlatform(MetaPlatform):
    """One professional account."""

    base = TRAITS
    kind, edge, words, at = "instagram", "replies", "text", "timestamp"
    post_words = "caption"
    subscribed = "comments,messages,message_edit"
    renewed_by = "ig_refresh_token"

    def who(self) -> tuple[str, str]:
        """``user_id`` is the id that webhooks have; ``id`` is another one."""
        us = self.graph.read("me", fields="user_id,username")
        return told_id(us, "user_id"), f"@{us.get('username', '')}"

    def is_ours(self, comment: Mapping[str, Any]) -> bool:
        """``user`` is told of our own comments alone; ``from`` may have another id for us."""
        return "user" in comment or str((comment.get("from") or {}).get("id")) == self._account.account

    def as_sent(self, reply: OutgoingReply) -> str:
        """A reply to a reply lands under the top comment: there only a mention tells its author."""
        is_nested = reply.visibility == "public" and reply.metadata.get("top") and reply.author_handle
        return f"@{reply.author_handle} {reply.text}" if is_nested else reply.text
