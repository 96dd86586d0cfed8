"""A Discord server as docs.discord.com/developers and its OpenAPI (of 2026-07-18) tell of it: a channel, a forum and a
thread in it, Tom, another bot and ours.

It refuses what the published schemas refuse, knows a nonce for five minutes, pages newest first, trims and counts 2,000
characters, and answers errors with Discord's codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .loopback import Asked, Peer

US, TOM, BOT = "1100000000000000001", "1100000000000000002", "1100000000000000003"
NAMES = {US: "fernhill", TOM: "tom", BOT: "otherbot"}
CHANNEL, FORUM, THREAD, GUILD = "900000000000000001", "900000000000000002", "900000000000000003", "800000000000000001"
TOKEN = "bot token of nobody"
FLAGS = {"flags": 0, "public_flags": 0}
APPLICATION: dict[str, Any] = {
    "id": US,
    "name": "Fernhill",
    "icon": None,
    "description": "",
    "type": None,
    "verify_key": "",
    "redirect_uris": [],
    "interactions_endpoint_url": None,
    "role_connections_verification_url": None,
    "approximate_guild_count": 1,
    "approximate_user_install_count": 0,
    "approximate_user_authorization_count": 0,
    "explicit_content_filter": 0,
    "team": None,
    "eligible_oauth2_scopes": [],
}
ARCHIVES = {"archived": False, "archive_timestamp": None, "auto_archive_duration": 1440, "locked": False}
CODES = {403: 50001, 404: 10003}
EPOCH = 1_420_070_400_000
Id = Annotated[str, Field(pattern="^(0|[1-9][0-9]*)$")]
Raw = dict[str, Any]


class _Schema(BaseModel):
    """One of components.schemas of Discord's OpenAPI, as far as we send its properties."""

    model_config = ConfigDict(extra="forbid", strict=True)


class MessageReferenceRequest(_Schema):
    message_id: Id
    channel_id: Id | None = None
    fail_if_not_exists: bool | None = None


class MessageAllowedMentionsRequest(_Schema):
    parse: list[str] | None = None
    replied_user: bool | None = None


class MessageCreateRequest(_Schema):
    content: Annotated[str | None, Field(max_length=4000)]
    message_reference: MessageReferenceRequest
    allowed_mentions: MessageAllowedMentionsRequest
    nonce: Annotated[str, Field(max_length=25)]
    enforce_nonce: bool


class Refused(Exception):
    """An error with its status and code."""

    def __init__(self, status: int, code: int, **more: Any) -> None:
        super().__init__(code)
        self.answer = status, {"message": "…", "code": code, **more}


def _user(number: str) -> Raw:
    names = {"username": NAMES[number], "global_name": NAMES[number].title(), "discriminator": "0"}
    return {"id": number, **names, "bot": number != TOM, "avatar": None, "primary_guild": None, **FLAGS}


