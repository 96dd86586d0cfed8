"""A Facebook Page: its feed, its comments and Messenger, over what it has in common with Instagram."""

from __future__ import annotations

import time
from typing import Any

from .meta import TOM, MetaPeer, moment, stamp


class FacebookPeer(MetaPeer):
    """A Page with one post."""

    us = "555"
    kind = b"page"
    posts = ("555_1", "555_2")

    def route(self, method: str, path: list[str], given: dict[str, Any]) -> tuple[int, Any]:
        match method, path:
            case "GET", ["me"]:
                return 200, {"id": self.us, "name": "Fernhill"}
            case "GET", ["me", "posts"]:
                return 200, {"data": [{"id": each} for each in self.posts]}
            case "GET", [post] if post in self.posts:
                return 200, {"id": post, "message": "New roast is out!"}
        return super().route(method, path, given)

    def limit(self, _: str) -> int:
        return 8000

    def too_long(self, text: str) -> bool:
        return len(text.encode("utf-16-le")) // 2 > 2000

    def comment(self, text: str, author: str = TOM, parent: str | None = None, post: str = "") -> str:
        number, post = f"1_{next(self.numbers)}", post or self.posts[0]
        known = {"id": number, "text": text, "author": author, "parent": parent, "post": post, "at": stamp()}
        self.comments[number] = known
        self._feed(number, "add", text)
        return number

    def edit(self, comment: str, text: str) -> None:
        """Its author edits a comment."""
        self.comments[comment]["text"] = text
        self._feed(comment, "edited", text)

    def remove(self, comment: str) -> None:
        """Its author deletes a comment."""
        self._feed(comment, "remove", None)

    def shown(self, comment: dict[str, Any]) -> dict[str, Any]:
        shown = {"id": comment["id"], "message": comment["text"], "created_time": comment["at"]}
        shown |= {"parent": {"id": comment["parent"]}} if comment["parent"] else {}
        return shown | {"from": {"id": comment["author"], "name": "…"}}

    def _on_post(self, post: str) -> list[dict[str, Any]]:
        """All of them: it is asked for them as a stream."""
        found = [each for each in self.comments.values() if each["post"] == post]
        return sorted(reversed(found), key=moment, reverse=True)

    def _feed(self, number: str, verb: str, text: str | None) -> None:
        known, now = self.comments[number], int(time.time())
        value = {"item": "comment", "verb": verb, "comment_id": number, "post_id": known["post"], "created_time": now}
        value |= {"from": {"id": known["author"], "name": "Tom"}, "parent_id": known["parent"] or known["post"]}
        value |= {"message": text} if text is not None else {}
        self.tell({"id": self.us, "time": now, "changes": [{"field": "feed", "value": value}]})

    def tell(self, entry: dict[str, Any]) -> None:
        self.told.append({"object": "page", "entry": [entry]})
