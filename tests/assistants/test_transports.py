from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from mcp.server.transport_security import TransportSecuritySettings
from sqlmodel import select

from replyassist.app import build_parts, create_app
from replyassist.assistants.transports import MOST_BYTES, serve_pipes, who_may_be_named
from replyassist.core.accounts import ApiToken
from replyassist.core.errors import ConfigurationError, Forbidden, NotAuthenticated, ReplyassistError
from replyassist.core.security import ASSISTANT_SCOPES, Permission, Role
from replyassist.core.settings import Settings
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.assistants.clients import answer, calling, listing, over_http, over_pipes, refusal
from tests.assistants.conftest import Assistant
from tests.world import BRAND, World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NEVER = datetime(2100, 1, 1, tzinfo=UTC)  # the process of `replyassist mcp` has the machine's clock
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


def post(address: str, token: str = "", body: Any = LIST, **headers: str) -> httpx2.Response:
    """One request as a client of the version of 2025 sends it."""
    sent = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    if token:
        sent["authorization"] = f"Bearer {token}"
    return httpx2.post(f"{address}/mcp", json=body, headers=sent | headers, timeout=60)


def test_only_a_good_token_comes_in(world: World, address: str) -> None:
    person = world.person(Role.LEAD)
    good = world.token(person, scopes=ASSISTANT_SCOPES)

    assert post(address, good).status_code == 200
    for wrong in ("", "rpa_wrong"):
        refused = post(address, wrong)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    for scopes in (None, [Permission.QUEUE_READ, Permission.REVIEW_ANY], [Permission.MESSAGES_WRITE]):
        refused = post(address, world.token(person, scopes=scopes))
        assert refused.status_code == 403
        assert "--scope queue:read --scope suggestions:create --scope templates:read" in refused.json()["detail"]


def test_a_revoked_token_ends_with_the_next_request(world: World, address: str) -> None:
    assistant = Assistant(world, address, world.person(Role.LEAD))
    assert post(address, assistant.token).status_code == 200
    with world.database.writing() as session:
        for row in session.exec(select(ApiToken)):
            row.revoked_at = world.clock.now()

    assert post(address, assistant.token).status_code == 401


def test_a_web_page_cannot_turn_its_name_to_this_machine(world: World, address: str) -> None:
    token = world.token(world.person(Role.LEAD), scopes=ASSISTANT_SCOPES)

    assert post(address, token, host="evil.example").status_code == 421
    assert post(address, token, origin="https://evil.example").status_code == 403
    assert post(address, token, host="replies.example", origin="https://replies.example").status_code == 200
    assert post(address, token, origin=address).status_code == 200


def test_names_follow_the_settings(settings: Settings) -> None:
    def named(**more: Any) -> TransportSecuritySettings:
        return who_may_be_named(settings.model_copy(update={"public_url": "", **more}))

    local = set(named().allowed_hosts)
    assert local == {"127.0.0.1", "127.0.0.1:*", "localhost", "localhost:*", "[::1]", "[::1]:*"}
    for every in ("", "0.0.0.0", "::"):
        assert set(named(host=every).allowed_hosts) == local
    assert set(named(host="10.0.0.5").allowed_hosts) - local == {"10.0.0.5", "10.0.0.5:*"}
    assert set(named(host="fd00::5").allowed_hosts) - local == {"[fd00::5]", "[fd00::5]:*"}
    public = named(public_url="https://replies.example:8443/base/")
    assert set(public.allowed_hosts) - local == {"replies.example:8443"}
    assert "https://replies.example:8443" in public.allowed_origins


def test_no_stream_is_offered_and_no_session_kept(world: World, address: str) -> None:
    token = world.token(world.person(Role.LEAD), scopes=ASSISTANT_SCOPES)

    assert httpx2.get(f"{address}/mcp", headers={"authorization": f"Bearer {token}"}, timeout=60).status_code == 405
    assert "mcp-session-id" not in post(address, token).headers
    assert post(address, token, body={**LIST, "params": {"x": "y" * MOST_BYTES}}).status_code == 413


def test_two_people_are_not_mixed_up(world: World, address: str) -> None:
    world.second_brand("harbour")
    mine, other = (Assistant(world, address, world.person(Role.LEAD, brands=[brand])) for brand in (BRAND, "harbour"))
    for _ in range(2):
        for assistant, brand in ((mine, BRAND), (other, "harbour")):
            assert [one["id"] for one in answer(assistant.call("list_brands"))["brands"]] == [brand]


def test_it_can_be_switched_off(world: World, settings: Settings) -> None:
    parts = build_parts(
        settings.model_copy(update={"mcp": False}),
        model=FakeChatModel([]), encoder=FakeEncoder(), clock=world.clock, jobs=world.jobs, upgrade=False,
    )  # fmt: skip
    with TestClient(create_app(parts=parts), raise_server_exceptions=False) as client:
        assert client.post("/mcp", json=LIST).status_code == 404
    parts.close()


def test_a_process_serves_the_tools_over_its_pipes(world: World, address: str, settings: Settings) -> None:
    item = world.item()
    token = world.token(world.person(Role.LEAD), scopes=ASSISTANT_SCOPES, expires_at=NEVER)

    async def use(client: Any) -> Any:
        return (
            await listing(client),
            await calling("read_item", review_id=item.id)(client),
            await calling("read_item", review_id=999)(client),
        )

    tools, read, missing = over_pipes(settings, token, use)

    assert answer(read)["review_id"] == item.id
    assert "there is no review item 999" in refusal(missing)
    assert tools.tools == over_http(address, token, listing).tools


@pytest.mark.encoder
def test_a_process_drafts_over_its_pipes(world: World, settings: Settings) -> None:
    token = world.token(world.person(Role.LEAD), scopes=ASSISTANT_SCOPES, expires_at=NEVER)

    drafted = answer(over_pipes(settings, token, calling("draft_reply", brand=BRAND, text="do you ship to Norway?")))

    assert "32 countries" in drafted["draft"]
    assert drafted["drafted_by"] == "template"


def test_a_process_with_a_wrong_token_does_not_begin(world: World, app: FastAPI) -> None:
    whole = world.token(world.person(Role.LEAD))
    wrong: tuple[tuple[str, type[ReplyassistError], str], ...] = (
        ("", ConfigurationError, "REPLYASSIST_TOKEN is empty"),
        ("rpa_wrong", NotAuthenticated, "unknown, expired or revoked"),
        (whole, Forbidden, "may more than draft and read"),
    )
    for token, error, told in wrong:
        with pytest.raises(error, match=told):
            serve_pipes(app.state.proposer, token)
