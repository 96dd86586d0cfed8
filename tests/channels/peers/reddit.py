"""Reddit as reddit.com/dev/api tells of it, with the shapes of answers that praw's own tests have recorded: a
subreddit, a post of ours in it, Tom, an inbox, and moderators.

It renews tokens by Basic authentication, pages listings by ``after``, counts requests in X-Ratelimit headers, answers
errors of commenting in HTTP 200, and keeps deleted comments as ``[deleted]``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from werkzeug import Request, Response

US, TOM, SUBREDDIT, POST = "fernhill", "tom", "fernhill_coffee", "t3_1abc"
CLIENT = {"client_id": "client-1", "client_secret": "client-secret"}
REFRESH = "refresh-1"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
Raw = dict[str, Any]


class Refused(Exception):
    """A status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class RedditPeer:
    """``lose``: the next comment ends in a 503, "before" or "after" it. ``wait_seconds``: the next one has to wait.
    ``fails``: the name of its error. ``hides``: ours are not listed yet. ``page``: things on a page at most.
    ``left``: requests of this period. ``most_reads``: after so many listings one is refused, again and again.
    ``breaks``: the status of paths that fail. ``retry_after``: what such an answer says of it. ``subreddits``: those
    that there are."""

    clock: Callable[[], datetime]
    url: str
    lose: str = ""
    wait_seconds: float = 0.0
    says_seconds: bool = True
    fails: str = ""
    status: int = 0
    hides: bool = False
    page: int = 100
    left: int = 600
    most_reads: int = 0
    reads: int = 0
    breaks: dict[str, int] = field(default_factory=dict)
    retry_after: str = ""
    subreddits: set[str] = field(default_factory=lambda: {SUBREDDIT})
    access: set[str] = field(default_factory=set)
    comments: dict[str, Raw] = field(default_factory=dict)
    inbox: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(36**6))

    def credentials(self) -> dict[str, str]:
        """What signs in here."""
        servers = {"url": self.url, "token_url": f"{self.url}/api/v1/access_token"}
        return {"username": US, **CLIENT, "refresh_token": REFRESH, "subreddits": f"r/{SUBREDDIT}", **servers}

    def write(self, text: str, by: str = TOM, above: str = POST, **more: Any) -> str:
        """Somebody comments."""
        number = base36(next(self.numbers))
        self.comments[f"t1_{number}"] = {
            "id": number,
            "name": f"t1_{number}",
            "author": by,
            "author_fullname": f"t2_{by}",
            "body": text,
            "parent_id": above,
            "link_id": POST,
            "link_title": "New roast",
            "subreddit": SUBREDDIT,
            "created_utc": float(int(self.clock().timestamp())),
            "edited": False,
            **more,
        }
        answered = self.comments[above]["author"] if above in self.comments else US if above == POST else ""
        if by != US and (answered == US or f"u/{US}" in text):
            self.inbox.append(f"t1_{number}")
        return f"t1_{number}"

    def edit(self, name: str, text: str) -> None:
        """The author edits."""
        self.comments[name] |= {"body": text, "edited": self.clock().timestamp()}

    def delete(self, name: str, by: str = "[deleted]") -> None:
        """The author, or a moderator (``[removed]``), takes it away: its place stays."""
        self.comments[name] |= {"body": by, **({"author": by} if by == "[deleted]" else {})}

    def ours(self) -> list[Raw]:
        """Our comments, oldest first."""
        return [each for each in self.comments.values() if each["author"] == US]

    def serve(self, request: Request) -> Response:
        """One request."""
        self.asked.append(f"{request.method} {request.path}")
        self.left -= 1
        limits = {
            "x-ratelimit-remaining": f"{max(self.left, 0)}.0",
            "x-ratelimit-reset": "369",
            "x-ratelimit-used": "1",
        }
        try:
            if not request.headers["user-agent"].startswith("server:"):
                raise Refused(429)
            if self.left < 0:
                raise Refused(429)
            if self.status:
                status, self.status = self.status, 0
                raise Refused(status)
            if status := self._fails(request.path):
                return Response("<h1>no</h1>", status, {"retry-after": self.retry_after} if self.retry_after else {})
            self.reads += request.method == "GET"
            if self.most_reads and self.reads > self.most_reads:
                self.reads = 0
                return Response("{}", 429, {**limits, "x-ratelimit-remaining": "0.0"})
            answer = self._answer(request)
        except Refused as error:
            text = json.dumps({"message": "…", "error": error.status})
            return Response(text, error.status, limits if error.status == 429 and self.left < 0 else {})
        return Response(json.dumps(answer), 200, limits, content_type="application/json")

    def _fails(self, path: str) -> int:
        """The status of a listing that fails; one of several subreddits fails with any of them."""
        _, kind, *below = path.split("/")
        names = below[0].split("+") if kind == "r" else []
        return next((self.breaks[each] for each in (path, *(f"/r/{name}" for name in names)) if each in self.breaks), 0)

    def _answer(self, request: Request) -> Raw:
        form, given, path = request.form.to_dict(), request.args.to_dict(), request.path
        if path == "/api/v1/access_token":
            return self._token(request.headers.get("authorization", ""), form)
        if request.headers.get("authorization", "").removeprefix("bearer ") not in self.access:
            raise Refused(401)
        if given.get("raw_json") != "1":
            raise Refused(400)
        if request.method == "POST":
            return self._changed(path, form)
        return self._read(path.strip("/").split("/"), given)

    def _changed(self, path: str, form: Raw) -> Raw:
        if path == "/api/comment":
            return {"json": self._comment(form)}
        raise Refused(404)

    def _read(self, path: list[str], given: Raw) -> Raw:
        match path:
            case ["api", "v1", "me"]:
                return {"name": US, "id": "us"}
            case ["api", "info"]:
                return self._info(given["id"].split(","))
            case ["message", "comments" | "selfreply" | "mentions" as kind]:
                return self._listing(self._told(kind), given)
            case ["r", names, "comments"] if self.subreddits.issuperset(names.split("+")):
                said = [each for each in self.comments.values() if each["body"][:1] != "["]
                return self._listing([each for each in said if each["subreddit"] in names.split("+")], given)
            case ["user", name, "comments"] if name == US:
                return self._listing([] if self.hides else self.ours(), given)
        raise Refused(404)

    def _told(self, kind: str) -> list[Raw]:
        """A part of the inbox: comments without some of their properties."""
        context = {"context": f"/r/{SUBREDDIT}/comments/{POST[3:]}/new_roast/x/?context=3", "was_comment": True}
        told = [self.comments[each] for each in self.inbox]
        kinds = {"comments": [each for each in told if self.comments.get(each["parent_id"], {}).get("author") == US]}
        kinds["selfreply"] = [each for each in told if each["parent_id"] == POST]
        kinds["mentions"] = [each for each in told if each not in (*kinds["comments"], *kinds["selfreply"])]
        return [{**each, "edited": None, "link_id": None, **context} for each in kinds[kind]]

    def _token(self, authorization: str, form: Raw) -> Raw:
        client = base64.b64encode(":".join(CLIENT.values()).encode()).decode()
        if authorization != f"Basic {client}":
            raise Refused(401)
        if form != {"grant_type": "refresh_token", "refresh_token": REFRESH}:
            raise Refused(400)
        token = f"access-{next(self.numbers)}"
        self.access.add(token)
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": 86400,
            "refresh_token": REFRESH,
            "scope": "*",
        }

    def _info(self, names: list[str]) -> Raw:
        post = {"name": POST, "title": "New roast", "selftext": "It is out."}
        found = [{"kind": "t1", "data": self.comments[each]} for each in names if each in self.comments]
        found += [{"kind": "t3", "data": post}] if POST in names else []
        return {"kind": "Listing", "data": {"after": None, "children": found}}

    def _listing(self, comments: list[Raw], given: Raw) -> Raw:
        things = [{"kind": "t1", "data": each} for each in reversed(comments)]
        names = [str(comment["name"]) for comment in reversed(comments)]
        start = names.index(given["after"]) + 1 if "after" in given else 0
        end = start + min(int(given.get("limit", 25)), self.page)
        after = names[end - 1] if end < len(names) else None
        return {
            "kind": "Listing",
            "data": {"after": after, "dist": len(things[start:end]), "children": things[start:end]},
        }

    def _comment(self, form: Raw) -> Raw:
        above, text = form["thing_id"], form["text"]
        if wait := self.wait_seconds:
            self.wait_seconds = 0.0
            minutes = [
                ["RATELIMIT", f"you are doing that too much. try again in {int(wait) // 60} minutes.", "ratelimit"]
            ]
            return {"ratelimit": wait, "errors": minutes} if self.says_seconds else {"errors": minutes}
        name, self.fails = self.fails, ""
        if above not in (*self.comments, POST) or self.comments.get(above, {"body": ""})["body"] == "[deleted]":
            name = "DELETED_COMMENT"
        if len(text) > 10_000:
            name = "TOO_LONG"
        if name:
            return {"errors": [[name, "…", "parent"]]}
        lose, self.lose = self.lose, ""
        if lose == "before":
            raise Refused(503)
        made = self.write(text.rstrip(), US, above)
        if lose == "after":
            raise Refused(503)
        return {"errors": [], "data": {"things": [{"kind": "t1", "data": self.comments[made]}]}}


def base36(number: int) -> str:
    """A number as Reddit writes ids."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits
