"""A Slack workspace as docs.slack.dev tells of it: two channels and one direct message, Tom, our bot and another app's.

It keeps messages and threads with their metadata, pages by cursor, answers errors as
``{"ok": false, "error": NAME}`` with 200, asks to wait with 429 and Retry-After, and signs events of all that happens.
"""

from __future__ import annotations

import hmac
import html
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import urlencode

from werkzeug import Request, Response

from replyassist.channels import HookRequest

US, BOT, APP, TEAM, TOM = "U0BOT", "B0BOT", "A0APP", "T0TEAM", "U0TOM"
CHANNEL, OTHER, DIRECT, CARDS = "C0HELP", "C0MORE", "D0TOM", "C0CARDS"
CHANNELS = {CHANNEL: "is_channel", OTHER: "is_channel", DIRECT: "is_im", CARDS: "is_channel"}
TOKEN, SECRET = "xoxb-of-nobody", "signing secret of nobody"
LONGEST = 40_000
SCOPES = "chat:write,channels:history,channels:read,im:history,im:read"
Post = dict[str, Any]


class Refused(Exception):
    """An error by its name."""


@dataclass
class SlackPeer:
    """``lose``: the next post ends in a 503, "before" or "after" it. ``wait_seconds``: the next one is asked to wait.
    ``most_reads``: so many lists are answered, then one is refused for a limit (0: all are answered).
    ``hides``: replies, and what the app posted, are not shown yet. ``fails``: the next call answers this error.
    ``secret``: signs."""

    clock: Callable[[], datetime]
    secret: str = SECRET
    posts: dict[tuple[str, str], Post] = field(default_factory=dict)
    told: list[Post] = field(default_factory=list)
    lose: str = ""
    wait_seconds: float = 0.0
    hides: bool = False
    fails: str = ""
    page: int = 200
    most_reads: int = 0
    reads: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    whispers: list[tuple[str, str]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def stamp(self) -> str:
        """A message's id: seconds and a number that is the channel's own."""
        return f"{int(self.clock().timestamp())}.{next(self.numbers):06d}"

    def write(self, user: str, text: str, *, channel: str = CHANNEL, **more: Any) -> Post:
        """Somebody posts."""
        post = {"type": "message", "user": user, "text": text, "ts": self.stamp(), **more}
        self.posts[(channel, post["ts"])] = post
        self._tell({**post, "channel": channel, "channel_type": "im" if channel == DIRECT else "channel"})
        return post

    def edit(self, channel: str, ts: str, text: str) -> None:
        """The author edits."""
        before = self.posts[(channel, ts)]
        after = {**before, "text": text, "edited": {"user": before["user"], "ts": self.stamp()}}
        self.posts[(channel, ts)] = after
        changed = {"message": after, "previous_message": before, "hidden": True}
        self._tell({"type": "message", "subtype": "message_changed", "channel": channel, **changed})

    def delete(self, channel: str, ts: str) -> None:
        """The author deletes."""
        before = self.posts.pop((channel, ts))
        gone = {"deleted_ts": ts, "previous_message": before, "hidden": True}
        self._tell({"type": "message", "subtype": "message_deleted", "channel": channel, **gone})

    def ours(self) -> list[Post]:
        """What our app posted, oldest first."""
        return [post for post in self.posts.values() if post.get("app_id") == APP]

    def hooks(self) -> list[HookRequest]:
        """The events since this was last asked, signed now."""
        told, self.told = self.told, []
        return [self.signed(document) for document in told]

    def signed(self, document: Post, **headers: str) -> HookRequest:
        """A request with an event, as Slack makes it."""
        return self.signed_body(json.dumps(document).encode(), **headers)

    def pressed(
        self, stamp: str, user: str, *, action: str = "approve", pick: str = "", team: str = TEAM
    ) -> HookRequest:
        """Somebody presses a button of a message in the channel of cards, or picks from a menu; what comes of it."""
        blocks = [block for block in self.posts[(CARDS, stamp)]["blocks"] if block["type"] == "actions"]
        ((block, element),) = (
            (block, each) for block in blocks for each in block["elements"] if each["action_id"] == action
        )
        told = {"type": element["type"], "action_id": action, "block_id": block["block_id"]}
        if element["type"] == "static_select":
            (told["selected_option"],) = (each for each in element["options"] if each["text"]["text"] == pick)
        return self.told_press(told, stamp, user, team=team)

    def told_press(self, action: Post, stamp: str, user: str, *, team: str = TEAM) -> HookRequest:
        """The interaction of something that a message had when it was pressed. ``team``: the user's own."""
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "fernhill"},
            "user": {"id": user, "username": user.lower(), "team_id": team},
            "api_app_id": APP,
            "container": {"type": "message", "message_ts": stamp, "channel_id": CARDS},
            "actions": [{"type": "button", "action_ts": self.stamp(), **action}],
        }
        form = {"content-type": "application/x-www-form-urlencoded"}
        return self.signed_body(urlencode({"payload": json.dumps(payload)}).encode(), **form)

    def signed_body(self, body: bytes, **headers: str) -> HookRequest:
        """A request as Slack signs it."""
        now = self.clock()
        at = str(int(now.timestamp()))
        signature = hmac.new(self.secret.encode(), f"v0:{at}:".encode() + body, sha256).hexdigest()
        signing = {"x-slack-request-timestamp": at, "x-slack-signature": f"v0={signature}", **headers}
        return HookRequest("POST", {"content-type": "application/json", **signing}, {}, body, now)

    def _tell(self, event: Post) -> None:
        self.told.append(
            {
                "type": "event_callback",
                "team_id": TEAM,
                "api_app_id": APP,
                "event": {**event, "event_ts": self.stamp()},
                "event_id": f"Ev{next(self.numbers)}",
                "event_time": int(self.clock().timestamp()),
                "authorizations": [{"team_id": TEAM, "user_id": US, "is_bot": True, "is_enterprise_install": False}],
            }
        )

    def serve(self, request: Request) -> Response:
        """One call of the Web API."""
        method = request.path.rpartition("/")[2]
        given = request.get_json(silent=True) or request.args.to_dict()
        self.asked.append({"method": method, **given})
        posts = method == "chat.postMessage"
        wait, self.wait_seconds = (self.wait_seconds, 0.0) if posts else (0.0, self.wait_seconds)
        if wait:
            return Response('{"ok": false, "error": "ratelimited"}', 429, {"Retry-After": str(int(wait))})
        self.reads += method in ("users.conversations", "conversations.history", "conversations.replies")
        if self.most_reads and self.reads > self.most_reads:
            self.reads = 0
            return Response('{"ok": false, "error": "ratelimited"}', 429, {"Retry-After": "30"})
        lose, self.lose = (self.lose, "") if posts else ("", self.lose)
        if lose == "before":
            return Response("", 503)
        answer = self._answer(method, given, request.headers.get("authorization", ""))
        if lose == "after":
            return Response("", 503)
        return Response(json.dumps(answer), 200, {"x-oauth-scopes": SCOPES}, content_type="application/json")

    def _answer(self, method: str, given: Post, token: str) -> Post:
        fails, self.fails = self.fails, ""
        if token != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if fails:
            return {"ok": False, "error": fails}
        calls = {
            "auth.test": lambda _: {
                "user_id": US,
                "bot_id": BOT,
                "user": "helper",
                "team": "Fernhill",
                "team_id": TEAM,
            },
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.postEphemeral": self._whisper,
            "users.conversations": self._conversations,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
        }
        if method not in calls:
            return {"ok": False, "error": "unknown_method"}
        try:
            return {"ok": True, **calls[method](given)}
        except Refused as error:
            return {"ok": False, "error": str(error)}

    def _post(self, given: Post) -> Post:
        channel, thread, text = given["channel"], given.get("thread_ts"), given["text"]
        if channel not in CHANNELS:
            raise Refused("channel_not_found")
        if thread and (channel, thread) not in self.posts:
            raise Refused("message_not_found")
        if len(html.unescape(text)) > LONGEST:
            raise Refused("msg_too_long")
        _look_at(given.get("blocks", ()))
        ours = {"bot_id": BOT, "app_id": APP, "metadata": given["metadata"]}
        ours |= {name: given[name] for name in ("thread_ts", "blocks") if name in given}
        post = self.write(US, text, channel=channel, **ours)
        return {"channel": channel, "ts": post["ts"], "message": post}

    def _update(self, given: Post) -> Post:
        post = self.posts.get((given["channel"], given["ts"]))
        if post is None:
            raise Refused("message_not_found")
        if post.get("app_id") != APP:
            raise Refused("cant_update_message")
        _look_at(given["blocks"])
        post |= {"text": given["text"], "blocks": given["blocks"]}
        return {"channel": given["channel"], "ts": given["ts"], "text": given["text"]}

    def _whisper(self, given: Post) -> Post:
        self.whispers.append((given["user"], given["text"]))
        return {"message_ts": self.stamp()}

    def _conversations(self, given: Post) -> Post:
        kinds = {"is_channel": "public_channel", "is_im": "im"}
        found = [
            {"id": name, kind: True} for name, kind in CHANNELS.items() if kinds[kind] in given["types"].split(",")
        ]
        page = self._page_of(found, given)
        return {"channels": page["messages"], "response_metadata": page.get("response_metadata", {"next_cursor": ""})}

    def _history(self, given: Post) -> Post:
        """The newest first, without what stands in threads alone; first messages tell how their threads go on."""
        oldest = float(given.get("oldest") or 0)
        posted = [each for (place, _), each in self.posts.items() if place == given["channel"]]
        seen = [each for each in posted if not (self.hides and each.get("app_id") == APP)]
        shown = [each for each in seen if float(each["ts"]) > oldest and not each.get("thread_ts")]
        latest = {each["thread_ts"]: each["ts"] for each in posted if each.get("thread_ts")}
        threads = [
            each | ({"latest_reply": latest[each["ts"]], "reply_count": 1} if each["ts"] in latest else {})
            for each in shown[::-1]
        ]
        return self._page_of(threads, given)

    def _replies(self, given: Post) -> Post:
        channel, thread = given["channel"], given["ts"]
        if (channel, thread) not in self.posts:
            raise Refused("thread_not_found")
        first = self.posts[(channel, thread)]
        oldest = float(given.get("oldest") or 0)
        below = [
            each for (place, _), each in self.posts.items() if place == channel and each.get("thread_ts") == thread
        ]
        found = [
            first,
            *(each for each in below if float(each["ts"]) > oldest and each is not first and not self.hides),
        ]
        if given.get("include_all_metadata") != "true":
            found = [{name: value for name, value in each.items() if name != "metadata"} for each in found]
        return self._page_of(found, given)

    def _page_of(self, found: Sequence[Post], given: Post) -> Post:
        start, limit = int(given.get("cursor") or 0), min(int(given["limit"]), self.page)
        more = start + limit < len(found)
        further = {"response_metadata": {"next_cursor": str(start + limit)}} if more else {}
        return {"messages": list(found[start : start + limit]), "has_more": more, **further}


