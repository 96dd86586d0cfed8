"""Discord's REST API as one bot, and what its errors mean (developers/topics/opcodes-and-status-codes)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from ..account import Account, Runtime
from ..http import Answer, Api, later, seconds_of
from ..oauth import document_of
from ..port import MOST_PAGES
from ..webhook.send import require_safe_url

Message = Mapping[str, Any]
PAGE = 100  # "1-100" (developers/resources/message, Get Channel Messages)
EPOCH_MS = 1_420_070_400_000  # of ids: the first second of 2015
UNKNOWN_MESSAGE = 10008
_EXPLAINED = (400, 403, 404, 429)
_REFUSALS = {
    10003: "the channel is gone",
    UNKNOWN_MESSAGE: "the message is gone",
    50001: "the bot may not see the channel: invite it there",
    50013: "the bot lacks a permission in the channel",
    50035: "the message is gone, or the text is too long or empty",
    50083: "the thread is archived",
    160002: "the bot may not reply there: it needs to read the message history",
}


class DiscordApi:
    """Making one calls nobody; raises ConfigurationError for an address without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        url, self._clock = account.credentials["url"], runtime.clock
        require_safe_url(url)
        headers = {
            "authorization": f"Bot {account.credentials.get('token', '')}",
            "user-agent": "DiscordBot (replyassist, 1)",  # the form is asked for: developers/reference, User Agent
        }
        self._api = Api(f"{url.rstrip('/')}/", runtime, headers=headers)

    def read(self, path: str, **params: Any) -> Any:
        """Something that is there; raises DeliveryRefused where it is not."""
        answer = self._call("GET", path, has_effect=False, params=params)
        try:
            return answer.json()
        except DeliveryUncertain as error:
            raise DeliveryNotMade(error.detail) from error

    def is_gone(self, path: str, code: int) -> bool:
        """Whether Discord says that something does not exist; raises for whatever else keeps it from being read."""
        answer = self._api.call("GET", path, has_effect=False, also=_EXPLAINED)
        if answer.status in _EXPLAINED and _explained(answer).get("code") != code:
            self._refuse(answer)
        return answer.status == 404

    def post(self, path: str, **request: Any) -> dict[str, Any]:
        """Post something."""
        return document_of(self._call("POST", path, has_effect=True, **request), has_effect=True)

    def messages_after(self, channel: str, number: int) -> Iterator[Message]:
        """The messages of a channel or thread behind an id, the oldest first, of at most MOST_PAGES pages."""
        for _ in range(MOST_PAGES):
            page = self.read(f"channels/{channel}/messages", limit=PAGE, after=number)
            yield from reversed(page)  # each page has its newest first
            if len(page) < PAGE:
                return
            number = int(page[0]["id"])

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _call(self, method: str, path: str, *, has_effect: bool, **request: Any) -> Answer:
        answer = self._api.call(method, path, has_effect=has_effect, also=_EXPLAINED, **request)
        if answer.status in _EXPLAINED:
            self._refuse(answer)
        return answer

    def _refuse(self, answer: Answer) -> NoReturn:
        explained = _explained(answer)
        if answer.status == 429:
            given = str(explained.get("retry_after") or answer.headers.get("retry-after", ""))
            raise later("Discord asked to try later (429)", seconds_of(given, now=self._clock.now()))
        code = explained.get("code")
        known = _REFUSALS.get(code) if isinstance(code, int) else None
        raise DeliveryRefused(
            known or f"Discord answered {answer.status} {code if isinstance(code, int) else ''}".strip()
        )


def time_of(number: int) -> datetime:
    """When an id was made (developers/reference, Snowflakes)."""
    return datetime.fromtimestamp(((number >> 22) + EPOCH_MS) / 1000, UTC)


def number_at(at: datetime) -> int:
    """The first id of a moment."""
    return max(0, int(at.timestamp() * 1000) - EPOCH_MS) << 22


def place_of(external_id: str) -> tuple[str, str]:
    """Channel and message of our id of a message; raises DeliveryRefused for another platform's."""
    channel, _, message = external_id.partition(":")
    if not (channel.isascii() and channel.isdecimal() and message.isascii() and message.isdecimal()):
        raise DeliveryRefused("this is no message of Discord's")
    return channel, message


def _explained(answer: Answer) -> dict[str, Any]:
    try:
        return document_of(answer, has_effect=False)
    except DeliveryNotMade:  # of something in between: its status says enough
        return {}
