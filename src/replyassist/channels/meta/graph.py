"""Graph API calls, and what its errors mean (graph-api/guides/error-handling, messenger-platform/error-codes)."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from typing import Any, NoReturn

from replyassist.core.errors import (
    CredentialsRefused,
    DeliveryError,
    DeliveryNotMade,
    DeliveryRefused,
    RateLimited,
    WindowClosed,
)

from ..account import Account, Runtime
from ..http import Answer, Api, error_for, failed, server_of
from ..webhook.send import require_safe_url

_EXPLAINED = (400, 401, 403, 404, 429, 500, 503)
SIGN_IN = frozenset({102, 190})
LIMITS = frozenset({4, 17, 32, 613})
BUSINESS_LIMITS = range(80000, 80015)
OUTSIDE_WINDOW = frozenset({2018278, 2534022})
"""Subcodes of code 10, of Messenger and of Instagram: "sent outside of allowed window"."""
TRANSIENT = frozenset({1, 2})
WAIT_SECONDS = 300.0
"""Where no header says when the limit ends; they are counted by the hour."""
PAGES = 20
DAY = 86_400.0
RENEWED_EVERY = 7 * DAY
"""A token lasts 60 days and can be renewed from its second day on: one that is used within 53 days does not end."""


class Graph:
    """One account's access. The token goes in a header: addresses are logged.

    ``renewed_by``: the grant that renews its token (instagram-platform/reference/refresh_access_token,
    threads/get-started/long-lived-tokens); empty where the token does not end.
    """

    def __init__(self, account: Account, runtime: Runtime, *, renewed_by: str = "") -> None:
        url, given = account.credentials.get("url", ""), account.credentials
        require_safe_url(url)
        self._account, self._clock, self._renewed_by = account, runtime.clock, renewed_by
        self._token, self._renew_at = given.get("access") or given.get("token", ""), given.get("renew_at")
        self._renews_at = f"{server_of(url)[0]}/refresh_access_token"
        self._api = Api(url.rstrip("/") + "/", runtime)

    def read(self, path: str, **parameters: Any) -> dict[str, Any]:
        """A node or an edge."""
        return self._call("GET", path, has_effect=False, params=parameters)

    def post(self, path: str, *, has_effect: bool = True, **fields: Any) -> dict[str, Any]:
        """Change something. ``has_effect=False``: repeating it does no harm."""
        return self._call("POST", path, has_effect=has_effect, json=fields)

    def all_of(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Everything on an edge; raise DeliveryNotMade where it has more than can be read."""
        if (yield from self.some_of(path, PAGES, **parameters)):
            raise DeliveryNotMade("there is more under this post than can be read")

    def some_of(self, path: str, pages: int, **parameters: Any) -> Generator[dict[str, Any], None, bool]:
        """What is on the first pages of an edge; returns whether there is more."""
        for _ in range(pages):
            page = self.read(path, **parameters)
            yield from page.get("data") or []
            paging = page.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after")
            if not paging.get("next") or not after:
                return False
            parameters["after"] = after
        return True

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _call(self, method: str, path: str, *, has_effect: bool, **request: Any) -> dict[str, Any]:
        if self._renewed_by and self._now() >= float(self._renew_at or 0):
            self._renew()
        return self._asked(method, path, has_effect=has_effect, headers=self._signed_in, **request)

    @property
    def _signed_in(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"}

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _renew(self) -> None:
        """Another token, for the next days; where there is none, the old one is used on and a day later it is tried
        again: one that is younger than a day is not renewed."""
        try:
            with self._account.renewing() as kept:
                if kept.get("renew_at", self._renew_at) != self._renew_at:  # another attempt has renewed it
                    self._token, self._renew_at = kept.get("access") or self._token, kept["renew_at"]
                    return
                renewed = {"renew_at": str(self._now() + DAY)}
                try:
                    asked = {"grant_type": self._renewed_by, "access_token": self._token}
                    told = self._asked("GET", self._renews_at, has_effect=False, params=asked)
                    lasts = min(RENEWED_EVERY, float(told["expires_in"]) / 2)
                    renewed = {"access": str(told["access_token"]), "renew_at": str(self._now() + lasts)}
                except (DeliveryError, KeyError, TypeError, ValueError):
                    pass
                self._account.keep(renewed)
                self._token, self._renew_at = renewed.get("access", self._token), renewed["renew_at"]
        except DeliveryError:  # another attempt is at it
            return

    def _asked(self, method: str, path: str, *, has_effect: bool, **request: Any) -> dict[str, Any]:
        answer = self._api.call(method, path, has_effect=has_effect, also=_EXPLAINED, **request)
        document = _document(answer)
        if 200 <= answer.status < 300 and document is not None and "error" not in document:
            return document
        explained = (document or {}).get("error")
        wait = answer.wait(self._clock.now())
        if isinstance(explained, Mapping):
            _refuse(explained, answer, wait, has_effect=has_effect)
        if answer.status < 300 or answer.status >= 500:
            detail = f"Meta answered {answer.status} and said nothing that is understood"
            raise failed(detail, wait, has_effect=has_effect)
        if answer.status == 401:
            raise CredentialsRefused("Meta no longer takes the token (401)")
        raise error_for(answer.status, answer.headers.get("retry-after", ""), host="Meta", now=self._clock.now())


def _document(answer: Answer) -> dict[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse(explained: Mapping[str, Any], answer: Answer, wait: float | None, *, has_effect: bool) -> NoReturn:
    """Raise the port's error; ``wait``: what Retry-After asks for. Meta's own message is left out: it may quote what
    people wrote."""
    code, subcode = int(explained.get("code") or 0), int(explained.get("error_subcode") or 0)
    said = f"code {code}" + (f", subcode {subcode}" if subcode else "")
    if code in SIGN_IN:
        raise CredentialsRefused(f"Meta no longer takes the token ({said})")
    if code in LIMITS or code in BUSINESS_LIMITS:
        told = _until_regained(answer) or wait
        raise RateLimited(f"Meta's limit is reached ({said})", retry_after_s=WAIT_SECONDS if told is None else told)
    if code == 10 and subcode in OUTSIDE_WINDOW:
        raise WindowClosed(f"Meta no longer takes a private reply to this person ({said})")
    if code in TRANSIENT or explained.get("is_transient"):
        raise failed(f"Meta failed for the moment ({said})", wait, has_effect=has_effect)
    if code in (3, 10) or 200 <= code < 300:
        raise DeliveryRefused(f"the app has no permission for this ({said})")
    raise DeliveryRefused(f"Meta did not take it ({said})")


def _until_regained(answer: Answer) -> float:
    """Seconds until the limit ends, or 0: ``estimated_time_to_regain_access``, in minutes, of the usage header."""
    try:
        usage = json.loads(answer.headers.get("x-business-use-case-usage", ""))
        minutes = [float(each["estimated_time_to_regain_access"]) for kinds in usage.values() for each in kinds]
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0.0
    return max(minutes, default=0.0) * 60
