from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from replyassist.core.security import Role
from replyassist.review import repository as reviews
from replyassist.review.models import ReviewItem
from replyassist.triage import triage
from tests.web.console import Console, page_of, words
from tests.world import DRAFT

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PARTIAL = {"HX-Request": "true"}
HOSTILE = "<script>alert(1)</script>"


def acts_on(console: Console, item: ReviewItem) -> list[str]:
    with console.world.database.reading() as session:
        return [entry.act for entry in reviews.audit_of(session, item.id or 0)]


def now_at(console: Console, item: ReviewItem) -> ReviewItem:
    return console.world.reload(item)


def test_a_lead_takes_an_item_over_and_is_told_from_whom(console: Console) -> None:
    item = console.world.item()
    agent = console.sign_in(Role.AGENT)
    page_of(console, item)
    console.sign_in(Role.MANAGER)
    assert "Take over" not in page_of(console, item)
    lead = console.sign_in(Role.LEAD)
    assert f"{agent.name} is working on this item." in page_of(console, item)
    answer = console.act(now_at(console, item), "takeover", text=DRAFT)
    assert answer.headers["location"] == f"/queue/{item.id}?tab=todo"  # a lead's own first tab is another
    assert now_at(console, item).claimed_by == lead.user_id
    page = page_of(console, item)
    assert "is working on this item" not in page
    assert f"took it over: from {agent.name}" in page
    console.sign_in(agent)
    refused = console.act(now_at(console, item), "approve", text=DRAFT)
    assert refused.status_code == 409
    assert f"{lead.name} is working on this item." in words(refused)


def test_an_item_is_put_aside_and_comes_back(console: Console) -> None:
    item, following = console.world.item(), console.world.item()
    console.sign_in(Role.AGENT)
    page_of(console, item)
    assert console.act(item, "snooze", until="soon").status_code == 422
    answer = console.act(item, "snooze", until="hours")
    assert answer.headers["location"] == f"/queue/{following.id}?after={item.id}"
    assert now_at(console, item).snoozed_until == console.world.clock.now() + timedelta(hours=4)
    toast = words(console.get(answer.headers["location"]))
    assert "Put aside. It comes back by itself." in toast
    assert "Undo" in toast
    assert "Put aside until" in page_of(console, item)
    assert console.act(now_at(console, item), "undo").status_code == 303
    assert now_at(console, item).snoozed_until is None
    console.act(now_at(console, item), "snooze", until="tomorrow")
    console.act(now_at(console, item), "wake")
    assert now_at(console, item).snoozed_until is None
    assert acts_on(console, item)[1:] == ["snoozed", "woken", "snoozed", "woken"]


def test_an_escalation_is_handed_back_with_a_word_and_both_can_be_undone(console: Console) -> None:
    item = console.world.item()
    agent = console.sign_in(Role.AGENT)
    answer = console.act(item, "escalate", note="may we say so?")
    assert "Undo" in words(console.get(answer.headers["location"]))
    assert "Undo what you did last" in page_of(console, item)
    console.act(now_at(console, item), "undo")
    assert now_at(console, item).status == "pending"
    console.act(now_at(console, item), "escalate", note="may we say so?")
    lead = console.sign_in(Role.LEAD)
    assert "may we say so?" in page_of(console, item)
    assert console.act(now_at(console, item), "handback", note=" ").status_code == 422
    console.act(now_at(console, item), "handback", note="yes, we may")
    assert now_at(console, item).status == "pending"
    console.act(now_at(console, item), "undo")
    assert now_at(console, item).status == "escalated"
    console.act(now_at(console, item), "handback", note="yes, we may")
    console.sign_in(agent)
    assert f"Handed back by {lead.name}: yes, we may" in page_of(console, item)
    assert console.act(now_at(console, item), "approve", text=DRAFT).status_code == 303
    assert "Handed back by" not in page_of(console, item)


