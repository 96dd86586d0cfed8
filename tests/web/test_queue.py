from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from replyassist.brands.service import ensure_brand
from replyassist.core.errors import TooManyRequests
from replyassist.core.security import Role
from replyassist.guardrails import Verdict
from replyassist.review import decisions
from replyassist.triage import triage
from replyassist.web.queue_pages import ROWS
from replyassist.web.throttle import FailureWindow
from tests.statements import counted
from tests.triage.readings import reading
from tests.web.console import Console, words

ANGRY = "this is the worst, I am furious"
LEGAL = "my solicitor will write to you"


def row_ids(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="row-(\d+)"', html)]


def test_the_most_urgent_comes_first(console: Console) -> None:
    calm = console.world.item()
    legal = console.world.item(triage=triage(LEGAL))
    angry = console.world.item(triage=triage(ANGRY, reading=reading(complaint=0.95, sentiment=-0.9)))
    console.sign_in()
    assert row_ids(console.get("/queue").text) == [legal.id, angry.id, calm.id]


def test_a_row_shows_what_is_needed_to_choose(console: Console) -> None:
    item = console.world.item(triage=triage(ANGRY, reading=reading(complaint=0.95, sentiment=-0.9)))
    console.world.clock.advance(hours=2, minutes=5)
    console.sign_in()
    page = words(console.get("/queue"))
    for part in (
        "High",
        "Tom",
        "Instagram",
        "Fernhill Coffee",
        "do you ship to Norway??",
        item.draft,
        "Ready",
        "Template",
    ):
        assert part in page
    assert "4 h" in page  # posted at 9:30, it is 14:05


def test_tabs_count_and_hold_their_items(console: Console) -> None:
    lead = console.sign_in(Role.LEAD)
    items = [console.world.item() for _ in range(3)]
    console.act(items[0], "approve", text=items[0].draft)
    console.act(items[1], "reject", reason="wrong tone")
    page = words(console.get("/queue"))
    for tab in ("To do 1", "Escalated 0", "Approved 1", "Rejected 1", "All 3"):
        assert tab in page
    assert row_ids(console.get("/queue?tab=approved").text) == [items[0].id]
    assert row_ids(console.get("/queue?tab=rejected").text) == [items[1].id]
    assert row_ids(console.get("/queue?tab=all").text) == [items[2].id, items[1].id, items[0].id]
    assert "No problems." in words(console.get("/queue?tab=problems"))
    assert lead.name in page


def test_filters_narrow_the_list_and_stay_in_the_addresses(console: Console) -> None:
    console.world.item(verdict=Verdict.BLOCKED)
    other = console.world.item(message={"channel": "tiktok"})
    console.sign_in()
    page = console.get("/queue?channel=tiktok&verdict=ready&brand=fernhill").text
    assert row_ids(page) == [other.id]
    assert f'href="/queue/{other.id}?brand=fernhill&amp;channel=tiktok&amp;verdict=ready"' in page
    assert 'href="/queue?tab=sent&amp;brand=fernhill&amp;channel=tiktok&amp;verdict=ready"' in page
    assert "Nothing fits these filters." in words(console.get("/queue?channel=nowhere"))


def test_other_brands_are_neither_listed_nor_counted_nor_offered(console: Console) -> None:
    with console.world.database.writing() as session:
        ensure_brand(session, "harbour", now=console.world.clock.now())
    theirs = console.world.item(message={"brand": "harbour"}, template_id=None, template_version=None)
    console.sign_in()
    page = console.get("/queue?tab=all")
    assert row_ids(page.text) == []
    assert "All 0" in words(page)
    assert "harbour" not in page.text.lower()
    for path in (f"/queue/{theirs.id}", "/queue?brand=harbour", f"/queue/{theirs.id}/state/1"):
        answer = console.get(path, accept="text/html")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "Go to the queue" in words(answer)
    assert console.act(theirs, "approve", text="x").status_code == 404


def test_more_is_shown_page_by_page(console: Console) -> None:
    items = [console.world.item() for _ in range(33)]
    console.sign_in()
    first = console.get("/queue").text
    assert row_ids(first) == [item.id for item in items[:30]]
    more = re.search(r'hx-get="(/queue/rows\?cursor=[^"]+)"', first)
    assert more is not None
    rest = console.get(more.group(1), **{"HX-Request": "true"}).text
    assert row_ids(rest) == [item.id for item in items[30:]]
    assert "Show more" not in rest
    without_scripts = re.search(r'href="(/queue\?cursor=[^"]+)"', first)
    assert without_scripts is not None
    assert row_ids(console.get(without_scripts.group(1)).text) == [item.id for item in items[30:]]


def test_somebody_who_comes_back_sees_as_many_rows_as_they_left(console: Console) -> None:
    for _ in range(32):
        console.world.item()
    console.sign_in()
    assert len(row_ids(console.get("/queue", **{"X-Queue-Rows": "32"}).text)) == 32


def test_a_forged_cursor_is_refused_kindly(console: Console) -> None:
    console.sign_in()
    for cursor in ("x", "1:", "1:2:3", "-1:5", "²:1"):
        answer = console.get(f"/queue?cursor={cursor}")
        assert answer.status_code == 422
        assert "not a place of this list" in words(answer)


def test_a_row_says_who_is_on_it(console: Console) -> None:
    item = console.world.item()
    other = console.world.person()
    with console.world.database.writing() as session:
        decisions.claim(session, other, item.id or 0, now=console.world.clock.now(), minutes=10)
    console.sign_in()
    assert f"{other.name} is on it" in words(console.get("/queue"))
    console.world.clock.advance(minutes=11)
    assert "is on it" not in words(console.get("/queue"))


def test_for_htmx_a_page_is_its_main_part_only(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    for path in ("/queue", f"/queue/{item.id}"):
        part = console.get(path, **{"HX-Request": "true"}).text
        assert part.count('id="main"') == 1
        assert "<html" not in part
        assert "<title>" in part
        whole = console.get(path, **{"HX-Request": "true", "HX-History-Restore-Request": "true"}).text
        assert "<html" in whole


def test_an_unknown_address_is_a_page_for_people_and_json_for_programs(console: Console) -> None:
    page = console.get("/nowhere", accept="text/html")
    assert page.status_code == 404
    assert "There is no such page" in words(page)
    assert "default-src" in page.headers["content-security-policy"]
    assert console.get("/v1/nowhere", accept="text/html").json()["code"] == "not_found"
    assert console.get("/nowhere", accept="application/json").json()["code"] == "not_found"
    console.sign_in()
    for path in ("/queue/abc", "/queue/0", "/queue/99999999999999999999"):
        assert console.get(path).status_code == 404, path


def test_static_files_may_be_kept_because_their_addresses_change(console: Console) -> None:
    page = console.get("/login").text
    found = re.search(r'href="(/static/console\.css\?v=[0-9a-f]{12})"', page)
    assert found is not None
    answer = console.get(found.group(1))
    assert answer.headers["content-type"].startswith("text/css")
    assert "max-age" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_many_failures_at_once_get_no_further_than_the_limit(console: Console) -> None:
    window = FailureWindow(allowed=3, window=timedelta(minutes=5))
    now = console.world.clock.now()
    for _ in range(3):
        window.attempt(["a"], now=now)
    with pytest.raises(TooManyRequests):
        window.attempt(["a", "b"], now=now)
    window.attempt(["b"], now=now)
    window.succeeded(["a"], forgiven="a")
    window.attempt(["a"], now=now)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_page_asks_the_database_as_little_as_a_short_one(console: Console, app: FastAPI) -> None:
    console.sign_in()
    costs = []
    for new in (5, ROWS - 5):
        for _ in range(new):
            console.world.item()
        with counted(app.state.database) as statements:
            assert len(row_ids(console.get("/queue").text)) in (5, ROWS)
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 25
