"""Threads' API, from developers.facebook.com/docs/threads (read 2026-11-26): containers with a status, publishing,
replies by pages, and notifications. A container is published once, and when it is ready."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from .meta import PAGE, MetaPeer, moment, refused, stamp

ROOT = "1000"


@dataclass
class ThreadsPeer(MetaPeer):
    """A profile with one post. ``status``: of containers that were not published."""

    us = "fernhill"
    renewed_by = "th_refresh_token"
    posts = (ROOT, "1001")
    status: str = "FINISHED"

    def __post_init__(self) -> None:
        self.containers: dict[str, dict[str, Any]] = {}
        self.private: set[str] = set()

    def route(self, method: str, path: list[str], given: dict[str, Any]) -> tuple[int, Any]:
        match method, path:
            case "GET", ["me"]:
                return 200, {"id": "42", "username": self.us}
            case "GET", [place] if place == ROOT:
                return 200, {"id": ROOT, "text": "New roast is out!"}
            case "GET", [place] if place in self.containers:
                return 200, {"id": place, "status": self.containers[place].get("status") or self.status}
            case "POST", ["me", "threads"]:
                return self._contain(given)
            case "POST", ["me", "threads_publish"]:
                return self._publish(given["creation_id"])
        return self._listed(path, given) or super().route(method, path, given)

    def _listed(self, path: list[str], given: dict[str, Any]) -> tuple[int, Any] | None:
        """Our posts, or what people say about one."""
        if path == ["me", "threads"]:
            return 200, {"data": [{"id": each} for each in self.posts]}
        is_asked = path[-1] == "conversation" and path[0] in self.posts
        return (200, self._conversation(path[0], given)) if is_asked else None

    def comment(self, text: str, author: str = "tom", parent: str | None = None, post: str = "") -> str:
        number, root = f"8901{next(self.numbers)}", self.root_of(parent) if parent else post or ROOT
        known = {"id": number, "text": text, "author": author, "parent": parent or root, "at": stamp()}
        self.comments[number] = known
        value: dict[str, Any] = {
            "id": number,
            "username": author,
            "text": text,
            "media_type": "TEXT_POST",
            "timestamp": known["at"],
        }
        value |= {"replied_to": {"id": parent or root}}
        value |= {"root_post": {"id": root, "owner_id": "42", "username": self.us}}
        self.tell({"value": value, "field": "replies"})
        return number

    def tell(self, entry: dict[str, Any]) -> None:
        head = {"app_id": "123456", "topic": "moderate", "target_id": "78901", "time": int(time.time())}
        self.told.append({**head, "subscription_id": "234567", "has_uid_field": False, "values": entry})

    def shown(self, comment: dict[str, Any]) -> dict[str, Any]:
        is_ours = comment["author"] == self.us
        return {"id": comment["id"], "text": comment["text"], "username": comment["author"]} | (
            {"is_reply_owned_by_me": True} if is_ours else {}
        )

    def root_of(self, number: str) -> str:
        """The post that a reply hangs on."""
        return self.root_of(self.comments[number]["parent"]) if number in self.comments else number

    def _conversation(self, post: str, given: dict[str, Any]) -> dict[str, Any]:
        """Replies of any depth; a private profile's name is not told."""
        found = [each for each in self.comments.values() if self.root_of(each["id"]) == post]
        found = sorted(found, key=moment)[:: -1 if given["reverse"] == "true" else 1]
        start = int(given.get("after") or 0)
        paging = {"cursors": {"after": str(start + PAGE)}} | (
            {"next": "https://…"} if len(found) > start + PAGE else {}
        )
        return {"data": [self.told_of(each, post) for each in found[start : start + PAGE]], "paging": paging}

    def told_of(self, comment: dict[str, Any], post: str) -> dict[str, Any]:
        """A reply with the fields that are asked for."""
        told = {**self.shown(comment), "timestamp": comment["at"], "root_post": {"id": post}}
        told |= {"replied_to": {"id": comment["parent"]}}
        return {name: value for name, value in told.items() if name != "username" or value not in self.private}

    def _contain(self, given: dict[str, Any]) -> tuple[int, Any]:
        if given["reply_to_id"] not in self.comments:
            return refused(100, "The requested resource does not exist", subcode=33)
        if sum(1 if ord(letter) < 0x2600 else len(letter.encode()) for letter in given["text"]) > 500:
            return refused(100, "Param text must be at most 500 characters long.")
        number = f"1788{next(self.numbers)}"
        self.containers[number] = {"text": given["text"], "parent": given["reply_to_id"]}
        return 200, {"id": number}

    def _publish(self, number: str) -> tuple[int, Any]:
        container = self.containers.get(number)
        if container is None or container.get("status") or self.status != "FINISHED":
            return refused(24, "The requested resource does not exist", subcode=4279009)
        self.lost("before")
        made = self.comment(container["text"], self.us, container["parent"])
        container["status"] = "PUBLISHED"
        self.lost("after")
        return 200, {"id": made}
