"""A Page's comments and Messenger's messages, asked for (graph-api/reference/object/comments, conversations)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ..meta.source import MetaSource, seconds


class FacebookSource(MetaSource):
    """One Page."""

    kind, people, posts = "page", "messenger", "posts"
    newest_first = "created_time"
    asks: ClassVar = {
        "filter": "stream",  # comments on comments too
        "order": "reverse_chronological",
        "fields": "id,message,created_time,from,parent{id}",
    }

    def documents(self, post: str, comment: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The comment."""
        value = {
            "item": "comment",
            "verb": "add",
            "comment_id": comment["id"],
            "post_id": post,
            "parent_id": (comment.get("parent") or {}).get("id") or post,
            "created_time": seconds(comment["created_time"]),
            "from": comment.get("from"),
            "message": comment.get("message"),
        }
        yield self.entry({"time": value["created_time"], "changes": [{"field": "feed", "value": value}]})
