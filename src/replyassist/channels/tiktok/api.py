"""TikTok's API for Business in an account's name. Errors come as ``code`` in an answer with HTTP status 200."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from replyassist.core.errors import CredentialsRefused, DeliveryNotMade, DeliveryRefused, DeliveryUncertain, RateLimited

from ..account import Account, Runtime
from ..http import Answer, Api
from ..oauth import Tokens, document_of
from ..webhook.send import require_safe_url

PAGE, PAGES = 30, 20
LIMITS = frozenset({40016, 40100, 40133})
SIGN_IN = frozenset({40102, 40104, 40105})
SERVER = range(50000, 60000)
WAIT_SECONDS = 60.0
"""Limits are by the minute."""


class TikTokApi:
    """One business account, ``us``. Making one calls nobody; raises ConfigurationError for an address without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        url, self._account = account.credentials.get("url", ""), account
        require_safe_url(url)
        self.us = account.credentials.get("business_id", "")
        self._api = Api(url.rstrip("/") + "/", runtime)
        self._tokens = Tokens(account, runtime.clock, self._renewed)

    def comments(self, path: str, **given: str) -> Iterator[dict[str, Any]]:
        """All comments, or replies, of a list, the newest first."""
        cursor = 0
        for _ in range(PAGES):
            page = self.read(path, **given, max_count=PAGE, cursor=cursor, sort_field="create_time", sort_order="desc")
            yield from page.get("comments") or ()
            if not page.get("has_more"):
                return
            cursor = int(page["cursor"])
        raise DeliveryNotMade("there are more comments than can be read")

    def read(self, path: str, **given: Any) -> dict[str, Any]:
        """What is there."""
        return self._call("GET", path, params={"business_id": self.us, **given})

    def change(self, path: str, **given: str) -> dict[str, Any]:
        """Post something."""
        return self._call("POST", path, json={"business_id": self.us, **given})

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def once(token: str) -> Answer:
            answer = self._api.call(
                method, path, has_effect=method != "GET", headers={"access-token": token}, **request
            )
            found.clear()
            found.update(_data(answer, has_effect=method != "GET"))
            return answer

        self._tokens.used(once)
        return found

    def _renewed(self, refresh: str) -> Mapping[str, Any]:
        given = {name: self._account.credentials.get(name, "") for name in ("client_id", "client_secret")}
        body = {**given, "grant_type": "refresh_token", "refresh_token": refresh}
        try:
            answer = self._api.call("POST", "tt_user/oauth2/refresh_token/", has_effect=False, json=body)
            return _data(answer, has_effect=False)
        except RateLimited:
            raise
        except DeliveryRefused as error:
            raise CredentialsRefused("the refresh token is no longer taken; connect the account again") from error


def _data(answer: Answer, *, has_effect: bool) -> dict[str, Any]:
    """``data`` of an answer whose code is 0; TikTok's own message is left out, as it may quote what people wrote."""
    document = document_of(answer, has_effect=has_effect)
    code, data = document.get("code"), document.get("data")
    unknown = DeliveryUncertain if has_effect else DeliveryNotMade
    if code == 0 and isinstance(data or {}, dict):
        return data or {}
    if not isinstance(code, int):
        raise unknown("TikTok's answer is not understood")
    said = f"TikTok answered code {code}"
    if code in LIMITS:
        raise RateLimited(said, retry_after_s=WAIT_SECONDS)
    if code in SIGN_IN:
        raise CredentialsRefused(said)
    raise (unknown if code in SERVER else DeliveryRefused)(said)
