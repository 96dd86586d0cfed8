"""Replies under our posts, asked for (threads/retrieve-and-manage-replies/replies-and-conversations)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ..meta.source import MetaSource


class ThreadsSource(MetaSource):
    """One profile. ``conversation`` lists replies to replies too, the newest first."""

    posts, edge, newest_first = "threads", "conversation", "timestamp"
    asks: ClassVar = {
        "reverse": "true",
        "fields": "id,text,username,timestamp,replied_to,root_post,is_reply_owned_by_me",
    }
    renewed_by = "th_refresh_token"

    def documents(self, post: str, comment: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """A reply; the root of all that hangs on our post is ours. User names are told of public profiles alone."""
        us = self._account.account
        author = us if comment.get("is_reply_owned_by_me") else comment.get("username")
        value = {**comment, "username": author, "root_post": {"id": post, "username": us}}
        yield {"values": {"field": "replies", "value": value}}
