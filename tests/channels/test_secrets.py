"""What signs in stands in no answer, error or log, whatever a platform says of it."""

from __future__ import annotations

import logging
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from replyassist.channels import Account, Adapter, Credentials
from replyassist.channels.account import Field, Runtime
from replyassist.channels.http import Api
from replyassist.channels.registry import adapters
from replyassist.channels.webhook.send import new_secret
from replyassist.core.clock import SystemClock
from replyassist.core.errors import DeliveryError, RateLimited
from tests.delivery.replies import reply

SIGN_IN = [each for each in adapters().values() if each.platform and any(field.is_secret for field in each.fields)]


def value(field: Field, adapter: Adapter, server: str) -> str:
    if field.is_server:
        return server.removeprefix("http://") if adapter.traits.name == "email" else server
    if adapter.traits.name == "webhook":
        return new_secret()
    shaped = {"location": "accounts/123/locations/456", "address": "help@shop.example"}
    return f"SECRET-{field.name}" if field.is_secret else field.default or shaped.get(field.name, "7")


@pytest.mark.parametrize("status", [400, 401, 403, 500])
@pytest.mark.parametrize("adapter", SIGN_IN, ids=lambda each: each.traits.name)
def test_a_platform_that_says_our_secrets_back_is_not_quoted(
    adapter: Adapter, status: int, httpserver: HTTPServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="replyassist")
    heard: list[str] = []

    def echo(request: Request) -> Response:
        heard.append(f"{request.url} {request.headers} {request.get_data(as_text=True)}")
        return Response(heard[-1], status)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(echo)
    given = {each.name: value(each, adapter, httpserver.url_for("").rstrip("/")) for each in adapter.fields}
    secrets = [given[each.name] for each in adapter.fields if each.is_secret]
    runtime = Runtime(SystemClock(), 1.0, home=tmp_path, allows_inside=True)
    account = Account("fernhill", adapter.traits.name, "7", Credentials(given))
    assert adapter.platform is not None
    said = []
    with closing(adapter.platform(account, runtime)) as platform:
        said.append(repr(platform.test()))
        asked = replace(reply(), channel=adapter.traits.name)
        for act in (platform.prepare, platform.send, platform.find):
            try:
                act(asked)
            except DeliveryError as error:
                said += [error.detail, str(error), str(error.__dict__)]
            except (LookupError, ValueError, TypeError):  # of metadata that this reply has not
                continue
    assert heard or adapter.traits.name == "email"
    logged = [
        f"{each.name} {each.getMessage()}" for each in caplog.records if each.name != "werkzeug"
    ]  # the server's own
    for each in (*said, *logged):
        assert not [secret for secret in secrets if secret in each]


def test_a_reading_that_is_told_when_to_come_back_is_a_limit(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/list").respond_with_data("", 503, headers={"retry-after": "25"})
    runtime = Runtime(SystemClock(), 2.0, home=tmp_path, allows_inside=True)
    with Api(httpserver.url_for(""), runtime) as api, pytest.raises(RateLimited) as raised:
        api.call("GET", "/list", has_effect=False)
    assert raised.value.retry_after_s == 25
