"""X as docs.x.com and its OpenAPI (2.167) tell of it: posts of one account, and Tom's.

It checks OAuth 1.0a by an implementation of its own, refuses what the published schemas refuse, counts 280 weighted
characters and repeated texts, pages by token, answers errors as problems, and tells activity by signed webhooks.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from html import escape
from itertools import count
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug import Request, Response

from replyassist.brands.counting import counting_for, links_in
from replyassist.channels import HookRequest

US, TOM = "1100", "2200"
NAMES = {US: "fernhill", TOM: "tom"}
KEYS = {"consumer_key": "ck", "consumer_secret": "cs of nobody", "token": "at", "token_secret": "ts of nobody"}
Body = TypeVar("Body", bound="_Schema")
Id = Annotated[str, Field(pattern="^[0-9]{1,19}$")]
Post = dict[str, Any]


class _Schema(BaseModel):
    """One of components.schemas of X's OpenAPI 2.167, as far as we send its properties."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CreatePostsReply(_Schema):
    in_reply_to_tweet_id: Id


class CreatePostsRequest(_Schema):
    text: str
    reply: CreatePostsReply


class Refused(Exception):
    """A problem with its status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


@dataclass
class XPeer:
    """``lose``: the next post ends in a 503, "before" or "after" it. ``wait_seconds``: the next one is asked to wait.
    ``most_reads``: so many lists are answered, then one is refused for a limit (0: all are answered).
    ``hides``: our posts are not listed yet. ``names``: how it wants fields asked for. ``address``: of what
    stands before it, where something does."""

    clock: Callable[[], datetime]
    posts: dict[str, Post] = field(default_factory=dict)
    told: list[Post] = field(default_factory=list)
    lose: str = ""
    wait_seconds: float = 0.0
    hides: bool = False
    names: str = "post.fields"
    access: str = "read-write"
    fails: int = 0
    most_reads: int = 0
    reads: int = 0
    page: int = 100
    address: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(1_000_000_000))

    def write(self, user: str, text: str, *, above: str | None = None, more: Post | None = None) -> str:
        """Somebody posts; links become t.co's, and three characters are escaped."""
        number, last, raw = str(next(self.numbers)), 0, ""
        urls: list[dict[str, str]] = []
        for start, end in links_in(text):
            url, link = f"https://t.co/{number}{len(urls)}", text[start:end]
            urls.append({"url": url, "expanded_url": link if "://" in link else f"http://{link}", "display_url": link})
            raw, last = raw + escape(text[last:start], quote=False) + url, end
        raw += escape(text[last:], quote=False)
        raw = f"@{NAMES[self.posts[above]['user']]} {raw}" if above and user == US else raw
        self.posts[number] = {"user": user, "text": raw, "said": text, "above": above, "urls": urls, "at": self.clock()}
        self._tell(number, more or {})
        return number

    def ours(self) -> list[Post]:
        """What we posted, oldest first."""
        return [post for post in self.posts.values() if post["user"] == US]

    def hooks(self) -> list[HookRequest]:
        """The activity since this was last asked, signed now."""
        told, self.told = self.told, []
        return [self.signed(document) for document in told]

    def signed(self, document: Post) -> HookRequest:
        """A request as X makes it."""
        body = json.dumps(document).encode()
        made = base64.b64encode(hmac.new(KEYS["consumer_secret"].encode(), body, sha256).digest()).decode()
        headers = {"content-type": "application/json", "x-twitter-webhooks-signature": f"sha256={made}"}
        return HookRequest("POST", headers, {}, body, self.clock())

    def _tell(self, number: str, more: Post) -> None:
        post = self.posts[number]
        entities = {"urls": post["urls"]}
        cut = {"text": post["text"], "entities": entities, "truncated": False}
        if len(post["text"]) > 140:
            whole = {"full_text": post["text"], "entities": entities}
            cut = {"text": post["text"][:139] + "…", "truncated": True, "extended_tweet": whole}
        user = {"id_str": post["user"], "screen_name": NAMES[post["user"]], "name": NAMES[post["user"]].title()}
        event = {
            "created_at": f"{post['at']:%a %b %d %H:%M:%S +0000 %Y}",
            "timestamp_ms": str(int(post["at"].timestamp() * 1000)),
            "id_str": number,
            "user": user,
            "in_reply_to_status_id_str": post["above"],
            **cut,
            **more,
        }
        self.told.append({"for_user_id": US, "tweet_create_events": [event]})

    def serve(self, request: Request) -> Response:
        """One call of the API."""
        posts = (request.method, request.path) == ("POST", "/2/tweets")
        try:
            self._check_signature(request)
            if self.fails:
                raise Refused(self.fails, "as it was told")
            wait, self.wait_seconds = (self.wait_seconds, 0.0) if posts else (0.0, self.wait_seconds)
            self.reads += request.path.endswith(("/mentions", "/tweets")) and not posts
            if self.most_reads and self.reads > self.most_reads:
                self.reads, wait = 0, 60.0
            if wait:
                reset = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(self.clock().timestamp() + wait)}
                return _refusal(429, "Too Many Requests", reset)
            lose, self.lose = (self.lose, "") if posts else ("", self.lose)
            if lose == "before":
                return Response("", 503)
            status, answer = self._answer(request)
        except Refused as error:
            return _refusal(error.status, error.detail)
        if lose == "after":
            return Response("", 503)
        return Response(json.dumps(answer), status, {"x-access-level": self.access}, content_type="application/json")

    def _check_signature(self, request: Request) -> None:
        address = f"{self.address}{request.path}" if self.address else request.base_url
        given = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("authorization", "")))
        made = signature(request.method, address, {**request.args.to_dict(), **given}, KEYS)
        named = (given.get("oauth_consumer_key"), given.get("oauth_token"))
        if quote(made, safe="") != given.get("oauth_signature") or named != (KEYS["consumer_key"], KEYS["token"]):
            raise Refused(401, "Unauthorized")

    def _answer(self, request: Request) -> tuple[int, Post]:
        path, given = request.path.split("/")[2:], request.get_json(silent=True)
        match request.method, path:
            case "GET", ["users", "me"]:
                return 200, {"data": {"id": US, "username": NAMES[US], "name": "Fernhill"}}
            case "POST", ["tweets"]:
                return 201, {"data": self._post(_valid(CreatePostsRequest, given))}
            case "GET", ["tweets", number]:
                missing = {"errors": [{"type": "https://api.x.com/2/problems/resource-not-found"}]}
                found = self.posts.get(number)
                return 200, {"data": {"id": number, "text": found["text"]}} if found else missing
            case "GET", ["users", user, "tweets"] if user == US:
                return 200, self._listed(request.args.to_dict(), lambda post: post["user"] == US)
            case "GET", ["users", user, "mentions"] if user == US:
                return 200, self._listed(request.args.to_dict(), lambda post: post["user"] != US)
        raise Refused(404, "Not Found")

    def _post(self, given: CreatePostsRequest) -> Post:
        text, above = given.text, given.reply.in_reply_to_tweet_id
        if counting_for("x", "public").count(text) > 280:
            raise Refused(403, "You are not permitted to perform this action.")
        if above not in self.posts:
            raise Refused(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if any((post["said"], post["above"]) == (text, above) for post in self.ours()):
            raise Refused(403, "You are not allowed to create a Tweet with duplicate content.")
        number = self.write(US, text, above=above)
        return {"id": number, "text": self.posts[number]["text"]}

    def _listed(self, given: dict[str, str], is_in_it: Callable[[Post], bool]) -> Post:
        names = {
            "post.fields",
            "tweet.fields",
            "expansions",
            "exclude",
            "max_results",
            "start_time",
            "pagination_token",
        }
        fields, expansions = (given.get(name, "").split(",") for name in (self.names, "expansions"))
        tells_author = "author_id" in (fields if self.names == "tweet.fields" else expansions)
        if self.names == "post.fields" and "author_id" in fields:
            raise Refused(400, "One or more parameters to your request was invalid.")
        if self.names not in given or not given.keys() <= names or not 5 <= int(given.get("max_results", 10)) <= 100:
            raise Refused(400, "One or more parameters to your request was invalid.")
        since = datetime.fromisoformat(given["start_time"].replace("Z", "+00:00")) if "start_time" in given else None
        of = "referenced_posts" if self.names == "post.fields" else "referenced_tweets"
        found = [
            {
                "id": number,
                **({"author_id": post["user"]} if tells_author else {}),
                "created_at": post["at"].isoformat(),
                **_text(post, "note_post" if self.names == "post.fields" else "note_tweet"),
                **({of: [{"type": "replied_to", "id": post["above"]}]} if post["above"] else {}),
                **post.get("listed", {}),
            }
            for number, post in reversed(self.posts.items())
            if is_in_it(post) and not (self.hides and post["user"] == US) and (since is None or post["at"] >= since)
        ]
        start = int(given.get("pagination_token", 0))
        page, end = found[start : start + self.page], start + self.page
        further = {"next_token": str(end)} if end < len(found) else {}
        return {**({"data": page} if page else {}), "meta": {"result_count": len(page), **further}}


def _text(post: Post, note: str) -> Post:
    """The text, of which a list has 280 characters, and the whole of a longer one besides."""
    whole = {"text": post["text"], "entities": {"urls": post["urls"]}}
    return whole if len(post["text"]) <= 280 else {**whole, "text": post["text"][:279] + "…", note: whole}


def _refusal(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """A problem as the pages tell it, with what the OpenAPI's Error has."""
    problem = {"title": "Refused", "type": "about:blank", "status": status, "detail": detail}
    document = json.dumps({**problem, "code": status, "message": detail})
    return Response(document, status, headers, content_type="application/problem+json")


def signature(method: str, url: str, parameters: dict[str, str], keys: dict[str, str]) -> str:
    """HMAC-SHA1 of RFC 5849 3.4; ``oauth_`` parameters are percent-encoded already."""
    signed = {name: value for name, value in parameters.items() if name not in ("oauth_signature", "realm")}
    pairs = sorted(
        (_quoted(name), value if name.startswith("oauth_") else _quoted(value)) for name, value in signed.items()
    )
    base = "&".join((method, _quoted(url), _quoted("&".join(f"{name}={value}" for name, value in pairs))))
    key = f"{_quoted(keys['consumer_secret'])}&{_quoted(keys['token_secret'])}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode()


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")


def _valid(schema: type[Body], given: Any) -> Body:
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise Refused(400, "One or more parameters to your request was invalid.") from error
