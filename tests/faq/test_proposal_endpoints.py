"""The API of templates that past messages propose."""

from __future__ import annotations

import pytest

from replyassist.core.accounts import SERVICE
from replyassist.core.security import Role
from tests.faq.conftest import AskAs
from tests.world import World

from .test_proposals import REPLY, gifts, keep, seen

PATH = "/v1/templates/proposals"


def test_a_lead_reads_what_past_messages_propose_and_what_it_would_have_answered(world: World, ask_as: AskAs) -> None:
    (number,) = keep(world, gifts())
    answer = ask_as().get(PATH).json()

    assert answer["items"] == [
        {
            "id": number,
            "version": seen(world, number),
            "state": "open",
            "suggested_id": "gift-cards",
            "title": "Do you sell gift cards?",
            "questions": ["do you sell gift cards?", "vouchers?"],
            "reply": REPLY,
            "replies": 1,
            "extends": None,
            "size": 3,
            "covers": ["message 1", "line 2", "line 3"],
            "made_at": "2026-11-22T12:00:00Z",
            "decided_at": None,
            "decided_by": None,
            "accepted_as": None,
        }
    ]
    assert answer["last_run"]["coverage"]["with_first"] == [9]
    assert "45 % of 100 messages" in answer["last_run"]["sentence"]


def test_a_brand_that_was_never_looked_at_has_none(ask_as: AskAs) -> None:
    assert ask_as().get(PATH).json() == {"items": [], "last_run": None}


def test_accepting_makes_the_template_as_it_was_edited(world: World, ask_as: AskAs) -> None:
    (number,) = keep(world, gifts())
    lead = ask_as()
    answer = lead.post(f"{PATH}/{number}/accept", json={"version": seen(world, number), "reply": "Under Gifts."})

    assert answer.status_code == 201, answer.text
    stored = lead.get("/v1/templates/gift-cards").json()
    assert (stored["reply"], stored["version"]) == ("Under Gifts.", answer.json()["version"])
    assert lead.get(PATH, params={"state": "accepted"}).json()["items"][0]["accepted_as"] == "gift-cards"
    assert lead.post(f"{PATH}/{number}/accept", json={"version": seen(world, number)}).status_code == 409


def test_what_has_changed_since_it_was_read_is_not_accepted(world: World, ask_as: AskAs) -> None:
    (number,) = keep(world, gifts())
    lead = ask_as()
    (read,) = lead.get(PATH).json()["items"]
    keep(world, gifts(title="Vouchers?", known_as=number))
    answer = lead.post(f"{PATH}/{number}/accept", json={"version": read["version"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")
    assert lead.post(f"{PATH}/{number}/accept", json={}).status_code == 422


def test_a_proposal_without_a_reply_is_refused_by_its_field(world: World, ask_as: AskAs) -> None:
    (number,) = keep(world, gifts(texts=gifts().texts.model_copy(update={"reply": None})))
    body = {"version": seen(world, number)}
    answer = ask_as().post(f"{PATH}/{number}/accept", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.reply"
    assert ask_as().post(f"{PATH}/{number}/accept", json=body | {"replay": "x"}).status_code == 422


def test_a_dismissal_is_undone(world: World, ask_as: AskAs) -> None:
    (number,) = keep(world, gifts())
    lead = ask_as()

    assert lead.post(f"{PATH}/{number}/dismiss").json()["state"] == "dismissed"
    assert lead.get(PATH).json()["items"] == []
    assert lead.post(f"{PATH}/{number}/restore").json()["state"] == "open"
    assert [item["id"] for item in lead.get(PATH).json()["items"]] == [number]


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_only_leads_see_and_decide(world: World, ask_as: AskAs, role: Role) -> None:
    (number,) = keep(world, gifts())
    client = ask_as(role)
    assert client.get(PATH).status_code == 403
    body = {"version": seen(world, number)}
    acts = ("accept", "dismiss", "restore")
    assert [client.post(f"{PATH}/{number}/{act}", json=body).status_code for act in acts] == [403] * 3


def test_a_service_decides_nothing(world: World, ask_as: AskAs) -> None:
    (number,) = keep(world, gifts())
    service = ask_as(kind=SERVICE)
    assert service.get(PATH).status_code == 200
    assert service.post(f"{PATH}/{number}/accept", json={"version": seen(world, number)}).status_code == 403


def test_what_is_not_there_is_not_found(ask_as: AskAs) -> None:
    assert ask_as().post(f"{PATH}/99/dismiss").status_code == 404