def test_assigning_is_by_a_manager_or_to_oneself(console: Console) -> None:
    item = console.world.item()
    agent = console.sign_in(Role.AGENT)
    assert "Make it mine" in page_of(console, item)
    console.act(item, "assign", user_id=agent.user_id)
    assert "Give it up" in page_of(console, item)
    console.get("/queue")
    console.post(f"/queue/{item.id}/release", {})
    console.sign_in(Role.MANAGER)
    page = page_of(console, item)
    assert f"{agent.name} O" in page
    assert console.act(now_at(console, item), "assign", user_id="").status_code == 303
    assert now_at(console, item).assigned_to is None
    assert console.act(now_at(console, item), "assign", user_id="x").status_code == 422


@pytest.mark.parametrize("act", ["takeover", "assign", "snooze", "wake", "handback"])
def test_a_refused_act_keeps_the_typed_text(console: Console, act: str) -> None:
    item = console.world.item(triage=triage("my solicitor will write to you"))
    console.sign_in(Role.MANAGER)
    stale: dict[str, Any] = {"version": 7, "text": "half a thou", "until": "hour", "note": "x", "user_id": ""}
    answer = console.post(f"/queue/{item.id}/{act}", stale)
    assert answer.status_code == 409
    assert "The item has moved on since you saw it." in words(answer)
    assert "half a thou" in answer.text


def test_notes_are_for_colleagues_and_stay_text(console: Console) -> None:
    item = console.world.item()
    lead = console.world.person(Role.LEAD)
    handle = lead.name.replace(" ", ".")
    agent = console.sign_in(Role.AGENT)
    answer = console.post(f"/queue/{item.id}/note", {"version": 1, "note": f"{HOSTILE} @{handle}?"}, **PARTIAL)
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert f'<b class="as-mention">@{handle}</b>' in answer.text
    assert "<html" not in answer.text
    whole = console.act(item, "note", note="and a second", text="half a thou")
    assert "half a thou" in whole.text
    assert now_at(console, item).version == 1
    assert console.act(item, "note", note="").status_code == 422
    console.sign_in(lead)
    assert words(console.get("/mentions/count")) == "1"
    page = words(console.get("/mentions"))
    assert f"{agent.name} · now" in page
    assert HOSTILE in page
    assert f'href="/queue/{item.id}"' in console.get("/mentions").text
    page_of(console, item)  # who opens the item has read them
    assert words(console.get("/mentions/count")) == ""
    console.act(item, "note", note=f"@{handle} too")  # nobody names themselves
    assert words(console.get("/mentions/count")) == ""


def test_mentions_come_in_pages_and_can_all_be_marked_as_read(console: Console) -> None:
    item = console.world.item()
    lead = console.world.person(Role.LEAD)
    handle = lead.name.replace(" ", ".")
    console.sign_in(Role.AGENT)
    for number in range(27):
        console.act(item, "note", note=f"number {number} @{handle}")
    console.sign_in(lead)
    first = console.get("/mentions")
    assert first.text.count('class="panel mention') == 25
    more = first.text.split('href="/mentions?before=')[1].split('"')[0]
    assert console.get(f"/mentions?before={more}").text.count('class="panel mention') == 2
    assert words(console.get("/mentions/count")) == "27"
    assert console.post("/mentions/read", {}, page="/mentions").status_code == 303
    assert words(console.get("/mentions/count")) == ""
    console.sign_in(Role.AGENT)
    assert "Nobody has named you yet." in words(console.get("/mentions"))


def test_the_page_is_told_who_looks_and_when_it_is_free(console: Console) -> None:
    item = console.world.item()
    agent = console.sign_in(Role.AGENT)
    page_of(console, item)
    console.sign_in(Role.MANAGER)
    assert "was_held=true" in console.get(f"/queue/{item.id}").text
    live = f"/queue/{item.id}/live?was_held=true"
    assert "This item is free now." not in console.get(live, **PARTIAL).text
    manager_sees = words(console.get(live, **PARTIAL))
    assert "Also here" not in manager_sees  # who works on it is told by the banner
    console.sign_in(agent)
    assert "Also here: manager" in page_of(console, item)
    console.post(f"/queue/{item.id}/release", {})
    console.sign_in(Role.LEAD)
    freed = console.get(live, **PARTIAL).text
    assert "This item is free now." in freed
    assert f"Also here: {agent.name}" not in freed
    assert console.get("/queue/999999/live").status_code == 404
