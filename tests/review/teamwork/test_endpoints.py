from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from replyassist.app import build_parts, create_app
from replyassist.core.accounts import Principal
from replyassist.core.security import Role
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.test_api import Api, problem
from tests.world import BRAND, World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def api(world: World) -> Iterator[Api]:
    settings = world.settings.model_copy(update={"database_url": world.database.url})
    model, encoder = FakeChatModel([]), FakeEncoder()
    parts = build_parts(settings, model=model, encoder=encoder, clock=world.clock, jobs=world.jobs, upgrade=False)
    with TestClient(create_app(parts=parts), raise_server_exceptions=False) as client:
        yield Api(world, client)
    parts.close()


def token(api: Api, who: Principal) -> dict[str, str]:
    return {"authorization": f"Bearer {api.world.token(who)}"}


def test_the_acts_answer_with_the_item_and_refuse_what_has_moved_on(api: Api) -> None:
    item, agent = api.world.item(), api.world.person(Role.AGENT)
    lead, path = api.headers(Role.LEAD), f"/v1/reviews/{item.id}"
    api.post(f"{path}/claim", headers=token(api, agent))
    taken = api.post(f"{path}/takeover", {"version": 1}, headers=lead)
    assert (taken.status_code, taken.json()["version"]) == (200, 2)
    until = (api.world.clock.now() + timedelta(hours=3)).isoformat()
    for act, body in (
        ("takeover", {}),
        ("assign", {"user_id": None}),
        ("snooze", {"until": until}),
        ("handback", {"reason": "yes"}),
        ("notes", {"text": "hello"}),
    ):
        refused = api.post(f"{path}/{act}", {"version": 1, **body}, headers=lead)
        assert problem(refused) == (409, "version_conflict"), act
        stranger = api.post(f"{path}/{act}", {"version": 2, **body}, headers=api.headers(Role.LEAD, brands=[]))
        assert problem(stranger) == (404, "not_found"), act
    assert api.post(f"{path}/snooze", {"version": 2, "until": until}, headers=lead).json()["version"] == 3
    assert api.post(f"{path}/snooze", {"version": 3, "until": None}, headers=lead).json()["version"] == 4
    assert problem(api.post(f"{path}/handback", {"version": 4, "reason": "yes"}, headers=lead)) == (409, "conflict")
    api.post(f"{path}/escalate", {"version": 4, "reason": "look"}, headers=lead)
    back = api.post(f"{path}/handback", {"version": 5, "reason": "yes"}, headers=lead).json()
    assert (back["status"], back["audit"][-1]["act"], back["audit"][-1]["reason"]) == ("pending", "handed_back", "yes")
    assert api.post(f"{path}/undo", {"version": 6}, headers=lead).json()["status"] == "escalated"


def test_the_team_is_told_and_one_of_them_is_given_the_item(api: Api) -> None:
    agent = api.world.person(Role.AGENT)
    item = api.world.item()
    path = f"/v1/reviews/{item.id}"
    team = {each["user_id"]: each["name"] for each in api.get(f"{path}/team").json()}
    assert team[agent.user_id] == agent.name
    given = api.post(f"{path}/assign", {"version": 1, "user_id": agent.user_id})
    assert given.json()["audit"][-1]["reason"] == f"to {agent.name}"
    assert problem(api.post(f"{path}/assign", {"version": 2, "user_id": 9999})) == (422, "invalid_input")


def test_notes_are_written_and_listed_and_no_program_writes_one(api: Api) -> None:
    item = api.world.item()
    path = f"/v1/reviews/{item.id}/notes"
    assert api.post(path, {"text": " ask first "}).status_code == 201
    assert [note["text"] for note in api.get(path).json()] == ["ask first"]
    service = api.headers(Role.MANAGER, kind="service")
    assert problem(api.post(path, {"text": "x"}, headers=service)) == (403, "forbidden")


def test_a_lead_says_whether_items_go_round(api: Api) -> None:
    path, lead = f"/v1/brands/{BRAND}/round-robin", api.headers(Role.LEAD)
    assert api.get(path).json() == {"round_robin": False}
    assert api.client.put(path, json={"round_robin": True}, headers=lead).json() == {"round_robin": True}
    assert api.get(path).json() == {"round_robin": True}
    assert api.client.put(path, json={"round_robin": False}, headers=api.manager).status_code == 403
