"""Bodies that are no text: each has its documented answer, on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replyassist.core.security import Role
from tests.test_api import Api, api
from tests.world import BRAND, message_in

__all__ = ["api"]
HALF = "\ud83d"


def post(api: Api, path: str, body: Any, method: str = "POST") -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = api.headers(Role.LEAD) | {"content-type": "application/json"}
    return api.client.request(method, path, content=content, headers=headers)


def message(**overrides: Any) -> dict[str, Any]:
    return message_in(1).model_dump(mode="json") | overrides


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/messages", message(text=f"hi {HALF}")),
        ("POST", "/v1/messages", message(external_id=HALF)),
        ("POST", "/v1/messages", message(metadata={"a": HALF})),
        ("POST", "/v1/messages", message(metadata={HALF: 1})),
        ("POST", "/v1/messages", message() | {HALF: 1}),
        ("POST", "/v1/messages/batch", {"messages": [message(text=HALF)]}),
        ("POST", "/v1/suggestions", {"brand": BRAND, "text": HALF, "channel": "instagram"}),
        ("POST", f"/v1/templates?brand={BRAND}", {"id": "x", "reply": HALF}),
        ("POST", "/v1/templates/search", {"brand": BRAND, "text": HALF}),
        ("PUT", f"/v1/brands/{BRAND}/time-zone", {"time_zone": HALF}),
        ("POST", f"/v1/brands/{BRAND}/connections", {"platform": HALF}),
        ("POST", f"/v1/brands/{BRAND}/sending/stop", {"reason": HALF}),
        ("POST", "/v1/tokens", {"name": HALF}),
        ("POST", "/v1/reviews/1/reject", {"version": 1, "reason": HALF}),
    ],
)
def test_half_a_pair_of_surrogates_is_malformed_wherever_it_stands(api: Api, method: str, path: str, body: Any) -> None:
    answer = post(api, path, body, method)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_whole_pair_is_a_character(api: Api) -> None:
    assert post(api, "/v1/messages", message(text="hi \U0001f600")).status_code == 202


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("body", [b'{"text": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_text_or_too_deep_is_unreadable(api: Api, body: bytes) -> None:
    answer = post(api, "/v1/messages", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_body")
    assert "400" in api.client.get("/openapi.json").json()["paths"]["/v1/messages"]["post"]["responses"]


@pytest.mark.parametrize("act", ["reject", "escalate"])
def test_nul_in_a_reason_is_malformed_on_both_databases(api: Api, act: str) -> None:
    item = api.world.item()
    answer = post(api, f"/v1/reviews/{item.id}/{act}", {"version": item.version, "reason": "a\x00b"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
