"""Calls of Google's APIs as one account, and what their errors mean (cloud.google.com/apis/design/errors)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from replyassist.core.errors import DeliveryNotMade, DeliveryRefused, RateLimited

from ..account import Account, Runtime
from ..http import Answer, Api, failed
from ..oauth import Tokens, document_of, refresher
from ..webhook.send import require_safe_url

_EXPLAINED = (400, 403, 404, 429)
DAILY = frozenset({"quotaExceeded", "dailyLimitExceeded"})
SOON = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"})
FAILED = frozenset({"processingFailure", "backendError", "internalError"})
SOON_SECONDS = 60.0
"""Most quotas are by the minute."""
PACIFIC = ZoneInfo("America/Los_Angeles")


class GoogleApi:
    """Making one calls nobody; raises ConfigurationError for an address without https."""

    def __init__(self, account: Account, runtime: Runtime) -> None:
        given, self._clock = account.credentials, runtime.clock
        url = given.get("url", "")
        require_safe_url(url)
        self._api = Api(url, runtime)
        self._tokens = Tokens(account, runtime.clock, refresher(given.get("token_url", ""), account, runtime))

    def read(self, path: str, **params: Any) -> dict[str, Any]:
        """Something that is there; raises DeliveryRefused where it is not."""
        return self._call("GET", path, has_effect=False, params=params)

    def change(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """Make, replace or delete something."""
        return self._call(method, path, has_effect=True, **request)

    def close(self) -> None:
        """End connections."""
        self._api.close()

    def _call(self, method: str, path: str, *, has_effect: bool, **request: Any) -> dict[str, Any]:
        def once(token: str) -> Answer:
            headers = {"authorization": f"Bearer {token}"}
            return self._api.call(method, path, has_effect=has_effect, also=_EXPLAINED, headers=headers, **request)

        answer = self._tokens.used(once)
        if answer.status in _EXPLAINED:
            self._refuse(answer, has_effect=has_effect)
        return document_of(answer, has_effect=has_effect)

    def _refuse(self, answer: Answer, *, has_effect: bool) -> NoReturn:
        reason, now = _reason(answer), self._clock.now()
        said = f"Google answered {answer.status} {reason}".strip()
        if reason in DAILY:
            raise RateLimited(f"{said}: no quota is left today", retry_after_s=until_midnight(now))
        if answer.status == 429 or reason in SOON:
            wait = answer.wait(now)
            raise RateLimited(said, retry_after_s=SOON_SECONDS if wait is None else wait)
        if reason in FAILED:
            raise failed(said, answer.wait(now), has_effect=has_effect)
        raise DeliveryRefused(said)


def until_midnight(now: datetime) -> float:
    """Seconds until daily quotas begin anew: midnight Pacific time."""
    here = now.astimezone(PACIFIC)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp() - now.timestamp()


def time_of(text: str) -> datetime:
    """A time as Google writes it (RFC 3339, up to nine digits of a second)."""
    return datetime.fromisoformat(text)


def _reason(answer: Answer) -> str:
    """The error's one word; its message is left out, as it may quote what people wrote."""
    try:
        error = document_of(answer, has_effect=False)["error"]
        reasons = [each["reason"] for each in error.get("errors") or ()]
        reason = str(reasons[0] if reasons else error.get("status") or "")
    except (DeliveryNotMade, KeyError, TypeError, AttributeError):
        return ""
    return reason if len(reason) <= 60 and reason.replace("_", "").isalnum() else ""
