"""Threads' API, from developers.facebook.com/docs/threads (read 2026-11-26): containers with a status, publishing,
replies by pages, and notifications. A container is published once, and when it is ready."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from .meta import MetaPeer, refused, stamp

ROOT = "1000"


@dataclass
class ThreadsPeer(MetaPeer):
    """A profile with one post. ``status``: of containers that were not published."""

    us = "fernhill"
    renewed_by = "th_refresh_token"
    status: str = "FINISHED"

    def __post_init__(self) -> None:
        self.containers: dict[str, dict[str, Any]] = {}

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
        return super().route(method, path, given)

    def comment(self, text: str, author: str = "tom", parent: str | None = None) -> str:
        number = f"8901{next(self.numbers)}"
        self.comments[number] = {"id": number, "text": text, "author": author, "parent": parent or ROOT}
        value: dict[str, Any] = {
            "id": number,
            "username": author,
            "text": text,
            "media_type": "TEXT_POST",
            "timestamp": stamp(),
        }
        value |= {"replied_to": {"id": parent or ROOT}}
        value |= {"root_post": {"id": ROOT, "owner_id": "42", "username": self.us}}
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
