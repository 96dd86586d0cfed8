"""YouTube's comments as developers.google.com/youtube/v3/docs tells of them (read 2026-11-26): threads of a channel, at
most two replies in a thread's document, pages, a daily quota, and replies under top comments alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .google import GooglePeer, refused, stamp

US, TOM, VIDEO = "UCfernhill", "UCtom", "video-1"
HANDLES = {US: "@fernhill", TOM: "@tom"}
PAGE = 2
COSTS = {"GET": 1, "POST": 50}


@dataclass
class YouTubePeer(GooglePeer):
    """``units``: what is left of today's quota. ``hides``: our own are not listed yet."""

    units: int = 10_000
    hides: bool = False
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, text: str, by: str = TOM, top: str = "") -> str:
        """Somebody comments, or replies to a top comment."""
        number, now = f"{top}.{next(self.numbers)}" if top else f"Ug{next(self.numbers)}", stamp()
        snippet = {
            "textDisplay": text,
            "authorDisplayName": HANDLES[by],
            "authorChannelId": {"value": by},
            "publishedAt": now,
            "updatedAt": now,
            **({"textOriginal": text} if by == US else {}),
            **({"parentId": top} if top else {}),
        }
        self.comments[number] = {"id": number, "snippet": snippet}
        return number

    def edit(self, number: str, text: str) -> None:
        """The author edits."""
        self.comments[number]["snippet"] |= {"textDisplay": text, "updatedAt": stamp()}

    def ours(self) -> list[str]:
        """The texts of our comments."""
        snippets = (each["snippet"] for each in self.comments.values())
        return [each["textOriginal"] for each in snippets if each["authorChannelId"]["value"] == US]

    def route(self, method: str, path: str, given: dict[str, Any]) -> tuple[int, Any]:
        if self.units < COSTS[method]:
            return refused(403, "quotaExceeded")
        self.units -= COSTS[method]
        found = refused(404, "commentNotFound")
        match method, path.removeprefix("/youtube/v3/"):
            case "GET", "channels":
                found = 200, {"items": [{"id": US, "snippet": {"title": "Fernhill Coffee"}}]}
            case "GET", "videos":
                found = 200, {"items": [{"id": VIDEO, "snippet": {"title": "New roast", "description": "It is out."}}]}
            case "GET", "commentThreads" if given["allThreadsRelatedToChannelId"] == US:
                tops = [each for each in self.comments.values() if "parentId" not in each["snippet"]]
                found = self._page([self._thread(each) for each in reversed(tops)], given)
            case "GET", "comments" if "parentId" in given:
                found = self._page(self._below(given["parentId"]), given)
            case "GET", "comments":
                found = 200, {"items": [self.comments[given["id"]]] if given["id"] in self.comments else []}
            case "POST", "comments":
                found = self._insert(given["snippet"])
        return found

    def _insert(self, snippet: dict[str, Any]) -> tuple[int, Any]:
        top, text = snippet["parentId"], snippet["textOriginal"]
        if top not in self.comments:
            return refused(404, "parentCommentNotFound")
        if "parentId" in self.comments[top]["snippet"]:
            return refused(400, "operationNotSupported")
        if len(text.encode("utf-16-le")) // 2 > 10_000:
            return refused(400, "commentTextTooLong")
        self.lost("before")
        number = self.write(text, US, top)
        self.lost("after")
        return 200, self.comments[number]

    def _below(self, top: str) -> list[dict[str, Any]]:
        below = [each for each in self.comments.values() if each["snippet"].get("parentId") == top]
        return [each for each in below if not (self.hides and each["snippet"]["authorChannelId"]["value"] == US)]

    def _thread(self, top: dict[str, Any]) -> dict[str, Any]:
        below = self._below(top["id"])
        about = {"videoId": VIDEO, "channelId": US, "topLevelComment": top, "totalReplyCount": len(below)}
        return {"id": top["id"], "snippet": about, "replies": {"comments": below[-2:]}}

    @staticmethod
    def _page(items: list[dict[str, Any]], given: dict[str, Any]) -> tuple[int, Any]:
        start = int(given.get("pageToken") or 0)
        more = {"nextPageToken": str(start + PAGE)} if len(items) > start + PAGE else {}
        return 200, {"items": items[start : start + PAGE], **more}
