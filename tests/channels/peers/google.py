"""What Google's APIs have in common (tokens that end, errors), and a Business Profile location with reviews, from
developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews (read 2026-11-26)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from .loopback import Asked, Peer

CLIENT = {"client_id": "client-1", "client_secret": "client-secret"}
REFRESH = "refresh-1"
LOCATION = "accounts/1/locations/2"


@dataclass
class GooglePeer(Peer):
    """``fails``: status, reason and name of the next change's error."""

    fails: tuple[int, str] | None = None
    access: set[str] = field(default_factory=set)
    numbers: Any = field(default_factory=lambda: count(1))

    def credentials(self) -> dict[str, str]:
        """What signs in here."""
        return {**CLIENT, "refresh_token": REFRESH, "url": self.address, "token_url": f"{self.address}/token"}

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """A token, or a call with one."""
        given = dict(asked.given)
        if asked.path == "/token":
            wanted = {**CLIENT, "refresh_token": REFRESH, "grant_type": "refresh_token"}
            if given != wanted:
                return 400, {"error": "invalid_grant"}
            token = f"access-{next(self.numbers)}"
            self.access.add(token)
            return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.access:
            return refused(401, "authError")
        if asked.method != "GET" and self.fails is not None:
            error, self.fails = self.fails, None
            return refused(*error)
        return self.route(asked.method, asked.path, given)

    @abstractmethod
    def route(self, method: str, path: str, given: dict[str, Any]) -> tuple[int, Any]:
        """A call that is signed in."""


@dataclass
class ReviewsPeer(GooglePeer):
    """One location. ``moderates``: the state that new replies get. ``page``: reviews on a page, whatever is asked."""

    moderates: str = "APPROVED"
    page: int = 2
    reviews: dict[str, dict[str, Any]] = field(default_factory=dict)
    puts: int = 0

    def write(self, text: str, *, stars: str = "FIVE") -> str:
        """Tom writes a review."""
        number, now = f"AbF{next(self.numbers)}", stamp()
        self.reviews[number] = {
            "name": f"{LOCATION}/reviews/{number}",
            "reviewId": number,
            "reviewer": {"displayName": "Tom"},
            "starRating": stars,
            "comment": text,
            "createTime": now,
            "updateTime": now,
        }
        return number

    def edit(self, number: str, text: str) -> None:
        """Tom edits it."""
        self.reviews[number] |= {"comment": text, "updateTime": stamp()}

    def answered(self, number: str, text: str, state: str = "APPROVED") -> dict[str, Any]:
        """The location replies."""
        reply = {"comment": text, "updateTime": stamp(), "reviewReplyState": state}
        if state == "REJECTED":
            reply["policyViolation"] = "SPAM"
        self.reviews[number]["reviewReply"] = reply
        return reply

    def route(self, method: str, path: str, given: dict[str, Any]) -> tuple[int, Any]:
        base = f"/v4/{LOCATION}/reviews"
        if not path.startswith(base):
            return refused(403, "PERMISSION_DENIED")
        if path == base:
            return self._list(int(given.get("pageToken") or 0))
        number, _, below = path.removeprefix(f"{base}/").partition("/")
        if number not in self.reviews:
            return refused(404, "NOT_FOUND")
        if method == "GET":
            return 200, self.reviews[number]
        if len(given["comment"].encode()) > 4096 or (method, below) != ("PUT", "reply"):
            return refused(400, "INVALID_ARGUMENT")
        self.lost("before")
        self.puts += 1
        reply = self.answered(number, given["comment"], self.moderates)
        self.lost("after")
        return 200, reply

    def _list(self, start: int) -> tuple[int, Any]:
        ordered = sorted(self.reviews.values(), key=lambda review: str(review["updateTime"]), reverse=True)
        more = {"nextPageToken": str(start + self.page)} if len(ordered) > start + self.page else {}
        return 200, {"reviews": ordered[start : start + self.page], "totalReviewCount": len(ordered), **more}


def refused(status: int, reason: str) -> tuple[int, Any]:
    """An error as Google has it; old reasons in camel case stand in ``errors``, new ones are the status's name."""
    old = {} if reason.isupper() else {"errors": [{"reason": reason, "domain": "youtube"}]}
    return status, {"error": {"code": status, "message": "…", "status": reason if not old else "FAILED", **old}}


def stamp() -> str:
    """Now, as Google writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
