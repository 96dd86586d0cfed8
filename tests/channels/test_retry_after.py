"""What every adapter makes of answers that say when to come back, over HTTP: RFC 9110 10.2.3, as any server or proxy in
between may write it. The suite's own case is raised in front of some adapters, whose peers cannot be told to wait."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from replyassist.channels import Account, Credentials, OutgoingReply, Platform, Repeat
from replyassist.channels.account import Runtime
from replyassist.channels.registry import PLATFORMS, adapter_named
from replyassist.channels.webhook.send import new_secret
from replyassist.core.clock import SystemClock
from replyassist.core.jobs import Fence
from replyassist.delivery import attempts
from replyassist.delivery.models import DeliveryStatus
from tests.delivery.replies import reply

from .cases import NO_HTTP

SECONDS = 25.0
LATER = "99999999999"
CLIENT = {"client_id": "i", "client_secret": "s", "refresh_token": "r", "access": "t", "access_until": LATER}
SIGN_INS: Mapping[str, Mapping[str, str]] = {
    "bluesky": {"handle": "a.b", "password": "p", "access": "x", "refresh": "y"},
    "chatwoot": {"number": "3", "token": "t"},
    "discord": {"token": "t", "channels": "1"},
    "facebook": {"token": "t", "app_secret": "s"},
    "freescout": {"token": "t", "user": "1"},
    "google": {"location": "accounts/1/locations/2", **CLIENT},
    "instagram": {"token": "t", "app_secret": "s", "renew_at": LATER},
    "linkedin": {"organization": "7", "token": "t", "version": "202606", **CLIENT},
    "mastodon": {"token": "t"},
    "reddit": {"username": "u", "subreddits": "", **CLIENT},
    "slack": {"token": "t"},
    "telegram": {"token": "1:a"},
    "threads": {"token": "t", "app_secret": "s", "renew_at": LATER},
    "tiktok": {"business_id": "7", **CLIENT},
    "webhook": {"secret": new_secret()},
    "x": {"consumer_key": "a", "consumer_secret": "b", "token": "c", "token_secret": "d"},
    "youtube": CLIENT,
    "zendesk": {"email": "e", "token": "t"},
}
POST = {"uri": "at://did:plc:a/app.bsky.feed.post/3k", "cid": "c"}
ANSWERED: Mapping[str, Mapping[str, Any]] = {
    "bluesky": {
        "in_reply_to": POST["uri"],
        "metadata": {**POST, "root": POST},
        "prepared": {"rkey": "3kaaaaaaaaaaa", "record": "{}"},
    },
    "discord": {"in_reply_to": "1:2"},
    "google": {"in_reply_to": "AbC"},
    "linkedin": {
        "metadata": {"post": "urn:li:share:1"},
        "prepared": {"under": "urn:li:share:1", "object": "urn:li:share:1"},
    },
    "reddit": {"in_reply_to": "t1_a"},
    "slack": {"in_reply_to": "C1:1.2"},
    "telegram": {"in_reply_to": "1:2"},
    "threads": {"prepared": {"container": "1"}},
}
BODIES = {"nothing": "", "an object": "{}", "a page": "<html>Slow down, please.</html>"}
OUR_TIME = {"google", "linkedin", "youtube"}
BY_HTTP = sorted(set(PLATFORMS) - NO_HTTP)


@pytest.fixture
def platform(name: str, httpserver: HTTPServer, tmp_path: Path) -> Iterator[Platform]:
    url = httpserver.url_for("").rstrip("/")
    given = {**SIGN_INS[name], "url": url, "server": url, "token_url": f"{url}/token"}
    opened = adapter_named(name).platform
    assert opened is not None
    runtime = Runtime(SystemClock(), 3.0, home=tmp_path, allows_inside=True)
    with closing(opened(Account("fernhill", name, "7", Credentials(given)), runtime)) as made:
        yield made


def outgoing(name: str) -> OutgoingReply:
    """A reply to a message of the platform's."""
    known = {"in_reply_to": "12", "conversation": "12", "metadata": {}, "prepared": {}, **ANSWERED.get(name, {})}
    return replace(reply(), channel=name, **known)


