from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from replyassist.app import build_parts, create_app
from replyassist.core.security import Permission, Role
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.world import BRAND, World, message_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    """The API."""
    settings = world.settings.model_copy(update={"database_url": world.database.url})
    parts = build_parts(
        settings, model=FakeChatModel([]), encoder=FakeEncoder(), clock=world.clock, jobs=world.jobs, upgrade=False
    )
    with TestClient(create_app(parts=parts), raise_server_exceptions=False) as client:
        yield client
    parts.close()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def make(client: TestClient, token: str, **body: Any) -> Response:
    answer: Response = client.post("/v1/tokens", json={"name": "inbox"} | body, headers=bearer(token))
    return answer


def test_a_program_makes_lists_and_revokes_its_tokens(world: World, client: TestClient) -> None:
    first = world.token(world.service())
    made = make(client, first, scopes=["messages:write"], days=10)
    assert (made.status_code, made.json()["scopes"]) == (201, ["messages:write"])
    second = made.json()["token"]
    assert client.post("/v1/messages", json=message_in().model_dump(mode="json"), headers=bearer(second)).is_success

    listed = client.get("/v1/tokens", headers=bearer(first))

    assert [row["name"] for row in listed.json()] == ["inbox", "test"]
    assert second not in listed.text
    assert listed.json()[0]["last_used_at"] is not None
    path = f"/v1/tokens/{made.json()['id']}"
    assert [client.delete(path, headers=bearer(first)).status_code for _ in range(2)] == [204, 404]
    assert client.get("/v1/reviews", headers=bearer(second)).status_code == 401


def test_a_token_makes_none_that_may_more(world: World, client: TestClient) -> None:
    narrow = world.token(world.person(Role.LEAD), scopes=["tokens:write", "queue:read"])
    assert make(client, narrow).json()["scopes"] == ["queue:read", "tokens:write"]
    assert make(client, narrow, scopes=["users:write"]).status_code == 422
    assert make(client, world.token(world.person(), scopes=["queue:read"])).status_code == 403
    wrongs: list[dict[str, Any]] = [
        {"scopes": []},
        {"scopes": ["x"]},
        {"days": 0},
        {"days": 400},
        {"name": ""},
        {"more": 1},
    ]
    for wrong in wrongs:
        assert make(client, narrow, **wrong).status_code == 422, wrong


CALLS: tuple[tuple[str, str, Any, Permission], ...] = (
    ("GET", "/v1/reviews", None, Permission.QUEUE_READ),
    ("GET", "/v1/reviews/{item}", None, Permission.QUEUE_READ),
    ("GET", "/v1/events", None, Permission.QUEUE_READ),
    ("POST", "/v1/reviews/{item}/claim", None, Permission.REVIEW_LOW_RISK),
    ("POST", "/v1/reviews/{item}/reject", {"version": 1, "reason": "other"}, Permission.REVIEW_LOW_RISK),
    ("POST", "/v1/reviews/{item}/escalate", {"version": 1, "reason": "x"}, Permission.ESCALATE),
    ("POST", "/v1/messages", message_in(77).model_dump(mode="json"), Permission.MESSAGES_WRITE),
    ("POST", "/v1/suggestions", {"brand": BRAND, "text": "hello?"}, Permission.SUGGEST),
    ("GET", f"/v1/templates?brand={BRAND}", None, Permission.TEMPLATES_READ),
    ("POST", "/v1/templates/search", {"brand": BRAND, "text": "hello?"}, Permission.TEMPLATES_READ),
    ("GET", f"/v1/brands/{BRAND}/threshold", None, Permission.TEMPLATES_READ),
    ("PUT", f"/v1/brands/{BRAND}/threshold", {"threshold": 0.5}, Permission.TEMPLATES_WRITE),
    ("GET", "/v1/tokens", None, Permission.TOKENS_WRITE),
)


@pytest.mark.parametrize(("method", "path", "body", "needed"), CALLS)
def test_a_call_needs_its_scope_whatever_the_role(
    world: World, client: TestClient, method: str, path: str, body: Any, needed: Permission
) -> None:
    address = path.format(item=world.item().id)
    admin = world.person(Role.ADMIN)
    # Who decides about everything may decide about what is of low risk.
    others = [scope for scope in Permission if scope not in (needed, Permission.REVIEW_ANY)]
    answer = client.request(method, address, json=body, headers=bearer(world.token(admin, scopes=others)))

    assert answer.status_code == 403, answer.text
    assert answer.json()["detail"] == f"this token lacks the scope '{needed}'"
