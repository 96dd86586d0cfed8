"""A Bluesky network as the lexicons and docs.bsky.app tell of it: one server that is home, index and directory at once.

It keeps accounts and their repositories, notifies of replies, mentions and quotes, pages by cursor, lets access tokens
expire, counts graphemes and bytes, and answers errors as ``{"error": NAME, "message": ...}`` with the status of the
real one.
"""

from __future__ import annotations

import json
import threading
from base64 import b32encode
from collections import defaultdict
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

POST, PROFILE = "app.bsky.feed.post", "app.bsky.actor.profile"
WRITES = ("_createRecord", "_putRecord")
US, TOM = "did:plc:us2222222222222222222222", "did:plc:tom222222222222222222222"
HANDLES = {US: "fernhill.bsky.example", TOM: "tom.bsky.example"}
NAMES = {US: "Fernhill Coffee", TOM: "Tom"}
PASSWORD = "abcd-efgh-ijkl-mnop"
CID = bytes.fromhex("01711220")
"""What the address of a record begins with: version 1, DAG-CBOR, SHA-256 of 32 bytes."""
Record = dict[str, Any]
Told = Callable[[str, int, dict[str, Any]], None]
"""Of an answer: the method, the status and the document."""


class Refused(Exception):
    """An error of the lexicons'."""

    def __init__(self, error: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.error, self.status, self.headers = error, status, headers or {}


@dataclass
class Network:
    """``lose``: the connection ends before or after the next record is put. ``wait_seconds``: it answers 429 once.
    ``told``: notifications by whom they are for. ``access``, ``refresh``: whose each token is. ``blocked``:
    posts of who blocks us."""

    clock: Callable[[], datetime]
    url: str = ""
    handles: dict[str, str] = field(default_factory=lambda: dict(HANDLES))
    names: dict[str, str] = field(default_factory=lambda: dict(NAMES))
    records: dict[str, Record] = field(default_factory=dict)
    told: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
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
        return str(self.put(by, POST, self._key(), record)["uri"])

    def put(self, repo: str, collection: str, rkey: str, value: Record) -> dict[str, str]:
        """Put a record, and tell whom it is news for."""
        text = value.get("text", "")
        if len(regex.findall(r"\X", text)) > 300 or len(text.encode()) > 3000:
            raise Refused("InvalidRequest")
        uri, cid = f"at://{repo}/{collection}/{rkey}", "b" + _base32(CID + sha256(json.dumps(value).encode()).digest())
        is_new = uri not in self.records
        self.records[uri] = {"uri": uri, "cid": cid, "value": value}
        if collection == PROFILE:
            self.names[repo] = value["displayName"]
        is_news = is_new and collection == POST
        for other in self.handles:
            if is_news and other != repo and (reason := self._reason(value, other)):
                news = {"uri": uri, "cid": cid, "author": self._who(repo), "reason": reason, "record": value}
                self.told[other].append({**news, "isRead": False, "indexedAt": _iso(self.clock())})
        return {"uri": uri, "cid": cid}

    def delete(self, uri: str) -> None:
        """Its author deletes a post: the index forgets it and what it told of it."""
        del self.records[uri]
        for news in self.told.values():
            news[:] = [each for each in news if each["uri"] != uri]

    def ours(self) -> list[Record]:
        """What we posted, oldest first."""
        return [each for uri, each in self.records.items() if uri.startswith(f"at://{US}/{POST}/")]

    @staticmethod
    def _reason(value: Record, did: str) -> str:
        if did in json.dumps(value.get("reply") or {}):
            return "reply"
        if did in json.dumps(value.get("embed") or {}):
            return "quote"
        return "mention" if did in json.dumps(value.get("facets") or []) else ""

    def answer(self, verb: str, method: str, given: dict[str, Any], token: str) -> dict[str, Any]:
        """One call."""
        self.calls.append(method)
        if method == "com.atproto.server.createSession":
            did = self._did(given.get("identifier", ""))
            if not did or given["password"] != PASSWORD:
                raise Refused("AuthenticationRequired", 401)
            return self._session(did)
        if method == "com.atproto.server.createAccount":
            return self._session(self._account(given["handle"]))
        if method == "com.atproto.server.refreshSession":
            if token not in self.refresh:
                raise Refused("ExpiredToken")
            return self._session(self.refresh.pop(token))
        if token not in self.access:
            raise Refused("ExpiredToken" if token else "AuthMissing", 400 if token else 401)
        name = "_" + method.rpartition(".")[2]
        is_known = hasattr(self, name) and (verb == "POST") == (name in WRITES)
        if not is_known:
            raise Refused("MethodNotImplemented", 501)
        viewer = self.access[token]
        if verb == "POST" and given["repo"] != viewer:
            raise Refused("InvalidRequest")
        found: dict[str, Any] = getattr(self, name)({**given, "viewer": viewer})
        return found

    def _session(self, did: str) -> dict[str, Any]:
        number = next(self.numbers)
        access, refresh = f"access-{number}", f"refresh-{number}"
        self.access[access] = self.refresh[refresh] = did
        return {"accessJwt": access, "refreshJwt": refresh, "did": did, "handle": self.handles[did]}

    def _account(self, handle: str) -> str:
        if self._did(handle):
            raise Refused("HandleNotAvailable")
        did = "did:plc:" + _base32(sha256(handle.encode()).digest())[:24]
        self.handles[did] = handle
        return did

    def _did(self, handle: str) -> str:
        return next((did for did, each in self.handles.items() if each == handle), "")

    def _who(self, did: str) -> dict[str, str]:
        return {"did": did, "handle": self.handles[did], "displayName": self.names.get(did, "")}

    def _key(self) -> str:
        return f"3post{next(self.numbers):08d}"

    def _createRecord(self, given: dict[str, Any]) -> dict[str, Any]:
        record = {"$type": given["collection"], **given["record"]}
        return self.put(given["repo"], given["collection"], self._key(), record)

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
        reasons = given.get("reasons")
        found = [each for each in self.told[given["viewer"]] if not reasons or each["reason"] in reasons]
        return _page("notifications", found[::-1], given)

    def _getPosts(self, given: dict[str, Any]) -> dict[str, Any]:
        uris = given["uris"] if isinstance(given["uris"], list) else [given["uris"]]
        if len(uris) > 25:
            raise Refused("InvalidRequest")
        return {"posts": [self._view(uri) for uri in uris if uri in self.records and uri not in self.blocked]}

    def _getPostThread(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["uri"] not in self.records:
            raise Refused("NotFound")
        thread = self._shown(given["uri"], int(given.get("depth", 6)))
        if "post" not in thread:
            return {"thread": thread}
        if parent := (thread["post"]["record"].get("reply") or {}).get("parent"):
            thread["parent"] = self._shown(parent["uri"])
        return {"thread": thread}

    def _shown(self, uri: str, depth: int = 0) -> dict[str, Any]:
        if uri not in self.records:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        if uri in self.blocked:
            author = {"did": uri.split("/")[2]}
            return {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": True, "author": author}
        shown: dict[str, Any] = {"$type": "app.bsky.feed.defs#threadViewPost", "post": self._view(uri)}
        if depth:
            parents = {each: found["value"].get("reply", {}).get("parent", {}) for each, found in self.records.items()}
            below = [each for each, parent in parents.items() if parent.get("uri") == uri]
            shown["replies"] = [self._shown(each, depth - 1) for each in below]
        return shown

    def _resolveHandle(self, given: dict[str, Any]) -> dict[str, Any]:
        if did := self._did(given["handle"]):
            return {"did": did}
        raise Refused("HandleNotFound")

    def _view(self, uri: str) -> dict[str, Any]:
        seen = self._seen(uri)
        record = seen.pop("value")
        quoted = (record.get("embed") or {}).get("record")
        embed: dict[str, Any] = {"$type": "app.bsky.embed.record#view"}
        if quoted:
            embed["record"] = {"$type": "app.bsky.embed.record#viewRecord", **self._seen(quoted["uri"])}
        return {**seen, "record": record, **({"embed": embed} if quoted else {}), "viewer": {}}

    def _seen(self, uri: str) -> dict[str, Any]:
        author, at = self._who(uri.split("/")[2]), _iso(self.clock())
        return {**self.records[uri], "author": author, "indexedAt": at}


def _page(name: str, found: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
    start, limit = int(given.get("cursor") or 0), int(given["limit"])
    if not 1 <= limit <= 100:
        raise Refused("InvalidRequest")
    page = found[start : start + limit]
    return {name: page, **({"cursor": str(start + limit)} if len(page) == limit else {})}


def _base32(given: bytes) -> str:
    return b32encode(given).decode().lower().rstrip("=")


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def network(clock: Callable[[], datetime], told: Told = lambda *_: None) -> Iterator[Network]:
    """Served on a free port of loopback. ``told``: called with each answer, in a thread of the server's."""
    peer, one_at_a_time = Network(clock), threading.Lock()

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
                with one_at_a_time:
                    answer = peer.answer(self.command, method, given, token)
                self._say(method, 200, answer, {})
            except Refused as error:
                self._say(method, error.status, {"error": error.error, "message": "no"}, error.headers)
            except ConnectionAbortedError:
                self.close_connection = True

        def _say(self, method: str, status: int, document: dict[str, Any], headers: dict[str, str]) -> None:
            told(method, status, document)
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
