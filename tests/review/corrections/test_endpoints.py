"""The API of corrections."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.security import Role
from tests.test_api import Api, api, problem
from tests.world import BRAND, World

__all__ = ["api"]

LIST = f"/v1/brands/{BRAND}/corrections"


def correct(api: Api, item_id: int | None, **body: Any) -> Any:
    return api.post(f"/v1/reviews/{item_id}/kind", {"version": 1, "kind": "closing"} | body)


def test_a_kind_is_corrected_and_taken_back(api: Api, world: World) -> None:
    item = world.item()
    told = correct(api, item.id)
    assert (told.status_code, told.json()["version"], told.json()["is_redrafting"]) == (202, 2, True)
    assert told.json()["audit"][-1]["act"] == "kind_corrected"

    path = f"/v1/reviews/{item.id}/kind"
    assert problem(api.client.delete(path, params={"version": 1}, headers=api.manager)) == (409, "version_conflict")
    back = api.client.delete(path, params={"version": 2}, headers=api.manager)
    assert (back.status_code, back.json()["audit"][-1]["act"]) == (202, "kind_taken_back")
    assert problem(api.client.delete(path, params={"version": 3}, headers=api.manager)) == (404, "not_found")
    assert api.client.delete(path, headers=api.manager).status_code == 422


def test_what_is_wrong_gets_a_clear_answer(api: Api, world: World) -> None:
    item = world.item()
    assert problem(correct(api, item.id, version=2)) == (409, "version_conflict")
    assert problem(correct(api, item.id, kind="nonsense")) == (422, "invalid_input")
    assert problem(correct(api, 99)) == (404, "not_found")
    agent = api.headers(Role.AGENT)
    body = {"version": 1, "kind": "closing"}
    assert problem(api.post(f"/v1/reviews/{item.id}/kind", body, headers=agent)) == (403, "forbidden")


def test_a_brands_corrections_are_listed_page_by_page_also_what_was_taken_back(api: Api, world: World) -> None:
    items = [world.item(message={"text": f"bye from Tom, {number}"}) for number in range(3)]
    for item in items:
        correct(api, item.id)
    correct(api, items[0].id, version=2, kind="praise")
    first = api.get(f"{LIST}?limit=3", headers=api.headers(Role.AGENT)).json()
    second = api.get(f"{LIST}?limit=3&cursor={first['next_cursor']}").json()

    assert [item["kind"] for item in first["items"]] == ["praise", "closing", "closing"]
    assert (len(second["items"]), second["next_cursor"]) == (1, None)
    old = second["items"][0]
    assert (old["review_id"], old["kind"], old["text"]) == (items[0].id, "closing", "bye from [NAME], 0")
    assert old["taken_back_by"] == old["actor"]


@pytest.mark.parametrize("query", ["cursor=0", "cursor=x", "limit=0", "limit=201"])
def test_a_page_that_cannot_be_is_refused(api: Api, query: str) -> None:
    assert problem(api.get(f"{LIST}?{query}")) == (422, "invalid_input")


def test_another_brands_corrections_are_not_found(api: Api) -> None:
    assert problem(api.get("/v1/brands/harbour/corrections")) == (404, "not_found")
    everywhere = api.headers(Role.ADMIN)
    assert problem(api.get("/v1/brands/nowhere/corrections", headers=everywhere)) == (404, "not_found")
