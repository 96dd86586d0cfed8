"""TikTok's comments and webhooks (developers.tiktok.com/doc/webhooks-verification; the endpoints as third parties tell
of them, read 2026-11-26): errors as ``code`` in HTTP 200, 150 characters, an access token for a day."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from replyassist.channels import HookRequest

from .loopback import Asked, Peer

US, OWN, TOM, VIDEO = "open-id-1", "own-identifier", "tom-identifier", "7000000000000000001"
OTHER = "7000000000000000002"
SECRET, REFRESH = "app-secret", "refresh-1"
PAGE = 2


@dataclass
class TikTokPeer(Peer):
    """``fails``: the code of the next answer to a change. ``hides``: our own are not listed yet.
    ``most_reads``: so many reads are answered, then one is refused for a limit (0: none is)."""

    fails: int = 0
    hides: bool = False
    most_reads: int = 0
    reads: int = 0
    access: set[str] = field(default_factory=set)
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[HookRequest] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(7000000000000000100))

    def write(self, text: str, by: str = TOM, top: str = "", video: str = VIDEO) -> str:
        """Somebody comments, or replies."""
        number = str(next(self.numbers))
        comment = {"comment_id": number, "video_id": video, "text": text, "unique_identifier": by, "owner": by == OWN}
        self.comments[number] = {**comment, "parent_comment_id": top, "create_time": int(time.time())}
        self.tell("insert", number)
        return number

    def delete(self, number: str) -> None:
        """The author deletes."""
        self.tell("delete", number)
        del self.comments[number]

    def hooks(self) -> list[HookRequest]:
        """What was told since last asked."""
        told, self.told = self.told, []
        return told

    def answer(self, asked: Asked) -> tuple[int, Any]:
        given, path = dict(asked.given), asked.path.strip("/")
        if path == "tt_user/oauth2/refresh_token":
            if (given["refresh_token"], given["client_secret"]) != (REFRESH, SECRET):
                return coded(40002)
            token = f"access-{next(self.numbers)}"
            self.access.add(token)
            return coded(0, {"access_token": token, "expires_in": 86400, "refresh_token": REFRESH, "open_id": US})
        if asked.headers.get("access-token") not in self.access:
            return coded(40105)
        self.reads += asked.method == "GET"
        if self.most_reads and self.reads > self.most_reads:
            self.reads = 0
            return coded(40100)
        code, self.fails = (self.fails, 0) if asked.method == "POST" else (0, self.fails)
        return coded(code) if code else self.route(asked.method, path, given)

    def route(self, method: str, path: str, given: dict[str, Any]) -> tuple[int, Any]:
        """A call that is signed in."""
        found = coded(40002)
        match method, path.removeprefix("business/"):
            case _ if given.get("business_id") != US:
                found = coded(40001)
            case "GET", "get":
                found = coded(0, {"username": "fernhill"})
            case "GET", "video/list":
                found = coded(
                    0, {"videos": [{"item_id": each, "caption": "New roast is out!"} for each in (VIDEO, OTHER)]}
                )
            case "GET", "comment/list":
                found = coded(0, self._on_video(given))
            case "GET", "comment/reply/list":
                found = coded(0, self._below(given["comment_id"], int(given["cursor"])))
            case "POST", "comment/reply/create" if given["comment_id"] in self.comments and given["video_id"] == VIDEO:
                found = self._reply(given["comment_id"], given["text"])
        return found

    def _reply(self, above: str, text: str) -> tuple[int, Any]:
        if len(text.encode("utf-16-le")) // 2 > 150:
            return coded(40002)
        self.lost("before")
        number = self.write(text, OWN, self.comments[above]["parent_comment_id"] or above)
        self.lost("after")
        return coded(0, self.comments[number])

    def _on_video(self, given: dict[str, Any]) -> dict[str, Any]:
        """The newest first, or those that are asked for; with replies where these are."""
        listed = [each for each in reversed(self.comments.values()) if not each["parent_comment_id"]]
        if "comment_ids" in given:
            listed = [self.comments[each] for each in json.loads(given["comment_ids"])]
        listed = [each for each in listed if each["video_id"] == given["video_id"]]
        if given.get("include_replies") == "true":
            listed = [each | {"reply_list": self._below(each["comment_id"], 0)["comments"]} for each in listed]
        start, size = int(given.get("cursor", 0)), min(int(given.get("max_count", 20)), PAGE)
        more = {"has_more": len(listed) > start + size, "cursor": start + size}
        return {"comments": listed[start : start + size], **more}

    def _below(self, top: str, start: int) -> dict[str, Any]:
        found = [each for each in reversed(self.comments.values()) if each["parent_comment_id"] == top]
        found = [each for each in found if not (self.hides and each["owner"])]
        more = {"has_more": len(found) > start + PAGE, "cursor": start + PAGE}
        return {"comments": found[start : start + PAGE], **more}

    def tell(self, action: str, number: str) -> None:
        """A webhook; ids are numbers in it."""
        known = self.comments[number]
        content = {
            "comment_id": int(number),
            "video_id": int(known["video_id"]),
            "comment_type": "reply" if known["parent_comment_id"] else "comment",
            "comment_action": action,
            "unique_identifier": known["unique_identifier"],
            "timestamp": int(time.time()),
            "text": known["text"],
            **({"parent_comment_id": int(known["parent_comment_id"])} if known["parent_comment_id"] else {}),
        }
        self.told.append(signed({"event": "comment.update", "user_openid": US, "content": json.dumps(content)}))


def signed(document: dict[str, Any]) -> HookRequest:
    """A webhook as TikTok posts it."""
    body, at = json.dumps(document).encode(), str(int(time.time()))
    signature = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return HookRequest("POST", {"tiktok-signature": f"t={at},s={signature}"}, {}, body, datetime.now(UTC))


def coded(code: int, data: dict[str, Any] | None = None) -> tuple[int, Any]:
    """An answer as TikTok has it."""
    return 200, {"code": code, "message": "…", "request_id": "1", "data": data or {}}
