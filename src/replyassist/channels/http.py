"""HTTP towards a platform: every answer and every failure as one of the port's errors."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2

from replyassist.core.errors import (
    ConfigurationError,
    CredentialsRefused,
    DeliveryError,
    DeliveryNotMade,
    DeliveryRefused,
    DeliveryUncertain,
    RateLimited,
    Unavailable,
)
from replyassist.core.mail import LOOPBACK

from .account import Runtime
from .reach import Transport

MAX_ANSWER_BYTES = 4 * 1024 * 1024
TRY_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Answer:
    """An answer; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; raise DeliveryUncertain for what is none (an effect, if one was asked for, may stand)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise DeliveryUncertain("the platform's answer is not JSON", has_answered=True) from error

    def wait(self, now: datetime) -> float | None:
        """The seconds that ``Retry-After`` asks for; None where it does not."""
        return seconds_of(self.headers.get("retry-after", ""), now=now)


def server_of(address: str) -> tuple[str, str]:
    """A server's address without a path, and its host; a name alone is one that begins with https://.

    Raises ConfigurationError where what is sent there could be read on the way.
    """
    try:
        parts = urlsplit(address if "//" in address else f"https://{address}")
        host, place = parts.hostname, parts.netloc.rpartition("@")[2]
    except ValueError:
        host, place = None, ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        raise ConfigurationError("the server is an address that begins with https://")
    return f"{parts.scheme}://{place}", host


class Api:
    """One platform's API. ``headers`` go with every request; none of them, nor any body, is ever logged or shown."""

    def __init__(self, base_url: str, runtime: Runtime, *, headers: Mapping[str, str] | None = None) -> None:
        self._runtime, self._clock = runtime, runtime.clock
        self._host = httpx2.URL(base_url).host or "the platform"
        self._transport = Transport(allows_inside=runtime.allows_inside)
        self._client = httpx2.Client(
            base_url=base_url,
            timeout=runtime.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
            transport=self._transport,
            headers={"user-agent": "replyassist", **(headers or {})},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End connections."""
        self._client.close()

    def call(self, method: str, path: str, *, has_effect: bool, also: Collection[int] = (), **request: Any) -> Answer:
        """One request (``json=``, ``data=``, ``params=``, ``headers=``, ``content=`` as httpx has them).

        ``has_effect``: it posts or changes something, so that an answer that is lost, or a 5xx, raises
        DeliveryUncertain; where it only reads, DeliveryNotMade, or Unavailable where a 5xx says when to come back.
        ``also``: statuses that are handed back like a 2xx, for platforms that explain themselves in the body. 401
        raises CredentialsRefused, all others as ``error_for``.
        From looking up the name to the last byte it takes ``timeout_seconds``, and no longer than its attempt has.
        """
        if not self._runtime.ends.left():
            raise DeliveryNotMade(f"the time for this attempt was over before {self._host} was called")
        self._runtime.before_call()
        self._transport.ends(self._runtime.ends.within(self._runtime.timeout_seconds))
        try:
            with self._client.stream(method, path, **request) as response:
                body = self._read(response)
                answer = Answer(response.status_code, dict(response.headers.items()), body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise DeliveryNotMade(f"no connection to {self._host}") from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            kind = DeliveryUncertain if has_effect else DeliveryNotMade
            raise kind(f"{self._host} did not answer: {type(error).__name__}") from error
        if 200 <= answer.status < 300 or answer.status in also:
            return answer
        if answer.status == 401:
            raise CredentialsRefused(f"{self._host} no longer takes the credentials (401)", has_answered=True)
        now = self._clock.now()
        if answer.status >= 500:
            raise failed(f"{self._host} answered {answer.status}", answer.wait(now), has_effect=has_effect)
        raise error_for(answer.status, answer.headers.get("retry-after", ""), host=self._host, now=now)

    def _read(self, response: httpx2.Response) -> bytes:
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise httpx2.ReadTimeout("the answer is too long")
        return body


def error_for(status: int, retry_after: str, *, host: str, now: datetime) -> DeliveryError:
    """The error for a status that is not 2xx of a request with an effect; ``retry_after`` is the header, or empty.

    429 (or 408, 425) that says how long: RateLimited; without: DeliveryNotMade. 5xx: DeliveryUncertain. Else
    DeliveryRefused.
    """
    wait = seconds_of(retry_after, now=now)
    if status in TRY_LATER:
        return later(f"{host} asked to try later ({status})", wait)
    if status >= 500:
        return failed(f"{host} answered {status}", wait, has_effect=True)
    return DeliveryRefused(f"{host} answered {status}", has_answered=True)


def later(detail: str, wait: float | None) -> DeliveryNotMade:
    """The error of a platform that did nothing and asks to come back after so many seconds; None: it does not say."""
    return DeliveryNotMade(detail, has_answered=True) if wait is None else RateLimited(detail, retry_after_s=wait)


def failed(detail: str, wait: float | None, *, has_effect: bool) -> DeliveryError:
    """The error of a platform that failed, which may have done what it was asked for (``has_effect``); ``wait``: after
    how many seconds it asks to come back, None where it does not say."""
    if has_effect:
        return DeliveryUncertain(detail, retry_after_s=wait)
    return DeliveryNotMade(detail) if wait is None else Unavailable(detail, retry_after_s=wait)


def seconds_of(retry_after: str, *, now: datetime) -> float | None:
    """How long a Retry-After header (seconds or an HTTP date, RFC 9110 10.2.3) asks to wait; None for no such thing."""
    text = retry_after.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, seconds) if isfinite(seconds) else None
