"""Replies at a Page and in Messenger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..meta.send import MetaPlatform, told_id
from . import TRAITS


class FacebookPlatform(MetaPlatform):
    """One Page."""

    base = TRAITS
    kind, edge, words, at = "messenger", "comments", "message", "created_time"
    post_words = "message"
    subscribed = "feed,messages,message_echoes,message_edits"

    def who(self) -> tuple[str, str]:
        """A Page token's "me" is the Page."""
        us = self.graph.read("me", fields="id,name")
        return told_id(us, "id"), str(us.get("name") or "")

    def is_ours(self, comment: Mapping[str, Any]) -> bool:
        """The Page wrote it."""
        return str((comment.get("from") or {}).get("id")) == self._account.account
