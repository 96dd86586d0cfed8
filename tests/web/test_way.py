from __future__ import annotations

import pytest

from replyassist.core.security import Role
from replyassist.review import decisions
from tests.web.console import Console, page_of, words
from tests.world import LATER

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_opening_an_item_claims_it_and_others_can_only_read(console: Console) -> None:
    item = console.world.item()
    ana = console.sign_in()
    page_of(console, item)
    assert console.world.reload(item).claimed_by == ana.user_id
    console.sign_in()
    html = console.get(f"/queue/{item.id}").text
    assert f"{ana.name} is working on this item." in html
    assert "readonly" in html
    assert console.world.reload(item).claimed_by == ana.user_id
    console.world.clock.advance(minutes=11)
    assert "is working on this item" not in page_of(console, item)


def test_reading_along_does_not_claim_what_one_may_not_decide(console: Console) -> None:
    item = console.world.item()
    manager = console.sign_in()
    console.act(item, "escalate", note="needs a lead")
    page = page_of(console, item)
    assert "It was escalated: a lead decides." in page
    assert f"Escalated by {manager.name}: needs a lead" in page
    assert console.world.reload(item).claimed_by is None
    console.sign_in(Role.LEAD)
    page_of(console, item)
    assert console.world.reload(item).claimed_by is not None


def test_leaving_gives_the_item_back_and_goes_on(console: Console) -> None:
    first, second, third = (console.world.item() for _ in range(3))
    console.sign_in()
    page_of(console, second)
    assert console.act(second, "leave", to="next").headers["location"] == f"/queue/{third.id}"
    assert console.world.reload(second).claimed_by is None
    assert console.act(second, "leave", to="previous").headers["location"] == f"/queue/{first.id}"
    assert console.act(third, "leave", to="next").headers["location"] == f"/queue/{first.id}"
    assert console.act(first, "leave", to="previous").headers["location"] == "/queue"
    assert console.act(second, "leave", to="queue").headers["location"] == "/queue"
    assert console.act(second, "leave", to="https://evil.example").status_code == 422


def test_the_way_on_keeps_to_the_list_and_skips_what_others_hold(console: Console) -> None:
    first, held, other = console.world.item(), console.world.item(), console.world.item(message={"channel": "tiktok"})
    last = console.world.item()
    with console.world.database.writing() as session:
        decisions.claim(session, console.world.person(), held.id or 0, now=console.world.clock.now(), minutes=10)
    console.sign_in()
    answer = console.post(f"/queue/{first.id}/leave?channel=instagram", {"to": "next"})
    assert answer.headers["location"] == f"/queue/{last.id}?channel=instagram"
    assert other.id != last.id


def test_in_a_list_of_the_newest_next_is_older(console: Console) -> None:
    items = [console.world.item() for _ in range(3)]
    console.sign_in()
    answer = console.post(f"/queue/{items[1].id}/leave?tab=all", {"to": "next"})
    assert answer.headers["location"] == f"/queue/{items[0].id}?tab=all"
    answer = console.post(f"/queue/{items[1].id}/leave?tab=all", {"to": "previous"})
    assert answer.headers["location"] == f"/queue/{items[2].id}?tab=all"


def test_the_claim_is_renewed_while_the_page_is_open_and_ends_with_it(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    page_of(console, item)
    first = console.world.reload(item).claimed_until
    console.world.clock.advance(minutes=6)
    assert console.act(item, "claim").status_code == 204
    renewed = console.world.reload(item).claimed_until
    assert first is not None
    assert renewed is not None
    assert renewed > first
    assert console.act(item, "release").status_code == 204
    assert console.world.reload(item).claimed_by is None


def test_an_open_page_learns_that_its_item_has_changed(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    assert console.get(f"/queue/{item.id}/state/1").status_code == 204
    console.act(item, "redraft", instruction="shorter")
    answer = console.get(f"/queue/{item.id}/state/1", **{"HX-Request": "true"})
    assert answer.status_code == 200
    assert "This item has changed." in words(answer)
    assert "asked for another draft" in words(answer)


def test_a_notice_is_shown_where_nobody_can_miss_it(console: Console) -> None:
    thread = {"external_id": "dm-1", "visibility": "private", "parent_text": None}
    item = console.world.item(message={"conversation": thread})
    console.world.item(message={"conversation": thread, "text": "never mind", "posted_at": LATER})
    console.sign_in()
    assert "The author has written again since" in page_of(console, item)
    assert "The author has written again since" in words(console.get("/queue"))


def test_the_address_of_an_act_leads_back_to_the_item(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    assert console.get(f"/queue/{item.id}/approve?tab=all").headers["location"] == f"/queue/{item.id}?tab=all"
