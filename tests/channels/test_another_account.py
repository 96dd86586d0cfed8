"""An app of Meta's, TikTok's or X's sends the webhooks of all its accounts to one address, which is of one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from replyassist.channels import Account, HookRequest
from replyassist.channels.registry import adapter_named
from tests.world import BRAND, World

OURS, OTHERS = "17841400000000001", "17841400000000002"
TOLD: Mapping[str, Mapping[str, Any]] = {
    "facebook": {"object": "page", "entry": [{"id": OTHERS}]},
    "instagram": {"object": "instagram", "entry": [{"id": OTHERS}]},
    "threads": {"values": {"field": "replies", "value": {"root_post": {"id": OTHERS, "username": "another"}}}},
    "tiktok": {"event": "comment.update", "user_openid": OTHERS, "content": "{}"},
    "x": {"for_user_id": OTHERS, "tweet_create_events": [{}]},
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", TOLD)
def test_what_is_told_of_another_account_is_left_out_and_logged(
    name: str, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    opened = adapter_named(name).inbound
    assert opened is not None
    inbound = opened(Account(BRAND, name, OURS), world.connections.runtime)
    request = HookRequest("POST", {}, {}, json.dumps(TOLD[name]).encode(), datetime.now(UTC))

    assert inbound.parse(request) == []
    assert f"a webhook on {name} is of another account of the app" in caplog.text
    assert OTHERS in caplog.text


@pytest.mark.parametrize("name", TOLD)
def test_connecting_says_that_an_app_has_one_address(name: str) -> None:
    assert any(
        "of the same app" in each.help or "account of an app" in each.help for each in adapter_named(name).fields
    )
