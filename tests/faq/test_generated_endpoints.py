"""The API of questions that a chat model wrote: they stand in the template, marked, and can be removed."""

from __future__ import annotations

from replyassist.core.security import Role
from tests.faq.conftest import AskAs
from tests.world import World, shipping

from .test_generated import BERGEN, ROME, SHIPPING, active, kept

PATH = f"/v1/templates/{SHIPPING}"


def test_a_template_shows_them_apart_from_peoples(world: World, ask_as: AskAs) -> None:
    kept(world, BERGEN)
    agent = ask_as(Role.AGENT)
    alone, listed = agent.get(PATH).json(), agent.get("/v1/templates").json()["items"][0]

    assert alone == listed
    assert alone["questions"] == shipping().questions
    assert alone["generated_questions"] == [
        {
            "id": active(world)[BERGEN],
            "text": BERGEN,
            "model": "tiny",
            "created_at": "2026-11-22T12:00:00Z",
            "removed_at": None,
            "removed_by": None,
        }
    ]
    assert alone["version"] == shipping().version, "they are no part of what approvals are bound to"


def test_a_manager_removes_one_and_again_changes_nothing(world: World, ask_as: AskAs) -> None:
    kept(world, BERGEN, ROME)
    manager, path = ask_as(Role.MANAGER), f"{PATH}/generated/{active(world)[BERGEN]}"

    gone = manager.delete(path).json()
    assert gone["removed_by"].startswith("manager")
    assert manager.delete(path).json() == gone
    assert [item["text"] for item in manager.get(PATH).json()["generated_questions"]] == [ROME]


def test_an_agent_removes_nothing_and_another_template_has_none_of_them(world: World, ask_as: AskAs) -> None:
    kept(world, BERGEN)
    number = active(world)[BERGEN]

    assert ask_as(Role.AGENT).delete(f"{PATH}/generated/{number}").status_code == 403
    assert ask_as(Role.MANAGER).delete(f"/v1/templates/other/generated/{number}").status_code == 404
    assert set(active(world)) == {BERGEN}