def answer(httpserver: HTTPServer, status: int, body: str, **headers: str) -> None:
    """Whatever is asked."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(lambda _: Response(body, status, headers=told))


def claimed(name: str, *, is_prepared: bool) -> attempts.Claimed:
    repeat = adapter_named(name).traits.repeat
    return attempts.Claimed(1, "t", outgoing(name), False, repeat, is_prepared, SystemClock().now())


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("name", BY_HTTP)
def test_an_attempt_that_is_asked_to_wait_waits_so_long_and_does_not_count(
    name: str, status: int, body: str, platform: Platform, httpserver: HTTPServer
) -> None:
    answer(httpserver, status, BODIES[body], retry_after=f"{SECONDS:.0f}")
    verdict = attempts.send(claimed(name, is_prepared=True), platform, Fence(60))

    assert httpserver.log, "it was asked"
    assert (verdict.wait_seconds, verdict.is_spared) == (SECONDS, True), verdict
    nobody_knows = status == 503 and adapter_named(name).traits.repeat is Repeat.NEITHER
    assert verdict.status is (DeliveryStatus.UNCERTAIN if nobody_knows else DeliveryStatus.RETRY)
    assert not (status == 429 and verdict.may_have_landed)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("name", BY_HTTP)
def test_so_does_what_is_fixed_before_it(name: str, status: int, platform: Platform, httpserver: HTTPServer) -> None:
    answer(httpserver, status, "", retry_after=f"{SECONDS:.0f}")
    prepared = attempts.prepare(claimed(name, is_prepared=False), platform)

    assert isinstance(prepared, attempts.Claimed) == (not httpserver.log)
    if isinstance(prepared, attempts.AttemptResult):
        assert (prepared.wait_seconds, prepared.is_spared, prepared.may_have_landed) == (SECONDS, True, False), prepared


@pytest.mark.parametrize(("code", "status"), [(2, 503), (4, 400)])
@pytest.mark.parametrize("name", ["facebook", "instagram", "threads"])
def test_what_meta_explains_is_waited_for_too(
    name: str, code: int, status: int, platform: Platform, httpserver: HTTPServer
) -> None:
    answer(httpserver, status, json.dumps({"error": {"code": code}}), retry_after=f"{SECONDS:.0f}")
    verdict = attempts.send(claimed(name, is_prepared=True), platform, Fence(60))

    assert (verdict.wait_seconds, verdict.is_spared) == (SECONDS, True), verdict


@pytest.mark.parametrize("name", ["bluesky", "mastodon", "telegram", "x"])
def test_what_the_platform_itself_says_counts_more(name: str, platform: Platform, httpserver: HTTPServer) -> None:
    until = datetime.now(UTC) + timedelta(seconds=600)
    unix, body = f"{until.timestamp():.0f}", json.dumps({"parameters": {"retry_after": 600}})
    own = {"ratelimit_reset": unix, "x_ratelimit_reset": until.isoformat(), "x_rate_limit_reset": unix}
    answer(httpserver, 429, body, retry_after=f"{SECONDS:.0f}", **own)
    verdict = attempts.send(claimed(name, is_prepared=True), platform, Fence(60))

    assert verdict.wait_seconds == pytest.approx(600, abs=5)


@pytest.mark.parametrize("name", BY_HTTP)
def test_a_limit_without_a_time_uses_up_an_attempt_or_has_a_time_of_ours(
    name: str, platform: Platform, httpserver: HTTPServer
) -> None:
    answer(httpserver, 429, "")
    verdict = attempts.send(claimed(name, is_prepared=True), platform, Fence(60))

    assert verdict.status is DeliveryStatus.RETRY
    assert verdict.may_have_landed is False
    assert verdict.is_spared == (name in OUR_TIME) == (verdict.wait_seconds is not None)