def _look_at(blocks: Sequence[Post]) -> None:
    """Refuse blocks that pass their limits (docs.slack.dev/reference/block-kit)."""
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    elements = [each for block in blocks if block["type"] == "actions" for each in block["elements"]]
    buttons = [each for each in elements if each["type"] == "button"]
    menus = [each for each in elements if each["type"] == "static_select"]
    options = [each for menu in menus for each in menu["options"]]
    fits = (
        len(blocks) <= 50 and len(ids) == len(set(ids)) and all(1 <= len(each) <= 255 for each in ids),
        all(1 <= len(block["text"]["text"]) <= 3000 for block in blocks if block["type"] == "section"),
        all(1 <= len(block["elements"]) <= 10 for block in blocks if block["type"] == "context"),
        all(len(each["text"]) >= 1 for block in blocks if block["type"] == "context" for each in block["elements"]),
        all(1 <= len(block["elements"]) <= 25 for block in blocks if block["type"] == "actions"),
        len(elements) == len(buttons) + len(menus) == len({each["action_id"] for each in elements}),
        all(1 <= len(each["text"]["text"]) <= 75 for each in (*buttons, *options)),
        all(1 <= len(each["placeholder"]["text"]) <= 150 and 1 <= len(each["options"]) <= 100 for each in menus),
        all(1 <= len(each["value"]) <= 75 for each in options),
    )
    if not all(fits):
        raise Refused("invalid_blocks")
