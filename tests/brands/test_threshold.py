"""The one number that a brand sets: how sure to be before drafting."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from replyassist.app import build_parts, create_app
from replyassist.brands.service import get_brand, set_abstain_threshold
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.security import Role
from replyassist.core.settings import Settings
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.world import BRAND, World

PATH = f"/v1/brands/{BRAND}/threshold"


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    settings = Settings(home=world.settings.home, database_url=world.database.url, abstain_threshold=0.4)
    parts = build_parts(
        settings, model=FakeChatModel([]), encoder=FakeEncoder(), clock=world.clock, jobs=world.jobs, upgrade=False
    )
    with TestClient(create_app(parts=parts), raise_server_exceptions=False) as client:
        yield client
    parts.close()


def headers(world: World, role: Role) -> dict[str, str]:
    return {"authorization": f"Bearer {world.token(world.person(role))}"}


def test_a_brand_without_a_number_has_that_of_the_settings(world: World, client: TestClient) -> None:
    answer = client.get(PATH, headers=headers(world, Role.AGENT)).json()

    assert answer == {"brand": BRAND, "threshold": 0.4, "is_own": False}


def test_a_lead_sets_it_and_takes_it_back(world: World, client: TestClient) -> None:
    lead = headers(world, Role.LEAD)

    assert client.put(PATH, headers=lead, json={"threshold": 0.75}).json()["threshold"] == 0.75
    assert client.get(PATH, headers=lead).json() == {"brand": BRAND, "threshold": 0.75, "is_own": True}
    assert client.put(PATH, headers=lead, json={"threshold": None}).json()["is_own"] is False


@pytest.mark.parametrize("wrong", [{"threshold": 1.01}, {"threshold": -0.1}, {"threshold": "high"}, {}, {"value": 0.5}])
def test_what_is_no_probability_is_refused(world: World, client: TestClient, wrong: dict[str, object]) -> None:
    assert client.put(PATH, headers=headers(world, Role.LEAD), json=wrong).status_code == 422


def test_only_who_may_change_templates_may_change_it(world: World, client: TestClient) -> None:
    assert client.put(PATH, headers=headers(world, Role.MANAGER), json={"threshold": 0.5}).status_code == 403
    assert client.put(PATH, json={"threshold": 0.5}).status_code == 401
    assert client.get("/v1/brands/unknown/threshold", headers=headers(world, Role.LEAD)).status_code == 404


@pytest.mark.parametrize("wrong", [-0.01, 1.5, math.nan, math.inf])
def test_a_number_that_is_no_probability_never_reaches_the_brand(world: World, wrong: float) -> None:
    with world.database.writing() as session, pytest.raises(InvalidInput, match="0 to 1"):
        set_abstain_threshold(session, BRAND, wrong)
    with world.database.reading() as session:
        assert get_brand(session, BRAND).abstain_threshold is None


def test_a_brand_that_is_not_there_has_no_number(world: World) -> None:
    with world.database.writing() as session, pytest.raises(NotFound):
        set_abstain_threshold(session, "unknown", 0.5)
