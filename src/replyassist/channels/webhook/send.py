"""The webhook channel: a signed HTTP POST to a URL of the brand's (Standard Webhooks, https://www.standardwebhooks.com).

``webhook-id`` is the same for every attempt: a receiver that drops ids it has seen gets each reply once.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import secrets
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
from standardwebhooks.webhooks import Webhook

from replyassist.core.errors import ConfigurationError, DeliveryNotMade, DeliveryUncertain

from ..account import Check, Runtime, Tested
from ..http import error_for
from ..inside import NO_USER_INFO, has_user_info
from ..outgoing import OutgoingReply
from ..port import Platform
from ..reach import Transport
from . import TRAITS

SECRET_PREFIX = "whsec_"  # noqa: S105 - the scheme's public prefix
MAX_ANSWER_BYTES = 64 * 1024
EVENT_TYPE = "reply.approved"


class WebhookChannel(Platform):
    """Posts to one URL, signed with the brand's secret."""

    traits = TRAITS

    def __init__(self, url: str, secret: str, runtime: Runtime) -> None:
        require_safe_url(url)
        try:
            self._signer = Webhook(secret)
        except Exception as error:
            raise ConfigurationError("the webhook's secret is not a Standard Webhooks secret (whsec_…)") from error
        self._url = url
        self._runtime, self._clock = runtime, runtime.clock

    @property
    def address(self) -> str:
        """The URL."""
        return self._url

    def test(self) -> Tested:
        """Nothing is sent for a test: the address and the secret are well-formed, or this would not have been made."""
        detail = f"replies are posted to {_host(self._url)}; the first one shows whether it answers"
        return Tested((Check("address", is_ok=True, detail=detail),), shown_as=_host(self._url))

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
            status, answer, retry_after = self._post(body, headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise DeliveryNotMade(f"no connection to {_host(self._url)}") from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise DeliveryUncertain(f"{_host(self._url)} did not answer: {type(error).__name__}") from error
        if not 200 <= status < 300:
            raise error_for(status, retry_after, host=_host(self._url), now=now)
        return _platform_id(answer) or reply.key

    def _post(self, body: str, headers: dict[str, str]) -> tuple[int, bytes, str]:
        """The status decides. From looking up the name to the last byte it takes so long as one call may."""
        transport, seconds = Transport(allows_inside=self._runtime.allows_inside), self._runtime.timeout_seconds
        transport.ends(self._runtime.ends.within(seconds))
        with (
            httpx2.Client(timeout=seconds, follow_redirects=False, trust_env=False, transport=transport) as client,
            client.stream("POST", self._url, content=body.encode(), headers=headers) as response,
        ):
            return response.status_code, self._beginning(response), response.headers.get("retry-after", "")

    def _beginning(self, response: httpx2.Response) -> bytes:
        """What can be read of the answer in time. The status has decided; this only tells the platform's id."""
        answer = b""
        with suppress(httpx2.HTTPError, httpx2.StreamError):
            for chunk in response.iter_raw():
                answer += chunk
                if len(answer) >= MAX_ANSWER_BYTES:
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
    if has_user_info(url):
        raise ConfigurationError(f"a webhook needs an https URL, and this one {NO_USER_INFO}")
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
    document = {"type": EVENT_TYPE, "timestamp": reply.approved_at.isoformat(), "data": reply.document}
    return json.dumps(document, ensure_ascii=False)


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
