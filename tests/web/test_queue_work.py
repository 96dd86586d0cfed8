"""The queue as a workbench: search, filters, views, several rows at once, and only what changed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx2 import Response

from replyassist.core.accounts import User
from replyassist.core.security import Role
from replyassist.guardrails import Verdict
from replyassist.review import decisions
from replyassist.review.models import ReviewItem
from replyassist.review.repository import audit_of
from replyassist.triage import triage
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.test_decisions import approve
from tests.review.test_page import drafted
from tests.web.console import Console, words
from tests.web.test_queue import row_ids
from tests.world import BRAND, World

SEEN = re.compile(r'data-seen="(\d+):(\d+)" data-digest="(\w+)"')
HTMX = {"HX-Request": "true"}


def seen(*items: ReviewItem) -> list[str]:
    return [f"{item.id}:{item.version}" for item in items]


def bulk(console: Console, act: str, *items: ReviewItem, tab: str = "todo", **form: Any) -> Response:
    return console.post(f"/queue/bulk?tab={tab}", {"act": act, "item": seen(*items), **form})


def acts(world: World, item: ReviewItem) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in audit_of(session, item.id or 0)]


def changes(console: Console, page: str, *, tab: str = "todo") -> Response:
    """What a page that shows this list is told to change."""
    shown = ",".join(f"{item_id}-{digest}" for item_id, _, digest in SEEN.findall(page))
    counts = re.search(r'id="tabs"[^>]*data-digest="(\w+)"', page)
    more = re.search(r'id="more" data-cursor="([^"]*)"', page)
    assert counts is not None
    assert more is not None
    address = f"/queue/changes?tab={tab}&shown={shown}&counts={counts[1]}&more={more[1]}"
    return console.get(address, **HTMX)


class TestFinding:
    def test_words_of_author_message_template_and_order_find_an_item(self, console: Console) -> None:
        item = console.world.item(message={"text": "Where is my parcel, order #FH-4711?"})
        console.world.item()
        console.sign_in()
        for text in ("parcel", "fh-4711", "4711", "TOM where", "shipping-abroad parcel", "tom.k 4711"):
            assert row_ids(console.get("/queue").text) != [item.id]
            assert row_ids(console.client.get("/queue", params={"q": text}).text) == [item.id], text
        page = console.client.get("/queue", params={"q": "nothing like it"})
        assert "Nothing fits these filters." in words(page)

    def test_filters_and_the_order_stay_in_the_address(self, console: Console) -> None:
        first = console.world.item(verdict=Verdict.NEEDS_EDIT)
        console.world.clock.advance(hours=2)
        second = console.world.item(message={"channel": "tiktok"}, triage=triage("my solicitor will write to you"))
        console.sign_in()
        assert row_ids(console.get("/queue?sort=oldest").text) == [first.id, second.id]
        for query, found in {
            "risk=high": [second.id],
            "age=older-1h": [first.id],
            "age=newer-1h": [second.id],
            "template=shipping-abroad": [second.id, first.id],
            "visibility=private": [],
            "assignee=nobody": [second.id, first.id],
            "assignee=me": [],
            "kind=made-up&verdict=made-up&sort=made-up&age=x&assignee=x": [second.id, first.id],
        }.items():
            assert row_ids(console.get(f"/queue?{query}").text) == found, query
        page = console.get("/queue?risk=high&sort=oldest").text
        assert f'href="/queue/{second.id}?risk=high&amp;sort=oldest"' in page

    def test_an_agent_begins_with_what_they_may_decide(self, console: Console) -> None:
        mine = drafted(console.world)
        console.world.item(triage=triage("my solicitor will write to you"))
        console.sign_in(Role.AGENT)
        page = console.get("/queue")
        assert row_ids(page.text) == [mine.id]
        assert words(page).index("You can decide 1") < words(page).index("To do 2")

    def test_a_lead_begins_with_what_was_escalated_longest_ago(self, console: Console) -> None:
        items = [console.world.item() for _ in range(3)]
        console.sign_in()
        for item in (items[1], items[0]):
            console.world.clock.advance(minutes=1)
            console.act(item, "escalate", note="look")
        console.sign_in(Role.LEAD)
        page = console.get("/queue")
        assert row_ids(page.text) == [items[1].id, items[0].id]
        assert f"/queue/{items[1].id}?tab=escalated" in page.text
        assert row_ids(console.get("/queue?tab=todo").text) == [items[2].id]

    def test_sent_shows_who_and_comes_in_the_order_of_sending(self, console: Console) -> None:
        world = console.world
        items = [drafted(world) for _ in range(3)]
        who = world.person()
        for item in (items[2], items[0], items[1]):
            approve(world, who, item)
            run(world, FakeChannel())
            world.clock.advance(minutes=1)
        console.sign_in()
        page = console.get("/queue?tab=sent")
        assert row_ids(page.text) == [items[1].id, items[0].id, items[2].id]
        assert who.name in words(page)


class TestViews:
    def test_a_list_is_kept_counted_renamed_and_forgotten(self, console: Console) -> None:
        item = console.world.item()
        console.sign_in()
        console.post("/queue/views?verdict=ready&tab=todo", {"name": "  Ready  ones "})
        page = console.get("/queue").text
        link = re.search(r'class="chip" href="(/queue\?[^"]+)"', page)
        assert link is not None
        assert row_ids(console.get(link[1].replace("&amp;", "&")).text) == [item.id]
        assert "Ready ones 1" in words(console.get("/queue/views", **HTMX))
        number = re.search(r"/queue/views/(\d+)/rename", page)
        assert number is not None
        console.post(f"/queue/views/{number[1]}/rename", {"name": "Good"})
        assert "Good" in words(console.get("/queue"))
        assert "already a view" in words(console.post("/queue/views", {"name": "good"}))
        console.post(f"/queue/views/{number[1]}/delete", {})
        assert 'class="chip"' not in console.get("/queue").text

    def test_nobody_elses_view_is_shown_or_changed(self, console: Console) -> None:
        console.sign_in()
        console.post("/queue/views?verdict=ready", {"name": "Mine"})
        console.sign_in()
        assert "Mine" not in words(console.get("/queue/views", **HTMX))
        assert console.post("/queue/views/1/delete", {}).status_code == 404

    def test_a_lead_keeps_a_list_for_the_team_and_leads_alone_change_it(self, console: Console) -> None:
        console.world.second_brand("harbour")
        here, _there = console.world.item(), console.world.item(message={"brand": "harbour"})
        console.sign_in(console.world.person(Role.LEAD, brands=[BRAND, "harbour"]))
        console.post("/queue/views?verdict=ready&tab=todo", {"name": "Ours", "for": BRAND})
        number = re.search(r"/queue/views/(\d+)/rename", console.get("/queue").text)
        assert number is not None
        assert "already a view" in words(console.post("/queue/views", {"name": "ours", "for": BRAND}))

        console.sign_in(console.world.person(Role.AGENT, brands=[BRAND, "harbour"]))
        page = console.get("/queue").text
        link = re.search(r'class="chip" href="(/queue\?[^"]+)"', page)
        assert link is not None
        assert row_ids(console.get(link[1].replace("&amp;", "&")).text) == [here.id], "of its brand alone"
        assert "/queue/views/" not in page.split('class="keep-view"')[1].split("</details>")[0].replace(
            "/queue/views?", ""
        )
        assert 'name="for"' not in page
        assert console.post(f"/queue/views/{number[1]}/delete", {}).status_code == 403
        assert console.post("/queue/views", {"name": "x", "for": BRAND}).status_code == 403
        console.sign_in(console.world.person(Role.LEAD, brands=["harbour"]))
        assert "Ours" not in words(console.get("/queue"))
        assert console.post(f"/queue/views/{number[1]}/delete", {}).status_code == 404
        assert console.post("/queue/views", {"name": "x", "for": BRAND}).status_code == 404

        console.sign_in(Role.LEAD)
        console.post(f"/queue/views/{number[1]}/rename", {"name": "Everybody’s"})
        assert "Shared with the team: Everybody’s 1" in words(console.get("/queue/views", **HTMX))
        console.post(f"/queue/views/{number[1]}/delete", {})
        assert "Everybody’s" not in words(console.get("/queue"))

    def test_names_are_text(self, console: Console) -> None:
        console.sign_in()
        console.post("/queue/views", {"name": '<script>alert("x")</script>'})
        assert "<script>alert" not in console.get("/queue").text


class TestSeveralAtOnce:
    def test_no_reply_needed_is_recorded_for_each_and_undone(self, console: Console) -> None:
        items = [console.world.item() for _ in range(3)]
        who = console.sign_in()
        answer = bulk(console, "no_reply", *items[:2])
        assert answer.status_code == 303
        page = console.get(answer.headers["location"])
        assert "2 rejected: no reply needed." in words(page)
        assert row_ids(page.text) == [items[2].id]
        for item in items[:2]:
            now = console.world.reload(item)
            assert (now.status, now.decided_by) == ("rejected", who.user_id)
            assert acts(console.world, item)[-1] == "rejected"
        undone = re.findall(r'name="item" value="(\d+:\d+)"', page.text.split('class="toast"')[1])
        console.post("/queue/bulk", {"act": "undo", "item": undone})
        assert [console.world.reload(item).status for item in items] == ["pending"] * 3

    def test_what_changed_since_it_was_shown_is_left_as_it_is(self, console: Console) -> None:
        first, second = console.world.item(), console.world.item()
        console.sign_in()
        console.world.edit(console.world.key(first), "something else entirely")
        answer = bulk(console, "no_reply", first, second)
        page = words(console.get(answer.headers["location"]))
        assert "1 rejected: no reply needed. 1 left as it was" in page
        assert console.world.reload(first).status == "pending"

    def test_an_agent_rejects_nothing_of_high_risk_and_nothing_is_approved(self, console: Console) -> None:
        grave = console.world.item(triage=triage("my solicitor will write to you"))
        console.sign_in(Role.AGENT)
        bulk(console, "no_reply", grave)
        assert console.world.reload(grave).status == "pending"
        assert bulk(console, "approve", grave).status_code == 422
        assert "Choose at least one row" in words(bulk(console, "no_reply"))

    def test_what_was_put_off_comes_back_by_itself_or_when_its_author_writes(self, console: Console) -> None:
        first, second, third = (console.world.item() for _ in range(3))
        console.sign_in()
        bulk(console, "snooze", first, second, third, until="1d")
        assert row_ids(console.get("/queue").text) == []
        assert row_ids(console.get("/queue?tab=snoozed").text) == [first.id, second.id, third.id]
        assert "To do 0" in words(console.get("/queue"))
        console.world.edit(console.world.key(second), "it is urgent now")
        assert row_ids(console.get("/queue").text) == [second.id]
        bulk(console, "wake", console.world.reload(third), tab="snoozed")
        assert sorted(row_ids(console.get("/queue").text)) == [second.id, third.id]
        console.world.clock.advance(hours=25)
        console.sign_in()  # nobody stays signed in so long
        assert sorted(row_ids(console.get("/queue").text)) == [first.id, second.id, third.id]
        assert acts(console.world, third)[-2:] == ["snoozed", "woken"]

    def test_items_are_taken_and_given(self, console: Console) -> None:
        item = console.world.item()
        other = console.world.person()
        who = console.sign_in(Role.AGENT)
        bulk(console, "assign", item)
        assert console.world.reload(item).assigned_to == who.user_id
        assert row_ids(console.get("/queue?assignee=me&tab=todo").text) == [item.id]
        bulk(console, "assign", console.world.reload(item), assignee=str(other.user_id))
        assert console.world.reload(item).assigned_to == who.user_id
        console.sign_in()
        bulk(console, "assign", console.world.reload(item), assignee=str(other.user_id))
        assert console.world.reload(item).assigned_to == other.user_id
        assert f"For {other.name}" in words(console.get("/queue"))

    def test_what_was_given_to_somebody_is_whose_it_was_again(self, console: Console) -> None:
        world = console.world
        first, second, gone = world.item(), world.item(), world.item()
        before, other, left = world.person(), world.person(), world.person()
        who = console.sign_in()
        bulk(console, "assign", first, assignee=str(before.user_id))
        bulk(console, "assign", gone, assignee=str(left.user_id))
        with world.database.writing() as session:
            session.get_one(User, left.user_id).is_active = False
        mine = [world.reload(item) for item in (first, second, gone)]

        answer = bulk(console, "assign", *mine, assignee=str(other.user_id))

        assert [world.reload(item).assigned_to for item in mine] == [other.user_id] * 3
        toast = console.get(answer.headers["location"]).text.split('class="toast"')[1]
        assert 'value="give_back"' in toast
        undone = re.findall(r'name="item" value="(\d+:\d+:\d+)"', toast)
        answer = console.post("/queue/bulk", {"act": "give_back", "item": undone})
        assert "3 as they were before." in words(console.get(answer.headers["location"]))
        assert [world.reload(item).assigned_to for item in mine] == [before.user_id, None, None]
        assert acts(world, first)[-3:] == ["assigned"] * 3
        assert acts(world, second)[-2:] == ["assigned", "unassigned"]
        bulk(console, "assign", world.reload(second))
        answer = console.post("/queue/bulk", {"act": "give_back", "item": undone})
        assert world.reload(second).assigned_to == who.user_id, "somebody acted on it since"

    def test_several_are_put_off_and_given_as_one_is(self, console: Console) -> None:
        """By the rules of the item's own page: who may decide it, and whose work it interrupts."""
        world = console.world
        grave, plain = world.item(triage=triage("my solicitor will write to you")), world.item()
        agent, worker = world.person(Role.AGENT), world.person()
        console.sign_in(Role.AGENT)
        bulk(console, "snooze", grave)
        assert world.reload(grave).snoozed_until is None
        console.sign_in()
        bulk(console, "snooze", grave)
        console.sign_in(Role.AGENT)
        bulk(console, "wake", world.reload(grave))
        assert world.reload(grave).snoozed_until is not None

        console.sign_in()
        bulk(console, "wake", world.reload(grave))
        answer = bulk(console, "assign", world.reload(grave), plain, assignee=str(agent.user_id))
        assert [world.reload(item).assigned_to for item in (grave, plain)] == [None, agent.user_id]
        assert "1 left as it was" in words(console.get(answer.headers["location"]))
        claimer = console.sign_in()
        with world.database.writing() as session:
            decisions.claim(session, claimer, plain.id or 0, now=world.clock.now(), minutes=10)
        bulk(console, "assign", world.reload(plain), assignee=str(worker.user_id))
        assert world.reload(plain).claimed_by is None, "who got it can begin"

    def test_who_works_here_no_more_is_given_nothing(self, console: Console) -> None:
        world = console.world
        items, left = [world.item(), world.item()], world.person()
        console.sign_in()
        with world.database.writing() as session:
            session.get_one(User, left.user_id).is_active = False
        answer = bulk(console, "assign", *items, assignee=str(left.user_id))
        assert "2 left as they were" in words(console.get(answer.headers["location"]))
        assert [world.reload(item).assigned_to for item in items] == [None, None]

    def test_a_lead_frees_what_somebody_else_works_on(self, console: Console) -> None:
        item, other = console.world.item(), console.world.person()
        with console.world.database.writing() as session:
            decisions.claim(session, other, item.id or 0, now=console.world.clock.now(), minutes=10)
        console.sign_in()
        bulk(console, "release", item)
        assert console.world.reload(item).claimed_by == other.user_id
        console.sign_in(Role.LEAD)
        bulk(console, "release", item)
        assert console.world.reload(item).claimed_by is None


