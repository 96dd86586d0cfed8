"""The API of reply templates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from replyassist.brands.service import ensure_brand
from replyassist.core.accounts import add_user, create_token
from replyassist.core.database import Database
from replyassist.core.http import install_error_handlers
from replyassist.core.security import Role
from replyassist.faq.endpoints import router
from replyassist.testing import FakeClock

from .builders import template

BRAND = {"brand": "fernhill"}


@pytest.fixture
def app(database: Database, clock: FakeClock) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(router)
    app.state.database, app.state.clock = database, clock
    return app


@pytest.fixture
def tokens(database: Database, clock: FakeClock) -> dict[str, str]:
    tokens = {}
    with database.writing() as session:
        for brand in ("fernhill", "harbour"):
            ensure_brand(session, brand, now=clock.now())
        for role, brands in ((Role.LEAD, ["fernhill"]), (Role.AGENT, ["fernhill"]), (Role.ADMIN, [])):
            email = f"{role}@fernhill.example"
            add_user(session, email, name=role, role=role, brands=brands, password=None, now=clock.now())
            tokens[role.value] = create_token(session, email, name="test", now=clock.now())
    return tokens


@pytest.fixture
def lead(app: FastAPI, tokens: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(app, headers={"Authorization": f"Bearer {tokens['lead']}"}) as client:
        yield client


def body(template_id: str = "shipping", **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = template(template_id, **fields).model_dump(mode="json")
    return document


def test_a_template_is_added_and_read(lead: TestClient) -> None:
    added = lead.post("/v1/templates", params=BRAND, json=body())
    assert added.status_code == 201
    found = lead.get("/v1/templates/shipping", params=BRAND)
    assert found.status_code == 200
    assert found.json() == added.json()
    assert found.json() == body() | {
        "brand": "fernhill",
        "version": template("shipping").version,
        "updated_at": "2026-11-22T12:00:00Z",
        "generated_questions": [],
    }
    assert found.headers["etag"] == f'"{template("shipping").version}"'


def test_adding_twice_is_a_conflict(lead: TestClient) -> None:
    lead.post("/v1/templates", params=BRAND, json=body())
    again = lead.post("/v1/templates", params=BRAND, json=body())
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("template_id", ["a/b", "a//b", "what? 100% #1 & co", "ü😀", "search", "a/versions/b", "x/"])
def test_an_id_may_hold_any_character(lead: TestClient, template_id: str) -> None:
    path = f"/v1/templates/{quote(template_id)}"
    assert lead.post("/v1/templates", params=BRAND, json=body(template_id)).status_code == 201
    assert lead.get(path, params=BRAND).json()["id"] == template_id
    assert lead.put(path, params=BRAND, json=body(template_id, title="New")).status_code == 200
    assert len(lead.get(f"{path}/versions", params=BRAND).json()["items"]) == 2
    (listed,) = lead.get("/v1/templates", params=BRAND | {"id": template_id}).json()["items"]
    assert listed["title"] == "New"
    assert lead.delete(path, params=BRAND).status_code == 204
    assert lead.get(path, params=BRAND).status_code == 404


def test_the_list_comes_in_pages_and_may_be_narrowed(lead: TestClient) -> None:
    for name in ("a", "b", "c"):
        lead.post("/v1/templates", params=BRAND, json=body(name, tags=[f"tag-{name}"]))
    first = lead.get("/v1/templates", params=BRAND | {"limit": 2}).json()
    second = lead.get("/v1/templates", params=BRAND | {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None
    narrowed = lead.get("/v1/templates", params=BRAND | {"tag": "tag-b", "q": "norway"}).json()
    assert [item["id"] for item in narrowed["items"]] == ["b"]


def test_a_put_that_saw_another_version_is_a_version_conflict(lead: TestClient) -> None:
    lead.post("/v1/templates", params=BRAND, json=body())
    seen = template("shipping").version
    path = "/v1/templates/shipping"
    newer = lead.put(path, params=BRAND, headers={"If-Match": f'"{seen}"'}, json=body(title="New"))
    assert newer.status_code == 200
    stale_requests: tuple[dict[str, Any], ...] = (
        {"params": BRAND | {"expected_version": seen}},
        {"params": BRAND, "headers": {"If-Match": f'W/"{seen}"'}},
    )
    for options in stale_requests:
        stale = lead.put(path, json=body(title="Mine"), **options)
        assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
        assert stale.json()["current_version"] == newer.json()["version"]
        assert lead.delete(path, **options).status_code == 409
    assert lead.put(path, params=BRAND, headers={"If-Match": "*"}, json=body(title="Any")).status_code == 200


def test_an_old_version_is_restored_by_putting_it(lead: TestClient) -> None:
    lead.post("/v1/templates", params=BRAND, json=body())
    lead.put("/v1/templates/shipping", params=BRAND, json=body(title="New"))
    versions = lead.get("/v1/templates/shipping/versions", params=BRAND).json()["items"]
    assert [item["is_current"] for item in versions] == [True, False]
    restored = lead.put("/v1/templates/shipping", params=BRAND, json=versions[1]["template"])
    assert restored.json()["version"] == versions[1]["version"]


def test_a_put_of_an_unknown_template_is_not_found(lead: TestClient) -> None:
    assert lead.put("/v1/templates/shipping", params=BRAND, json=body()).status_code == 404


def test_a_put_under_another_id_is_refused(lead: TestClient) -> None:
    answer = lead.put("/v1/templates/other", params=BRAND, json=body())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_an_agent_may_read_but_not_write(lead: TestClient, app: FastAPI, tokens: dict[str, str]) -> None:
    lead.post("/v1/templates", params=BRAND, json=body())
    with TestClient(app, headers={"Authorization": f"Bearer {tokens['agent']}"}) as agent:
        path = "/v1/templates/shipping"
        assert agent.get(path, params=BRAND).status_code == 200
        assert agent.get("/v1/templates", params=BRAND).status_code == 200
        assert agent.get(f"{path}/versions", params=BRAND).status_code == 200
        for answer in (
            agent.post("/v1/templates", params=BRAND, json=body("b")),
            agent.put(path, params=BRAND, json=body()),
            agent.delete(path, params=BRAND),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("brand", ["harbour", "nobody"])
def test_another_brand_is_not_there(lead: TestClient, brand: str) -> None:
    path = "/v1/templates/shipping"
    for answer in (
        lead.get("/v1/templates", params={"brand": brand}),
        lead.get(path, params={"brand": brand}),
        lead.get(f"{path}/versions", params={"brand": brand}),
        lead.post("/v1/templates", params={"brand": brand}, json=body()),
        lead.put(path, params={"brand": brand}, json=body()),
        lead.delete(path, params={"brand": brand}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_admin_is_told_that_a_brand_does_not_exist(app: FastAPI, tokens: dict[str, str]) -> None:
    with TestClient(app, headers={"Authorization": f"Bearer {tokens['admin']}"}) as admin:
        assert admin.get("/v1/templates", params={"brand": "nobody"}).status_code == 404
        assert admin.post("/v1/templates", params={"brand": "nobody"}, json=body()).status_code == 404


def test_nobody_reads_without_a_token(app: FastAPI) -> None:
    with TestClient(app) as stranger:
        assert stranger.get("/v1/templates", params=BRAND).status_code == 401


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"id": "a"}, "body.reply"),
        ({"id": "a", "reply": "{{ price }}"}, "body"),
        ({"id": "a", "reply": "b", "tag": []}, "body.tag"),
        ({"id": "a\x00", "reply": "b"}, "body"),
        ({"id": "a", "reply": "{{ 9 ** 9 ** 9 }}"}, "body.reply"),
        ({"id": "a", "reply": "Hi XX, yes."}, "body.reply"),
        ({"id": "a", "reply": "{{ b }}", "facts": {"b": "{{ c }}"}}, "body.facts.b"),
        ({"id": "a", "reply": "b", "title": "caf\ufffd"}, "body.title"),
    ],
)
def test_a_malformed_template_is_refused(lead: TestClient, document: dict[str, Any], field: str) -> None:
    answer = lead.post("/v1/templates", params=BRAND, json=document)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_what_is_mended_is_answered_once(lead: TestClient) -> None:
    before = "<p>Hi {{contact.first_name}},</p><p>we are open.</p>"
    added = lead.post("/v1/templates", params=BRAND, json={"id": "hours", "reply": before})
    assert added.status_code == 201
    assert added.json()["reply"] == "We are open."
    (change,) = added.json()["changes"]
    assert (change["field"], change["before"], change["after"]) == ("reply", before, "We are open.")
    assert "changes" not in lead.get("/v1/templates/hours", params=BRAND).json()
    put = lead.put(
        "/v1/templates/hours", params=BRAND, json={"id": "hours", "reply": "We\u2019re open \u00e2\u201a\u00ac4"}
    )
    assert put.json()["reply"] == "We\u2019re open \u20ac4"
    assert put.json()["changes"][0]["done"] == ["damaged text mended"]


@pytest.mark.parametrize(
    "address",
    [
        "/v1/templates/a%00b?brand=fernhill",
        "/v1/templates?brand=a%00",
        "/v1/templates?brand=fernhill&limit=201",
        "/v1/templates?brand=fernhill&cursor=!",
        "/v1/templates",
        "/v1/templates?brand=fernhill&id=%00",
    ],
)
def test_a_malformed_request_is_refused(lead: TestClient, address: str) -> None:
    assert lead.get(address).status_code == 422


def test_a_search_of_another_router_is_not_in_the_way(app: FastAPI, lead: TestClient) -> None:
    search = APIRouter()
    search.post("/v1/templates/search")(lambda: {"found": "by search"})
    app.include_router(search)
    assert lead.post("/v1/templates/search").json() == {"found": "by search"}


def test_the_api_is_described_with_examples(app: FastAPI) -> None:
    document = app.openapi()
    post = document["paths"]["/v1/templates"]["post"]
    assert "shipping" in post["requestBody"]["content"]["application/json"]["examples"]
    assert set(post["responses"]) >= {"201", "401", "403", "404", "409", "422"}
