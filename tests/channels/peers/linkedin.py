"""LinkedIn as learn.microsoft.com/linkedin tells of it: a page with one post, Tom, its comments, and notifications.

It asks for the API's version and protocol, wants Rest.li's brackets unescaped, pages by start and count, signs
notifications (ten in a webhook), keeps them to be asked for, and has one level of replies.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import unquote

from werkzeug import Request, Response

from replyassist.channels import HookRequest

PAGE, TOM, POST = "urn:li:organization:77", "urn:li:person:tom", "urn:li:activity:7000000000000000001"
CLIENT = {"client_id": "client-1", "client_secret": "client-secret"}
VERSIONS = ("202606", "202607")
TOKEN, REFRESH = "access-0", "refresh-1"
Raw = dict[str, Any]


class Refused(Exception):
    """A status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class LinkedInPeer:
    """``lose``: the next comment ends in a 503, "before" or "after" it. ``wait_seconds``: the next one has to wait.
    ``status``: of the next answer. ``hides``: the page's comments are not listed yet. ``decorates``: notifications
    that are asked for have the words with them. ``pages``: that the person administers.
    ``hidden``: comments that may not be read."""

    clock: Callable[[], datetime]
    url: str
    lose: str = ""
    wait_seconds: float = 0.0
    status: int = 0
    hides: bool = False
    decorates: bool = True
    pages: tuple[str, ...] = (PAGE,)
    hidden: set[str] = field(default_factory=set)
    access: set[str] = field(default_factory=lambda: {TOKEN})
    comments: dict[str, Raw] = field(default_factory=dict)
    shares: dict[str, Raw] = field(default_factory=dict)
    notifications: list[Raw] = field(default_factory=list)
    sent: int = 0
    numbers: Any = field(default_factory=lambda: count(7094977717598625792))

    def credentials(self) -> dict[str, str]:
        """What signs in here."""
        given = {"organization": PAGE.rpartition(":")[2], **CLIENT, "token": TOKEN, "refresh_token": REFRESH}
        return {**given, "version": VERSIONS[0], "url": self.url, "token_url": f"{self.url}/oauth/v2/accessToken"}

    def write(self, text: str, by: str = TOM, above: str = "", post: str = POST) -> str:
        """Somebody comments; the comment's number."""
        number, now = str(next(self.numbers)), int(self.clock().timestamp() * 1000)
        self.comments[number] = {
            "id": number,
            "commentUrn": f"urn:li:comment:({post},{number})",
            "actor": by,
            "object": post,
            "message": {"text": text, "attributes": []},
            "created": {"actor": by, "time": now},
            "lastModified": {"actor": by, "time": now},
            **({"parentComment": above} if above else {}),
        }
        self.tell("ADMIN_COMMENT" if by == PAGE else "COMMENT", number)
        return number

    def edit(self, number: str, text: str) -> None:
        """The author edits."""
        self.comments[number]["message"]["text"] = text
        self.tell("COMMENT_EDIT", number)

    def delete(self, number: str) -> None:
        """The author deletes."""
        self.tell("COMMENT_DELETE", number)
        del self.comments[number]

    def mention(self, text: str) -> str:
        """Somebody's post mentions the page; its URN."""
        urn = f"urn:li:share:{next(self.numbers)}"
        self.shares[urn] = {"author": TOM, "commentary": text}
        share = {"share": {"entity": urn, "owner": TOM, "text": text}}
        self._notify({"action": "SHARE_MENTION", "sourcePost": urn, "generatedActivity": urn}, share)
        return urn

    def ours(self) -> list[Raw]:
        """The page's comments, oldest first."""
        return [each for each in self.comments.values() if each["actor"] == PAGE]

    def tell(self, action: str, number: str, **more: Any) -> None:
        """A notification of a comment; its URN leaves the inner ``urn:li:`` out."""
        known = self.comments[number]
        short = f"urn:li:comment:({known['object'].removeprefix('urn:li:')},{number})"
        words = {"entity": known["commentUrn"], "owner": known["actor"], "text": known["message"]["text"]}
        words |= {
            "object": known["object"],
            **({"parentComment": known["parentComment"]} if "parentComment" in known else {}),
        }
        about = {"action": action, "sourcePost": known["object"], "generatedActivity": short}
        self._notify({**about, **more}, {} if action == "COMMENT_DELETE" else {"comment": words})

    def _notify(self, about: Raw, words: Raw) -> None:
        own = {"entity": "urn:li:share:1", "owner": PAGE, "text": "New roast", "mediaCategory": "NONE"}
        self.notifications.append(
            {
                "notificationId": next(self.numbers),
                "organizationalEntity": PAGE,
                "subscriber": "urn:li:person:admin",
                "lastModifiedAt": int(self.clock().timestamp() * 1000),
                "decoratedSourcePost": own,
                "decoratedGeneratedActivity": words,
                **about,
            }
        )

    def hooks(self) -> list[HookRequest]:
        """Webhooks of what was not sent yet, ten notifications in each."""
        told, self.sent = self.notifications[self.sent :], len(self.notifications)
        return [self.signed({"notifications": told[start : start + 10]}) for start in range(0, len(told), 10)]

    def signed(self, document: Raw) -> HookRequest:
        """A webhook as LinkedIn posts it."""
        body = json.dumps({"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", **document}).encode()
        signature = hmac.new(CLIENT["client_secret"].encode(), b"hmacsha256=" + body, "sha256").hexdigest()
        return HookRequest("POST", {"x-li-signature": signature}, {}, body, self.clock())

    def serve(self, request: Request) -> Response:
        """One request."""
        try:
            status, headers, answer = self._answer(request)
        except Refused as error:
            retry = {"retry-after": str(int(self.wait_seconds))} if error.status == 429 and self.wait_seconds else {}
            self.wait_seconds = 0.0
            return Response(json.dumps({"status": error.status, "message": "…"}), error.status, retry)
        return Response(json.dumps(answer), status, headers, content_type="application/json")

    def _answer(self, request: Request) -> tuple[int, Raw, Raw]:
        if request.path == "/oauth/v2/accessToken":
            return 200, {}, self._token(request.form.to_dict())
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.access:
            raise Refused(401)
        if request.headers.get("linkedin-version") not in VERSIONS:
            raise Refused(426)
        if request.headers.get("x-restli-protocol-version") != "2.0.0":
            raise Refused(400)
        if self.status:
            status, self.status = self.status, 0
            raise Refused(status)
        path, given = unquote(request.environ["RAW_URI"]).partition("?")[0], request.args.to_dict()
        if found := re.fullmatch(r"/rest/socialActions/(.+)/comments(?:/(\d+))?", path):
            if request.method == "POST":
                made = self._comment(found[1], request.get_json())
                return 201, {"x-restli-id": made["id"]}, made
            return 200, {}, self._comments(found[1], found[2], given)
        return 200, {}, self._read(path, given, request.query_string.decode())

    def _read(self, path: str, given: Raw, query: str) -> Raw:
        if path == f"/rest/organizations/{PAGE.rpartition(':')[2]}":
            return {"localizedName": "Fernhill Coffee"}
        if path == "/rest/organizationAcls":
            return paged(
                [{"role": "ADMINISTRATOR", "organization": each, "state": "APPROVED"} for each in self.pages], given
            )
        if path == "/rest/organizationalEntityNotifications":
            return self._notified(given, query)
        if path.startswith("/rest/posts/") and (urn := path.removeprefix("/rest/posts/")) in self.shares:
            return self.shares[urn]
        raise Refused(404)

    def _token(self, form: Raw) -> Raw:
        if form != {**CLIENT, "grant_type": "refresh_token", "refresh_token": REFRESH}:
            raise Refused(400)
        token = f"access-{next(self.numbers)}"
        self.access.add(token)
        return {"access_token": token, "expires_in": 5184000, "refresh_token": REFRESH}

    def _comments(self, target: str, number: str | None, given: Raw) -> Raw:
        if number is not None:
            if number not in self.comments or self.comments[number]["object"] != target:
                raise Refused(404)
            if number in self.hidden:
                raise Refused(403)
            return self.comments[number]
        is_below = target.startswith("urn:li:comment:")
        found = [
            each
            for each in self.comments.values()
            if (
                each.get("parentComment") == target
                if is_below
                else each["object"] == target and "parentComment" not in each
            )
            and not (self.hides and each["actor"] == PAGE)
        ]
        return paged(found, given)

    def _comment(self, target: str, given: Raw) -> Raw:
        if self.wait_seconds:
            raise Refused(429)
        above, post, text = str(given.get("parentComment") or ""), given["object"], given["message"]["text"]
        known = {each["commentUrn"]: each for each in self.comments.values()}
        if target != (above or post) or given["actor"] not in self.pages:
            raise Refused(403)
        if (above and above not in known) or (not above and post not in (POST, *self.shares)):
            raise Refused(404)
        is_nested = bool(above) and "parentComment" in known[above]
        if is_nested or len(text.encode("utf-16-le")) // 2 > 1250:
            raise Refused(400)
        lose, self.lose = self.lose, ""
        if lose == "before":
            raise Refused(503)
        number = self.write(text, PAGE, above, post)
        if lose == "after":
            raise Refused(503)
        return self.comments[number]

    def _notified(self, given: Raw, query: str) -> Raw:
        span = re.search(r"timeRange=\(start:(\d+),end:(\d+)\)", query)
        actions = re.search(r"actions=List\(([A-Z_,]+)\)", query)
        if span is None or actions is None or given["q"] != "criteria" or given["organizationalEntity"] != PAGE:
            raise Refused(400)
        listed = [
            each if self.decorates else {**each, "decoratedGeneratedActivity": None}
            for each in reversed(self.notifications)
            if int(span[1]) <= each["lastModifiedAt"] <= int(span[2]) and each["action"] in actions[1].split(",")
        ]
        return paged(listed, given)


def paged(elements: list[Raw], given: Raw) -> Raw:
    """A page of a collection."""
    start, amount = int(given.get("start", 0)), int(given.get("count", 10))
    paging = {"start": start, "count": amount, "total": len(elements), "links": []}
    return {"elements": elements[start : start + amount], "paging": paging}
