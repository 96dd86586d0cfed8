"""The API of what templates were taught."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from replyassist.core.security import Role
from replyassist.faq import learned
from replyassist.faq.repository.learned import active_examples
from tests.faq.conftest import AskAs
from tests.world import BRAND, World

from .test_learned import taught

PATH = "/v1/templates/shipping-abroad/examples"


def listed(client: TestClient, **params: Any) -> dict[str, Any]:
    answer = client.get(PATH, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_everybody_sees_what_a_template_was_taught_page_by_page(world: World, ask_as: AskAs) -> None:
    numbers = [taught(world, f"send it to place {number}?") for number in range(3)]
    agent = ask_as(Role.AGENT)
    first = listed(agent, limit=2)
    second = listed(agent, limit=2, cursor=first["next_cursor"])

    assert [item["id"] for item in first["items"] + second["items"]] == numbers[::-1]
    assert second["next_cursor"] is None
    assert second["items"][0] | {"review_id": 0} == {
        "id": numbers[0],
        "template_id": "shipping-abroad",
        "text": "send it to place 0?",
        "counts_against": False,
        "review_id": 0,
        "act": "approved",
        "actor": "Mia",
        "learned_at": "2026-11-22T12:00:00Z",
        "withdrawn_at": None,
        "withdrawn_by": None,
    }


def test_a_manager_undoes_an_example_and_lets_it_count_again(world: World, ask_as: AskAs) -> None:
    number, manager = taught(world, "send to Bergen?"), ask_as(Role.MANAGER)

    withdrawn = manager.delete(f"{PATH}/{number}").json()
    assert withdrawn["withdrawn_by"].startswith("manager")
    with world.database.reading() as session:
        assert active_examples(session, BRAND) == []
    assert manager.delete(f"{PATH}/{number}").json() == withdrawn

    assert manager.post(f"{PATH}/{number}/restore").json()["withdrawn_at"] is None
    with world.database.reading() as session:
        assert [example.id for example in active_examples(session, BRAND)] == [number]


def test_an_agent_undoes_nothing(world: World, ask_as: AskAs) -> None:
    number, agent = taught(world, "send to Bergen?"), ask_as(Role.AGENT)

    assert agent.delete(f"{PATH}/{number}").status_code == 403
    assert agent.post(f"{PATH}/{number}/restore").status_code == 403
    assert listed(agent)["items"][0]["withdrawn_at"] is None


def test_an_erased_text_does_not_come_back(world: World, ask_as: AskAs) -> None:
    item = world.item()
    number = taught(world, "send to Bergen?", item=(item.id or 0, item.message_id))
    with world.database.writing() as session:
        learned.erase_message(session, BRAND, item.message_id, by="Mia", now=world.clock.now())

    assert ask_as(Role.LEAD).post(f"{PATH}/{number}/restore").status_code == 409


@pytest.mark.parametrize(
    "path", ["/v1/templates/shipping-abroad/examples/999", "/v1/templates/other/examples/1"], ids=["number", "template"]
)
def test_what_is_not_there_is_not_found(world: World, ask_as: AskAs, path: str) -> None:
    taught(world, "send to Bergen?")
    assert ask_as(Role.LEAD).delete(path).status_code == 404


def test_a_template_that_never_was_has_no_list(ask_as: AskAs) -> None:
    assert ask_as(Role.LEAD).get("/v1/templates/other/examples").status_code == 404


def test_another_brands_people_learn_nothing_of_it(world: World, ask_as: AskAs) -> None:
    taught(world, "send to Bergen?")
    stranger = ask_as(Role.LEAD)
    token = world.token(world.person(Role.LEAD, brands=[]))
    assert stranger.get(PATH, headers={"Authorization": f"Bearer {token}"}).status_code == 404
