from __future__ import annotations

from typing import Any

import pytest

from replyassist.brands.service import ensure_brand
from replyassist.core.security import Role
from replyassist.review.models import ReviewStatus
from replyassist.review.policies.service import policy_of
from tests.review.test_decisions import approve
from tests.web.console import Console, page_of, words
from tests.world import BRAND, DRAFT, LATER

PAGE = f"/policies/{BRAND}"


def save(console: Console, **fields: Any) -> None:
    answer = console.post(PAGE, {"seen": "0", **fields}, page=PAGE)
    assert answer.status_code == 303, words(answer)


def test_a_lead_changes_the_policy_and_an_agent_is_told_why_not(console: Console) -> None:
    item = console.world.item()
    lead = console.sign_in(Role.LEAD)
    assert console.get("/policies").headers["location"] == PAGE
    assert "Nobody has made one yet" in words(console.get(PAGE))

    save(
        console,
        **{"agents.channels": "email, x\n threads", "agents.kinds": ["question"], "agents.amounts_up_to": "20"},
        note="first week",
    )

    page = console.get(f"{PAGE}?done=saved")
    assert 'value="email, x, threads"' in page.text
    assert all(part in words(page) for part in ("Version 1 counts", lead.name, "first week", "Saved."))
    console.sign_in(Role.AGENT)
    assert "only on email, x, threads; this is instagram. A manager or lead may send it." in page_of(console, item)
    answer = console.act(console.world.reload(item), "approve", text=DRAFT)
    assert (answer.status_code, "only on email" in words(answer)) == (403, True)


def test_two_people_approve_on_the_page(console: Console) -> None:
    console.sign_in(Role.LEAD)
    save(console, **{"second_person.words": "countries"})
    item = console.world.item()
    agent = console.sign_in(Role.AGENT)
    assert "Yours is the first of two approvals: replies that say 'countries'" in page_of(console, item)
    edited = DRAFT.replace("Hi Tom!", "Hey Tom!")

    assert console.act(console.world.reload(item), "approve", text=edited).status_code == 303

    assert "Your approval is recorded. Somebody else gives the second" in page_of(console, item)
    assert console.post(f"/queue/{item.id}/release", {}).status_code == 204
    console.sign_in(Role.MANAGER)
    page = console.get(f"/queue/{item.id}")
    assert edited in page.text, "the editor holds what the first person approved"
    assert f"{agent.name} has approved a text; it waits for a second person." in words(page)
    assert "Yours is the second approval; the reply is sent then." in words(page)
    assert console.act(console.world.reload(item), "approve", text=edited).status_code == 303
    assert console.world.reload(item).status == ReviewStatus.APPROVED


def test_only_leads_find_what_is_for_leads(console: Console) -> None:
    console.sign_in(Role.LEAD)
    save(console, **{"leads_only.templates": "shipping-abroad"})
    item = console.world.item(message={"text": "hidden words", "posted_at": LATER})
    assert "hidden words" in words(console.get("/queue?tab=todo"))
    console.sign_in(Role.MANAGER)
    assert console.get(f"/queue/{item.id}").status_code == 404
    queue = words(console.get("/queue?tab=todo"))
    assert "hidden words" not in queue
    assert "All done" in queue


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_others_read_the_policy_and_cannot_change_it(console: Console, role: Role) -> None:
    console.sign_in(role)
    page = console.get(PAGE)
    assert "A lead can change it." in words(page)
    assert "Save as version" not in words(page)
    assert 'href="/policies"' not in page.text
    assert console.post(PAGE, {"seen": "0"}).status_code == 403
    with console.world.database.writing() as session:
        ensure_brand(session, "other", now=console.world.clock.now())
    assert console.get("/policies/other").status_code == 404
    assert console.post("/policies/other", {"seen": "0"}).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"agents.amounts_up_to": "many"}, 422, "Only sums of money up to: Input should be a valid number"),
        ({"managers.languages": "english"}, 422, "Only in these languages"),
        ({"agents.kinds": ["nonsense"]}, 422, "Only replies to these kinds"),
        ({"seen": "4"}, 409, "you saw version 4"),
    ],
)
def test_what_is_wrong_is_said_in_the_page_and_what_was_typed_stays(
    console: Console, fields: dict[str, str], status: int, told: str
) -> None:
    console.sign_in(Role.LEAD)
    answer = console.post(PAGE, {"seen": "0", "agents.channels": "email", **fields}, page=PAGE)
    assert (answer.status_code, told in words(answer)) == (status, True), words(answer)
    assert 'value="email"' in answer.text


