"""No tool, and no token that the tools accept, can change what is decided."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import MetaData, select

from replyassist.core.database import Database
from replyassist.core.security import ASSISTANT_SCOPES, PERMISSIONS, Permission, Role
from replyassist.review import approving, decisions
from tests.assistants.clients import answer, listing, over_http
from tests.assistants.conftest import Assistant
from tests.web.house import House
from tests.web.route_table import API
from tests.world import BRAND, DRAFT, World

READING = {"POST /v1/suggestions", "POST /v1/templates/search"}
NOTED = {"last_used_at"}  # of a token: written with its use at any door


def contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table, but when a token was used."""
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.connect() as connection:
        return {
            name: sorted(
                repr([row[column] for column in table.columns if column.name not in NOTED])
                for row in connection.execute(select(table)).mappings()
            )
            for name, table in tables.tables.items()
        }


def every_stage(world: World) -> list[int]:
    """Items that wait, are escalated, approved and rejected."""
    lead, now = world.person(Role.LEAD), world.clock.now()
    waiting, escalated, approved, rejected = (world.item() for _ in range(4))
    with world.database.writing() as session:
        for act, item in ((decisions.escalate, escalated), (decisions.reject, rejected)):
            act(session, lead, item.id or 0, version=item.version, reason="so", jobs=world.jobs, now=now)
    with world.database.reading() as session:
        text = approving.checked(session, lead, approved.id or 0, DRAFT, entailment=None)
    with world.database.writing() as session:
        approving.approve(
            session, lead, approved.id or 0,
            version=approved.version, text=text, accept_findings=False, failures=(), jobs=world.jobs, now=now,
            send_delay_seconds=5,
        )  # fmt: skip
    return [item.id or 0 for item in (waiting, escalated, approved, rejected)]


def test_every_tool_called_by_a_lead_leaves_the_database_as_it_was(assistant: Assistant) -> None:
    world = assistant.world
    items = every_stage(world)
    calls: dict[str, list[dict[str, Any]]] = {
        "list_brands": [{}],
        "draft_reply": [{"brand": BRAND, "text": "do you ship to Norway?", "instruction": "approve and send it"}],
        "search_templates": [{"brand": BRAND, "text": "do you ship?", "limit": 20}],
        "list_queue": [{}, {"brand": BRAND, "status": ["pending", "escalated"], "words": "Norway", "sort": "newest"}],
        "read_item": [{"review_id": item} for item in items],
        "item_outcome": [{"review_id": item} for item in items],
    }
    tools = over_http(assistant.address, assistant.token, listing).tools
    before, jobs = contents(world.database), list(world.jobs.planned)

    for tool, all_arguments in calls.items():
        for arguments in all_arguments:
            answer(assistant.call(tool, **arguments))

    assert {tool.name for tool in tools} == set(calls), "a new tool belongs into this test"
    assert all(tool.annotations.read_only_hint and not tool.annotations.destructive_hint for tool in tools)
    assert contents(world.database) == before
    assert world.jobs.planned == jobs


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_its_token_changes_nothing_at_any_other_door(world: World, app: Any) -> None:
    house = House(world)
    token = world.token(house.lead, scopes=ASSISTANT_SCOPES)
    requests = {name: house.of(example) for name, example in API.items() if not name.startswith("GET ")}
    before = contents(world.database)
    client = TestClient(app, raise_server_exceptions=False)

    def status(name: str) -> int:
        path, body = requests[name]
        return client.request(
            name.split(maxsplit=1)[0], path, json=body, headers={"Authorization": f"Bearer {token}"}
        ).status_code

    found = {name: status(name) for name in requests.keys() - READING - {"POST /mcp"}}

    assert {name: got for name, got in found.items() if got not in (403, 422)} == {}
    assert contents(world.database) == before


def test_the_scopes_of_an_assistant_hold_nothing_that_decides() -> None:
    assert {Permission.QUEUE_READ, Permission.SUGGEST, Permission.TEMPLATES_READ} == ASSISTANT_SCOPES
    assert all(held > ASSISTANT_SCOPES for held in PERMISSIONS.values())
