"""Replies at Instagram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..meta.send import MetaPlatform, told_id
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
