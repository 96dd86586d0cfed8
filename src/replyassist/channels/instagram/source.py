"""Instagram's comments and private messages, asked for (instagram-platform/comment-moderation, conversations-api)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ..meta.source import MetaSource, seconds

_FIELDS = "id,text,timestamp,from,user"


class InstagramSource(MetaSource):
    """One professional account."""

    kind, people, posts = "instagram", "instagram", "media"
    asks: ClassVar = {"fields": f"{_FIELDS},replies.limit(50){{{_FIELDS}}}"}
    renewed_by = "ig_refresh_token"

    def documents(self, post: str, comment: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The comment, then its replies."""
        yield self._document(post, comment, {})
        for reply in (comment.get("replies") or {}).get("data") or []:
            yield self._document(post, reply, {"parent_id": comment["id"]})

    def _document(self, post: str, comment: Mapping[str, Any], top: Mapping[str, str]) -> dict[str, Any]:
        """``user`` is told of our own comments alone; ``from`` may have another id for us."""
        author = comment.get("from") or {}
        author = {**author, "id": self._account.account} if "user" in comment else author
        value = {"id": comment["id"], "text": comment.get("text"), "from": author, "media": {"id": post}, **top}
        return self.entry({"time": seconds(comment["timestamp"]), "changes": [{"field": "comments", "value": value}]})