class TestLiveChanges:
    def test_nothing_is_sent_while_nothing_has_changed(self, console: Console) -> None:
        for _ in range(32):
            console.world.item()
        console.sign_in()
        assert changes(console, console.get("/queue").text).status_code == 204

    def test_only_what_changed_is_sent(self, console: Console) -> None:
        items = [console.world.item() for _ in range(5)]
        console.sign_in()
        page = console.get("/queue").text
        urgent = console.world.item(triage=triage("my solicitor will write to you"))
        console.world.edit(console.world.key(items[1]), "and now?")
        console.act(items[3], "reject", reason="wrong tone")
        last = console.world.item()
        answer = changes(console, page).text
        assert sorted(row_ids(answer)) == sorted(item.id or 0 for item in (urgent, items[1], last))
        assert f'<li id="line-{items[3].id}" hx-swap-oob="delete">' in answer
        assert 'hx-swap-oob="afterbegin:#rows"' in answer
        assert f'hx-swap-oob="afterend:#line-{items[4].id}"' in answer
        assert 'id="tabs"' in answer
        assert changes(console, console.get("/queue").text).status_code == 204

    def test_a_list_that_empties_and_fills_says_so(self, console: Console) -> None:
        item = console.world.item()
        console.sign_in()
        full = console.get("/queue").text
        console.act(item, "reject", reason="wrong tone")
        assert "All done." in words(changes(console, full))
        empty = console.get("/queue").text
        console.world.item()
        assert '<li id="empty" hx-swap-oob="delete">' in changes(console, empty).text

    def test_the_end_of_a_long_list_moves_with_it(self, console: Console) -> None:
        for _ in range(30):
            console.world.item()
        console.sign_in()
        page = console.get("/queue").text
        last = console.world.item()
        answer = changes(console, page).text
        assert row_ids(answer) == [last.id]
        console.world.clock.advance(minutes=1)
        long = console.get("/queue").text
        assert 'id="more" data-cursor=""' not in long


def test_rows_stand_closer_where_somebody_wants_it(console: Console) -> None:
    console.world.item()
    console.sign_in()
    assert 'class="queue dense"' not in console.get("/queue").text
    console.post("/queue/density?tab=sent", {"density": "dense"})
    assert 'class="queue dense"' in console.get("/queue").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_api_filters_and_searches_too(console: Console) -> None:
    item = console.world.item(message={"text": "order FH-12?"})
    console.world.item()
    who = console.world.person()
    headers = {"Authorization": f"Bearer {console.world.token(who)}"}
    for query in ("q=fh-12", "q=12&assignee=nobody&risk=low&sort=waiting&visibility=public&template=shipping-abroad"):
        page = console.client.get(f"/v1/reviews?{query}", headers=headers).json()
        assert [row["id"] for row in page["items"]] == [item.id], query
    assert console.client.get("/v1/reviews?sort=sideways", headers=headers).status_code == 422
