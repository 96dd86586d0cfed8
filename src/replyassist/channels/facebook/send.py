"""Replies at a Page and in Messenger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..meta.send import MetaPlatform, node, told_id
from ..traits import Action
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

    def act(self, action: Action, external_id: str) -> None:
        """Like, hide or delete a comment."""
        place = node(external_id)
        if action is Action.DELETE:
            self.graph.delete(place)
        elif action is Action.LIKE:
            self.graph.post(f"{place}/likes")
        elif action is Action.UNLIKE:
            self.graph.delete(f"{place}/likes")
        else:
            self.graph.post(place, is_hidden=action is Action.HIDE)