def test_an_earlier_version_is_looked_at_and_saved_again(console: Console) -> None:
    console.sign_in(Role.LEAD)
    save(console, **{"agents.channels": "email"})
    save(console, seen="1")
    page = console.get(f"{PAGE}?version=1")
    assert "This is version 1. Save it to make it count again." in words(page)
    assert 'value="email"' in page.text
    assert console.get(f"{PAGE}?version=9").status_code == 404
    with console.world.database.reading() as session:
        assert policy_of(session, BRAND).agents.channels == ()


def test_the_page_says_first_how_many_approvals_go_back(console: Console) -> None:
    world = console.world
    items = [approve(world, world.person(Role.AGENT), world.item()) for _ in range(2)]
    console.sign_in(Role.LEAD)
    rules = {"seen": "0", "agents.channels": "email", "note": "first week"}

    asked = console.post(PAGE, rules, page=PAGE)

    assert asked.status_code == 409
    assert "2 approved replies are not sent yet and would go back to the queue." in words(asked)
    assert all(value in asked.text for value in ('value="email"', 'value="first week"', 'name="may_recall" value="2"'))
    assert {world.reload(item).status for item in items} == {ReviewStatus.APPROVED}

    answer = console.post(PAGE, {**rules, "may_recall": "2"}, page=PAGE)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=saved&recalled=2")
    assert "2 approved replies went back to the queue." in words(console.get(answer.headers["location"]))
    assert {world.reload(item).status for item in items} == {ReviewStatus.PENDING}
    page = page_of(console, items[0])
    assert "Not sent: the policy was changed after it was approved." in page
    assert "called it back with a changed policy" in page


def test_the_api_reads_and_changes_policies_and_says_what_they_say_of_an_item(console: Console) -> None:
    lead, agent = console.world.person(Role.LEAD), console.world.person(Role.AGENT)
    client, item = console.client, console.world.item()
    headers = {who.role: {"Authorization": f"Bearer {console.world.token(who)}"} for who in (lead, agent)}
    path = f"/v1/brands/{BRAND}/policy"
    assert client.get(path, headers=headers[Role.AGENT]).json()["number"] == 0
    body = {"seen": 0, "policy": {"agents": {"channels": ["email"]}, "second_person": {"channels": ["instagram"]}}}
    assert client.put(path, json=body, headers=headers[Role.AGENT]).status_code == 403

    saved = client.put(path, json=body, headers=headers[Role.LEAD])

    assert (saved.status_code, saved.json()["number"], saved.json()["recalled"]) == (200, 1, 0)
    assert client.put(path, json=body, headers=headers[Role.LEAD]).status_code == 409
    assert [each["number"] for each in client.get(f"{path}/versions", headers=headers[Role.LEAD]).json()] == [1]
    told = client.get(f"/v1/reviews/{item.id}/policy", headers=headers[Role.AGENT]).json()
    assert "only on email" in told["why_not"]
    assert told["why_two"] == "replies on instagram need two people"
    approve = f"/v1/reviews/{item.id}/approve"
    refused = client.post(approve, json={"version": 1, "text": DRAFT}, headers=headers[Role.AGENT])
    assert (refused.status_code, told["why_not"] == refused.json()["detail"]) == (403, True)
    first = client.post(approve, json={"version": 1, "text": DRAFT}, headers=headers[Role.LEAD])
    assert (first.status_code, first.json()["status"]) == (200, "pending")
    told = client.get(f"/v1/reviews/{item.id}/policy", headers=headers[Role.AGENT]).json()
    assert told["first_approval"]["by"] == lead.name
