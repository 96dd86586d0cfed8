"""A Mastodon server's API, and its statuses as messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from replyassist.core.clock import Clock
from replyassist.core.errors import DeliveryNotMade, DeliveryRefused
from replyassist.inbox.models import AttachmentKind
from replyassist.inbox.schemas import MAX_ALT_TEXT, MAX_ATTACHMENTS, MAX_URL, Attachment

from .. import events
from ..account import Account, Runtime
from ..events import NewMessage
from ..html import words_of
from ..http import Answer, Api, later, server_of

Status = Mapping[str, Any]
LEADING_MENTIONS = re.compile(r"(?:@[\w.-]+(?:@[\w.:-]+)?\s+)+")
_KINDS = {
    "image": AttachmentKind.IMAGE,
    "gifv": AttachmentKind.VIDEO,
    "video": AttachmentKind.VIDEO,
    "audio": AttachmentKind.AUDIO,
}


class MastodonApi:
    """Calls as one account. Making one calls nobody; raises ConfigurationError for a server without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        self.server, self.host = server_of(account.credentials.get("server", ""))
        self.clock = runtime.clock
        headers = {"authorization": f"Bearer {account.credentials.get('token', '')}"}
        self.api = Api(self.server, runtime, headers=headers)

    def get(self, path: str, **params: Any) -> Any:
        """Read something; raise DeliveryRefused where it is not there."""
        answer = self.api.call("GET", path, has_effect=False, params=params, also=(429,))
        _require_let_in(answer, self.host, self.clock)
        return answer.json()

    def post(self, path: str, **request: Any) -> Any:
        """Change something."""
        answer = self.api.call("POST", path, has_effect=True, also=(429,), **request)
        _require_let_in(answer, self.host, self.clock)
        return answer.json()

    def status(self, status_id: str) -> Status | None:
        """A status; None where the server says that there is none ("does not exist or is private",
        docs.joinmastodon.org/methods/statuses): a 404 of something in between says nothing of it."""
        answer = self.api.call("GET", f"/api/v1/statuses/{status_id}", has_effect=False, also=(404, 429))
        _require_let_in(answer, self.host, self.clock)
        found: Status = answer.json()
        if answer.status == 404 and "error" not in found:
            raise DeliveryNotMade(f"{self.host} answered 404")
        return None if answer.status == 404 else found

    def context(self, status_id: str) -> tuple[list[Status], list[Status]]:
        """The statuses above and below one."""
        found = self.get(f"/api/v1/statuses/{status_id}/context")
        return list(found["ancestors"]), list(found["descendants"])


def _require_let_in(answer: Answer, host: str, clock: Clock) -> None:
    """Raise for 429: Mastodon says in X-RateLimit-Reset (ISO 8601) until when, what stands before it in Retry-After."""
    if answer.status != 429:
        return
    now = clock.now()
    try:
        reset = datetime.fromisoformat(answer.headers.get("x-ratelimit-reset", "").replace("Z", "+00:00"))
        wait: float | None = (reset - now).total_seconds()
    except (ValueError, TypeError):
        wait = answer.wait(now)
    raise later(f"{host} asked to try later (429)", wait)


def message_of(account: Account, status: Status, above: list[Status]) -> NewMessage | None:
    """A status as a message; ``above``: the thread that it answers, the beginning first."""
    words = plain(status)
    author = status["account"]
    parent = status.get("in_reply_to_id")
    return events.message(
        account,
        str(status["id"]),
        LEADING_MENTIONS.sub("", words, count=1) if LEADING_MENTIONS.match(words) else words,
        author_id=str(author["id"]),
        author_handle=author.get("acct"),
        author_name=author.get("display_name") or author.get("username"),
        conversation_id=str(above[0]["id"] if above else parent or status["id"]),
        visibility="private" if status["visibility"] == "direct" else "public",  # followers see what is "private"
        parent_text=plain(above[0]) or None if above else None,
        posted_at=datetime.fromisoformat(status["created_at"].replace("Z", "+00:00")),
        in_reply_to=str(parent) if parent else None,
        answered_text=plain(above[-1]) or None if len(above) > 1 else None,
        attachments=tuple(map(_attachment, status.get("media_attachments") or ()))[:MAX_ATTACHMENTS],
        metadata={"visibility": status["visibility"], "acct": author.get("acct")},
    )


def plain(status: Status) -> str:
    """The words of a status, its warning before them."""
    return "\n\n".join(filter(None, (str(status.get("spoiler_text") or ""), words_of(str(status["content"])))))


def _attachment(media: Mapping[str, Any]) -> Attachment:
    kind, url = _KINDS.get(str(media.get("type")), AttachmentKind.OTHER), str(media.get("url") or "")
    is_address = url.startswith(("https://", "http://")) and len(url) <= MAX_URL
    return Attachment(
        kind=kind, url=url if is_address else None, alt_text=str(media.get("description") or "")[:MAX_ALT_TEXT]
    )


def refuse_number(text: str) -> str:
    """An id as it may stand in a path; raise DeliveryRefused for another (ids are digits, or letters and digits)."""
    if not text.isalnum() or not text.isascii():
        raise DeliveryRefused("this is no id of Mastodon's")
    return text
