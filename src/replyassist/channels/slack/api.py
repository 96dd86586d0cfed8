"""Slack's Web API: every answer is 200 with ``ok`` and, where that is false, the name of an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from replyassist.core.errors import (
    CredentialsRefused,
    DeliveryError,
    DeliveryNotMade,
    DeliveryRefused,
    DeliveryUncertain,
)

from ..account import Account, Runtime
from ..http import Api
from ..port import MOST_PAGES
from ..webhook.send import require_safe_url
from . import ADDRESS

PAGE = 200  # "fewer than 1,000", 200 at most is advised (docs.slack.dev/apis/web-api/pagination)
_SIGNED_OUT = frozenset({"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"})
# "It's possible some aspect of the operation succeeded before the error was raised"
_UNCLEAR = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
_LATER = frozenset({"ratelimited", "rate_limited", "team_added_to_org", "accesslimited"})
_REFUSALS = {
    "channel_not_found": "the channel is gone, or the app was never let into it",
    "not_in_channel": "the app is not in the channel: invite it there",
    "is_archived": "the channel is archived",
    "message_not_found": "the message is gone",
    "thread_not_found": "the thread is gone",
    "cannot_reply_to_message": "this message takes no replies",
    "restricted_action": "a rule of the workspace forbids posting there",
    "msg_too_long": "the text is too long for Slack",
    "missing_scope": "the app lacks a permission: add the scopes and install it again",
}


class SlackApi:
    """Calls as one app's bot. Making one calls nobody; raises ConfigurationError for an address without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        url = account.credentials.get("url") or ADDRESS
        require_safe_url(url)
        headers = {"authorization": f"Bearer {account.credentials.get('token', '')}"}
        self._api = Api(f"{url.rstrip('/')}/", runtime, headers=headers)

    def post(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Change something."""
        return _checked(self._api.call("POST", method, has_effect=True, json=arguments).json(), has_effect=True)

    def who(self) -> tuple[Mapping[str, Any], frozenset[str]]:
        """``auth.test``, and the scopes that the token has (the header ``x-oauth-scopes``)."""
        answer = self._api.call("POST", "auth.test", has_effect=False)
        scopes = answer.headers.get("x-oauth-scopes", "")
        return _checked(answer.json(), has_effect=False), frozenset(filter(None, map(str.strip, scopes.split(","))))

    def replies(self, channel: str, thread: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """The first message of a thread, then its replies (from ``oldest`` on), the oldest first."""
        return self._pages("conversations.replies", channel=channel, ts=thread, **arguments)

    def history(self, channel: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """The messages of a channel (from ``oldest`` on) with their metadata, without replies in threads."""
        return self._pages("conversations.history", channel=channel, include_all_metadata="true", **arguments)

    def conversations(self, types: str) -> Iterator[Mapping[str, Any]]:
        """Those that the bot is in, of these kinds."""
        return self._pages("users.conversations", what="channels", types=types, exclude_archived="true")

    def _pages(self, method: str, *, what: str = "messages", **arguments: Any) -> Iterator[Mapping[str, Any]]:
        cursor = ""
        for _ in range(MOST_PAGES):
            params = {"limit": PAGE, "cursor": cursor, **arguments}
            answer = self._api.call("GET", method, has_effect=False, params=params)
            page = _checked(answer.json(), has_effect=False)
            yield from page.get(what) or ()
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not page.get("has_more", cursor):  # which lists of channels do not have
                return
            if not cursor:
                raise DeliveryNotMade("Slack told of more messages, and not where they go on")
        raise DeliveryNotMade("there are too many messages to look through")

    def close(self) -> None:
        """End connections."""
        self._api.close()


def _checked(document: Any, *, has_effect: bool) -> Mapping[str, Any]:
    if not isinstance(document, dict) or "ok" not in document:
        raise DeliveryUncertain("Slack's answer is not one of its API")
    error = str(document.get("error", ""))
    if document["ok"]:
        return document
    raise _error(error, has_effect=has_effect)


def _error(name: str, *, has_effect: bool) -> DeliveryError:
    if name in _SIGNED_OUT:
        return CredentialsRefused("Slack no longer takes the token")
    if name in _LATER:
        return DeliveryNotMade("Slack asked to try later")
    if name in _UNCLEAR:
        kind = DeliveryUncertain if has_effect else DeliveryNotMade
        return kind("Slack failed in the middle of it")
    shown = name if name.isascii() and name.replace("_", "").isalnum() else "an error without a name"
    return DeliveryRefused(_REFUSALS.get(name, f"Slack did not take it: {shown[:60]}"))