@dataclass
class DiscordPeer(Peer):
    """``wait_seconds``: the next post is asked to wait. ``hides``: our own are not listed yet. ``fails``: the next call
    answers this status and code. ``flags``: of the application. ``page``: messages at most.
    ``closed``: channels that our bot may not see. ``breaks``: the status of paths that fail. ``most_reads``: after so
    many reads one is asked to wait, again and again. ``threads``: by their ids, the active ones of the forum."""

    clock: Callable[[], datetime]
    wait_seconds: float = 0.0
    hides: bool = False
    fails: tuple[int, int] | None = None
    flags: int = 1 << 19
    page: int = 100
    closed: set[str] = field(default_factory=set)
    breaks: dict[str, int] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=lambda: {THREAD: "Norway"})
    most_reads: int = 0
    reads: int = 0
    messages: dict[str, dict[int, Raw]] = field(default_factory=lambda: {CHANNEL: {}, THREAD: {}})
    nonces: dict[str, tuple[datetime, Raw]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, text: str, by: str = TOM, *, channel: str = CHANNEL, above: str = "", **more: Any) -> str:
        """Somebody posts; Channel and message id."""
        now = self.clock()
        number = (int(now.timestamp() * 1000) - EPOCH << 22) + next(self.numbers)
        answered = self.messages[channel].get(int(above)) if above else None
        self.messages[channel][number] = {
            "id": str(number),
            "channel_id": channel,
            "type": 19 if above else 0,
            "content": text,
            "author": _user(by),
            "timestamp": now.isoformat(),
            "edited_timestamp": None,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "flags": 0,
            "pinned": False,
            "mention_everyone": False,
            "tts": False,
            **({"message_reference": {"type": 0, "channel_id": channel, "message_id": above}} if above else {}),
            **({"referenced_message": dict(answered) if answered else None} if above else {}),
            **more,
        }
        return f"{channel}:{number}"

    def open(self, thread: str, title: str) -> None:
        """Somebody begins a thread in the forum."""
        self.threads[thread], self.messages[thread] = title, {}

    def edit(self, external_id: str, text: str) -> None:
        """The author edits."""
        self.one(external_id).update(content=text, edited_timestamp=self.clock().isoformat())

    def delete(self, external_id: str) -> None:
        """The author deletes."""
        channel, _, number = external_id.partition(":")
        del self.messages[channel][int(number)]

    def one(self, external_id: str) -> Raw:
        """A message."""
        channel, _, number = external_id.partition(":")
        return self.messages[channel][int(number)]

    def ours(self) -> list[Raw]:
        """What our bot posted, oldest first."""
        return [each for place in self.messages.values() for each in place.values() if each["author"]["id"] == US]

    def answer(self, asked: Asked) -> tuple[int, Any]:
        self.asked.append(asked)
        try:
            if asked.headers.get("authorization") != f"Bot {TOKEN}":
                raise Refused(401, 0)
            if self.fails:
                (status, code), self.fails = self.fails, None
                raise Refused(status, code)
            self.reads += asked.method == "GET"
            if self.most_reads and self.reads > self.most_reads:
                self.reads = 0
                raise Refused(429, 0, retry_after=1.0, **{"global": False})
            return self._route(asked.method, asked.path.removeprefix("/api/v10/").split("/"), dict(asked.given))
        except Refused as error:
            return error.answer

    def _route(self, method: str, path: list[str], given: Raw) -> tuple[int, Any]:
        if path[0] == "channels" and path[1] in self.closed:
            raise Refused(403, 50001)
        if status := self.breaks.get("/".join(path)):
            raise Refused(status, CODES.get(status, 0))
        match method, path:
            case "GET", ["users", "@me"]:
                return 200, {**_user(US), "mfa_enabled": False, "locale": "en-US"}
            case "GET", ["applications", "@me"]:
                flags = {"flags": self.flags, "flags_new": str(self.flags)}
                return 200, {**APPLICATION, "owner": _user(TOM), **flags}
            case "GET", ["guilds", guild, "threads", "active"] if guild == GUILD:
                return 200, {"threads": [*map(self._channel, self.threads)], "members": [], "has_more": False}
            case "GET", ["channels", channel]:
                return 200, self._channel(channel)
            case _, ["channels", channel, "messages", *below]:
                self._channel(channel)
                if channel == FORUM:
                    raise Refused(400, 50024)
                return self._of_messages(method, channel, below, given)
        raise Refused(404, 0)

    def _channel(self, channel: str) -> Raw:
        about: dict[str, Raw] = {
            CHANNEL: {"type": 0, "name": "help", "position": 0},
            FORUM: {"type": 15, "name": "questions", "position": 1},
        }
        threads = {"type": 11, "parent_id": FORUM, "owner_id": TOM, "thread_metadata": ARCHIVES}
        about |= {each: {**threads, "name": title} for each, title in self.threads.items()}
        counts = ("message_count", "member_count", "total_message_sent") if channel in self.threads else ()
        if channel not in about:
            raise Refused(404, 10003)
        last = {"last_message_id": str(max(self.messages[channel], default=0))} if channel in self.messages else {}
        return {"id": channel, "guild_id": GUILD, "flags": 0, **about[channel], **last, **dict.fromkeys(counts, 1)}

    def _of_messages(self, method: str, channel: str, below: list[str], given: Raw) -> tuple[int, Any]:
        if method == "POST" and not below:
            return 200, self._post(channel, given)
        if method == "GET" and not below:
            return 200, self._listed(channel, given)
        number = int(below[0])
        if number not in self.messages[channel]:
            raise Refused(404, 10008)
        match method, below[1:]:
            case "GET", []:
                return 200, self.messages[channel][number]
        raise Refused(404, 0)

    def _listed(self, channel: str, given: Raw) -> list[Raw]:
        limit, known = int(given.pop("limit", 50)), self.messages[channel]
        if not 1 <= limit <= 100 or not given.keys() <= {"after"}:
            raise Refused(400, 50035)
        after = int(given.get("after", -1))
        found = sorted(
            each for each in known if each > after and not (self.hides and known[each]["author"]["id"] == US)
        )
        most = min(limit, self.page)
        return [known[each] for each in reversed(found[:most] if "after" in given else found[-most:])]

    def _post(self, channel: str, given: Raw) -> Raw:
        if wait := self.wait_seconds:
            self.wait_seconds = 0.0
            raise Refused(429, 0, retry_after=wait, **{"global": False})
        try:
            made = MessageCreateRequest.model_validate(given)
        except ValidationError as error:
            raise Refused(400, 50035) from error
        text, above, now = (made.content or "").strip(), made.message_reference.message_id, self.clock()
        if not 0 < len(text) <= 2000 or int(above) not in self.messages[channel]:
            raise Refused(400, 50035)
        at, posted = self.nonces.get(made.nonce, (now - timedelta(days=1), {}))
        if made.enforce_nonce and now - at < timedelta(minutes=5):
            return posted
        self.lost("before")
        sent = self.one(self.write(text, US, channel=channel, above=above))
        self.nonces[made.nonce] = now, {**sent, "nonce": made.nonce}
        self.lost("after")
        return self.nonces[made.nonce][1]
