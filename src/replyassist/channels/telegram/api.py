"""The Bot API's methods (core.telegram.org/bots/api#making-requests): the token is part of the path."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from replyassist.core.errors import (
    ConfigurationError,
    CredentialsRefused,
    DeliveryRefused,
    DeliveryUncertain,
)

from ..account import Account, Runtime
from ..http import Answer, Api, later
from ..webhook.send import require_safe_url

_EXPLAINED = (400, 403, 404, 409, 429)
_REFUSALS = {
    400: "Telegram did not take it: the chat or the message is gone, or nothing can be written there",
    403: "the bot was blocked, or has left the chat",
    409: "a webhook is set for this bot, or something else reads its messages: only one of them can",
}


class BotApi:
    """Calls methods for one bot."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        token, url = account.credentials.get("token", ""), account.credentials.get("url", "")
        if not all(mark.isalnum() or mark in ":-_" for mark in token):
            raise ConfigurationError("a bot's token has letters, digits, ':', '-' and '_' alone")
        require_safe_url(url)
        self._clock = runtime.clock
        self._api = Api(f"{url.rstrip('/')}/bot{token}/", runtime)

    def call(self, method: str, *, has_effect: bool, **parameters: Any) -> Any:
        """The ``result`` of a method; raises the port's errors."""
        answer = self._api.call("POST", method, has_effect=has_effect, also=_EXPLAINED, json=parameters)
        if answer.status == 429:
            raise later("Telegram asked to wait", _wait(answer, self._clock.now()))
        document = answer.json()
        if not isinstance(document, dict):
            raise DeliveryUncertain("Telegram's answer is not one of its API")
        if document.get("ok"):
            return document.get("result")
        if answer.status == 404:
            raise CredentialsRefused("Telegram knows no bot with this token")
        explained = document.get("parameters") or {}
        if "migrate_to_chat_id" in explained:
            raise DeliveryRefused("the group has become a supergroup: this message cannot be answered any more")
        raise DeliveryRefused(_REFUSALS.get(answer.status, "Telegram did not take it"))

    def close(self) -> None:
        """End connections."""
        self._api.close()


def _wait(answer: Answer, now: datetime) -> float | None:
    """Seconds, as ``ResponseParameters`` says, else as the header of what stands before Telegram; None for neither."""
    try:
        return float(answer.json()["parameters"]["retry_after"])
    except (DeliveryUncertain, LookupError, TypeError, ValueError):
        return answer.wait(now)
