"""The webhook channel: a signed HTTP POST to a URL of the brand's (Standard Webhooks, https://www.standardwebhooks.com).

``webhook-id`` is the same for every attempt: a receiver that drops ids it has seen gets each reply once.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import secrets
import time
from contextlib import suppress
from dataclasses import asdict
from urllib.parse import urlsplit

import httpx2
from standardwebhooks.webhooks import Webhook

from replyassist.core.clock import Clock
from replyassist.core.errors import ConfigurationError, DeliveryNotMade, DeliveryRefused, DeliveryUncertain

from . import OutgoingReply, Repeat

SECRET_PREFIX = "whsec_"  # noqa: S105 - the scheme's public prefix
MAX_ANSWER_BYTES = 64 * 1024
RETRY_STATUSES = frozenset({408, 425, 429})
EVENT_TYPE = "reply.approved"


class WebhookChannel:
    """Posts to one URL, signed with the brand's secret."""

    def __init__(self, url: str, secret: str, *, clock: Clock, timeout_seconds: float) -> None:
        require_safe_url(url)
        try:
            self._signer = Webhook(secret)
        except Exception as error:
            raise ConfigurationError("the webhook's secret is not a Standard Webhooks secret (whsec_…)") from error
        self._url = url
        self._clock = clock
        self._timeout = timeout_seconds

    @property
    def repeat(self) -> Repeat:
        """The receiver can tell a repetition by ``webhook-id``."""
        return Repeat.IDEMPOTENCY_KEY

    def find(self, key: str) -> str | None:
        """Webhooks cannot be looked up."""
        return None

    def send(self, reply: OutgoingReply) -> str:
        """POST the reply; any 2xx is its arrival. Redirects are not followed."""
        body = _body(reply)
        now = self._clock.now()
        headers = {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "replyassist",
            "webhook-id": reply.key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(reply.key, now, body),
        }
        try:
            status, answer = self._post(body, headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise DeliveryNotMade(f"no connection to {_host(self._url)}") from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise DeliveryUncertain(f"{_host(self._url)} did not answer: {type(error).__name__}") from error
        return _outcome(status, answer, _host(self._url)) or reply.key

    def _post(self, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        with (
            httpx2.Client(timeout=self._timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", self._url, content=body.encode(), headers=headers) as response,
        ):
            return response.status_code, self._beginning(response)

    def _beginning(self, response: httpx2.Response) -> bytes:
        """What can be read of the answer in time. The status has decided; this only tells the platform's id."""
        answer = b""
        deadline = time.monotonic() + self._timeout
        with suppress(httpx2.HTTPError, httpx2.StreamError):
            for chunk in response.iter_raw():
                answer += chunk
                if len(answer) >= MAX_ANSWER_BYTES or time.monotonic() > deadline:
                    break
        return answer[:MAX_ANSWER_BYTES]


def new_secret() -> str:
    """A fresh Standard Webhooks secret (24 random bytes)."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def require_safe_url(url: str) -> None:
    """Raise ConfigurationError unless it is https, or http to this very machine."""
    try:
        httpx2.URL(url)
        parts = urlsplit(url)
    except (ValueError, httpx2.InvalidURL) as error:
        raise ConfigurationError(f"the webhook's URL is malformed: {error}") from error
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _is_loopback(parts.hostname):
        return
    raise ConfigurationError("a webhook needs an https URL (http only to the machine itself)")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _body(reply: OutgoingReply) -> str:
    content = asdict(reply) | {"approved_at": reply.approved_at.isoformat()}
    document = {"type": EVENT_TYPE, "timestamp": reply.approved_at.isoformat(), "data": content}
    return json.dumps(document, ensure_ascii=False)


def _outcome(status: int, answer: bytes, host: str) -> str | None:
    if 200 <= status < 300:
        return _platform_id(answer)
    if status in RETRY_STATUSES:
        raise DeliveryNotMade(f"{host} asked to try later ({status})")
    if status >= 500:
        raise DeliveryUncertain(f"{host} answered {status}")
    raise DeliveryRefused(f"{host} answered {status}")


def _platform_id(answer: bytes) -> str | None:
    try:
        found = json.loads(answer).get("id")
    except (ValueError, AttributeError, RecursionError):
        return None
    if not isinstance(found, str | int):
        return None
    return str(found).encode("utf-8", "replace").decode().replace("\x00", "")[:500]


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the receiver"
