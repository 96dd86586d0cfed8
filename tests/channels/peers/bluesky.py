"""A Bluesky network as the lexicons and docs.bsky.app tell of it: one server that is home, index and directory at once.

It keeps repositories, notifies us of replies, mentions and quotes, pages by cursor, lets access tokens expire, counts
graphemes and bytes, and answers errors as ``{"error": NAME, "message": ...}`` with the status of the real one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import regex

POST = "app.bsky.feed.post"
US, TOM = "did:plc:us2222222222222222222222", "did:plc:tom222222222222222222222"
HANDLES = {US: "fernhill.bsky.example", TOM: "tom.bsky.example"}
NAMES = {US: "Fernhill Coffee", TOM: "Tom"}
PASSWORD = "abcd-efgh-ijkl-mnop"
Record = dict[str, Any]


class Refused(Exception):
    """An error of the lexicons'."""

    def __init__(self, error: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.error, self.status, self.headers = error, status, headers or {}


@dataclass
class Network:
    """``lose``: the connection ends before or after the next record is put. ``wait_seconds``: it answers 429 once."""

    clock: Callable[[], datetime]
    url: str = ""
    records: dict[str, Record] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    lose: str = ""
    wait_seconds: float = 0.0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def post(self, by: str, text: str, *, to: str = "", **more: Any) -> str:
        """Somebody posts, or answers a post."""
        record: Record = {"$type": POST, "text": text, "createdAt": _iso(self.clock()), **more}
        if to:
            above = self.records[to]
            parent = {"uri": to, "cid": above["cid"]}
            record["reply"] = {"root": (above["value"].get("reply") or {}).get("root", parent), "parent": parent}
        return str(self.put(by, POST, f"3post{next(self.numbers):08d}", record)["uri"])

    def put(self, repo: str, collection: str, rkey: str, value: Record) -> dict[str, str]:
        """Put a record, and tell us of it where it is news."""
        text = value.get("text", "")
        if len(regex.findall(r"\X", text)) > 300 or len(text.encode()) > 3000:
            raise Refused("InvalidRequest")
        uri, cid = f"at://{repo}/{collection}/{rkey}", "bafy" + sha256(json.dumps(value).encode()).hexdigest()[:40]
        is_new = uri not in self.records
        self.records[uri] = {"uri": uri, "cid": cid, "value": value}
        if is_new and collection == POST and repo != US and (reason := self._reason(value)):
            who = {"did": repo, "handle": HANDLES[repo], "displayName": NAMES[repo]}
            news = {"uri": uri, "cid": cid, "author": who, "reason": reason, "record": value}
            self.told.append({**news, "isRead": False, "indexedAt": _iso(self.clock())})
        return {"uri": uri, "cid": cid}

    def ours(self) -> list[Record]:
        """What we posted, oldest first."""
        return [each for uri, each in self.records.items() if uri.startswith(f"at://{US}/{POST}/")]

    @staticmethod
    def _reason(value: Record) -> str:
        if US in json.dumps(value.get("reply") or {}):
            return "reply"
        if US in json.dumps(value.get("embed") or {}):
            return "quote"
        return "mention" if US in json.dumps(value.get("facets") or []) else ""

    def answer(self, verb: str, method: str, given: dict[str, Any], token: str) -> dict[str, Any]:
        """One call."""
        self.calls.append(method)
        if method == "com.atproto.server.createSession":
            if given != {"identifier": HANDLES[US], "password": PASSWORD}:
                raise Refused("AuthenticationRequired", 401)
            return self._session()
        if method == "com.atproto.server.refreshSession":
            if token not in self.refresh:
                raise Refused("ExpiredToken")
            self.refresh.discard(token)
            return self._session()
        if token not in self.access:
            raise Refused("ExpiredToken" if token else "AuthMissing", 400 if token else 401)
        name = "_" + method.rpartition(".")[2]
        is_known = hasattr(self, name) and (verb == "POST") == (name == "_putRecord")
        if not is_known:
            raise Refused("MethodNotImplemented", 501)
        found: dict[str, Any] = getattr(self, name)(given)
        return found

    def _session(self) -> dict[str, Any]:
        number = next(self.numbers)
        access, refresh = f"access-{number}", f"refresh-{number}"
        self.access.add(access)
        self.refresh.add(refresh)
        return {"accessJwt": access, "refreshJwt": refresh, "did": US, "handle": HANDLES[US]}

    def _putRecord(self, given: dict[str, Any]) -> dict[str, Any]:
        wait, self.wait_seconds = self.wait_seconds, 0.0
        if wait:
            reset = str(int((self.clock() + timedelta(seconds=wait)).timestamp()))
            raise Refused("RateLimitExceeded", 429, {"ratelimit-reset": reset, "ratelimit-remaining": "0"})
        lose, self.lose = self.lose, ""
        if lose == "before":
            raise ConnectionAbortedError
        put = self.put(given["repo"], given["collection"], given["rkey"], given["record"])
        if lose == "after":
            raise ConnectionAbortedError
        return {**put, "validationStatus": "valid"}

    def _getRecord(self, given: dict[str, Any]) -> dict[str, Any]:
        uri = f"at://{given['repo']}/{given['collection']}/{given['rkey']}"
        if uri not in self.records:
            raise Refused("RecordNotFound")
        return self.records[uri]

    def _listRecords(self, given: dict[str, Any]) -> dict[str, Any]:
        prefix = f"at://{given['repo']}/{given['collection']}/"
        found = [each for uri, each in self.records.items() if uri.startswith(prefix)]
        return _page("records", found[::-1], given)

    def _listNotifications(self, given: dict[str, Any]) -> dict[str, Any]:
        reasons = given.get("reasons") or []
        found = [each for each in self.told if each["reason"] in reasons]
        return _page("notifications", found[::-1], given)

    def _getPosts(self, given: dict[str, Any]) -> dict[str, Any]:
        uris = given["uris"] if isinstance(given["uris"], list) else [given["uris"]]
        return {"posts": [self._view(uri) for uri in uris if uri in self.records]}

    def _getPostThread(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["uri"] not in self.records:
            raise Refused("NotFound")
        post = self._view(given["uri"])
        thread: dict[str, Any] = {"$type": "app.bsky.feed.defs#threadViewPost", "post": post}
        if parent := (post["record"].get("reply") or {}).get("parent"):
            is_there = parent["uri"] in self.records
            thread["parent"] = {"post": self._view(parent["uri"])} if is_there else {"notFound": True, **parent}
        return {"thread": thread}

    def _resolveHandle(self, given: dict[str, Any]) -> dict[str, Any]:
        for did, handle in HANDLES.items():
            if handle == given["handle"]:
                return {"did": did}
        raise Refused("HandleNotFound")

    def _view(self, uri: str) -> dict[str, Any]:
        record = self.records[uri]
        seen = {"uri": uri, "cid": record["cid"], "record": record["value"], "indexedAt": _iso(self.clock())}
        quoted = (record["value"].get("embed") or {}).get("record")
        embed = (
            {"embed": {"record": {"uri": quoted["uri"], "value": self.records[quoted["uri"]]["value"]}}}
            if quoted
            else {}
        )
        return {**seen, **embed, "viewer": {}}


def _page(name: str, found: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
    start, limit = int(given.get("cursor") or 0), int(given["limit"])
    if not 1 <= limit <= 100:
        raise Refused("InvalidRequest")
    page = found[start : start + limit]
    return {name: page, **({"cursor": str(start + limit)} if len(page) == limit else {})}


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def network(clock: Callable[[], datetime]) -> Iterator[Network]:
    """Served on a free port of loopback."""
    peer = Network(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            self._serve({name: values if len(values) > 1 else values[0] for name, values in query.items()})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            self._serve(json.loads(body or b"{}"))

        def _serve(self, given: dict[str, Any]) -> None:
            method = urlsplit(self.path).path.removeprefix("/xrpc/")
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            try:
                self._say(200, peer.answer(self.command, method, given, token), {})
            except Refused as error:
                self._say(error.status, {"error": error.error, "message": "no"}, error.headers)
            except ConnectionAbortedError:
                self.close_connection = True

        def _say(self, status: int, document: dict[str, Any], headers: dict[str, str]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
