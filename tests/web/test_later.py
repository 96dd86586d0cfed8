"""Approving a reply to be sent later, as a browser without scripts does it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx2 import Response

from replyassist.brands.service import set_time_zone
from replyassist.core.security import Role
from replyassist.guardrails import Finding, Severity
from replyassist.guardrails.findings import Concern
from replyassist.review.models import Approval, ReviewItem
from replyassist.review.scheduling import SendLater
from replyassist.triage import triage
from tests.review.policies.test_holding import TWO, put
from tests.review.test_decisions import approve
from tests.web.console import Console, page_of, words
from tests.world import BRAND, DRAFT, World

SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NINE_THERE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SHOWN = "23 November 2026, 09:00 CET"


@pytest.fixture(autouse=True)
def _berlin(world: World) -> None:
    world.clock.time = SUNDAY
    with world.database.writing() as session:
        set_time_zone(session, BRAND, "Europe/Berlin")


def send_at(console: Console, item: ReviewItem) -> datetime | None:
    with console.world.database.reading() as session:
        approval = session.get(Approval, console.world.reload(item).approval_id or 0)
        return approval.send_at if approval else None


def panel(page: Response) -> str:
    found = re.search(r'<details class="act" name="act" id="later".*?</details>', page.text, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("form", "at"),
    [
        ({"later": "tomorrow"}, NINE_THERE),
        ({"later": "monday"}, NINE_THERE),
        ({"later": "written", "send_at": "2026-11-24T18:30"}, datetime(2026, 11, 24, 17, 30, tzinfo=UTC)),
        ({"later": "tomorrow", "send_at": "2026-11-24T18:30"}, NINE_THERE),
        ({"later": "", "send_at": ""}, None),
    ],
)
def test_a_reply_is_approved_for_the_time_of_the_button_or_of_the_field(
    console: Console, form: dict[str, str], at: datetime | None
) -> None:
    item = console.world.item()
    console.sign_in()
    assert console.act(item, "approve", text=DRAFT, **form).status_code == 303
    assert send_at(console, item) == at


def test_the_page_the_list_and_the_message_at_the_edge_say_when(console: Console) -> None:
    item = console.world.item()
    person = console.sign_in()
    answer = console.act(item, "approve", text=DRAFT, later="tomorrow")
    page = words(console.get(answer.headers["location"]))
    assert f"Approved. It will be sent on {SHOWN}." in page
    assert "Sending in" not in page
    assert f"Will be sent on {SHOWN}" in page_of(console, item)
    console.world.clock.advance(hours=1)
    row = words(console.get("/queue?tab=approved"))
    assert f"{person.name} 1 h" in row
    assert f"Will be sent on {SHOWN}" in row

    console.world.clock.time = NINE_THERE
    console.sign_in(person)
    assert "Will be sent" not in page_of(console, item) + words(console.get("/queue?tab=approved"))


def test_a_finding_that_is_fine_leaves_the_time_in_its_field(console: Console) -> None:
    doubt = Finding(rule="draft.unsure_template", severity=Severity.WARN, explanation="Look.", concern=Concern.MESSAGE)
    item = console.world.item(doubts=(doubt,))
    console.sign_in(Role.MANAGER)
    answer = console.act(item, "confirm", text=DRAFT, rule=doubt.rule, send_at="2026-11-24T18:30")
    assert 'value="2026-11-24T18:30"' in panel(answer)
    assert console.world.reload(item).status == "pending"


def test_what_is_sent_at_once_says_nothing_of_a_time(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "approve", text=DRAFT)
    assert "Approved. Sending in 5" in words(console.get(answer.headers["location"]))
    assert "Will be sent" not in page_of(console, item) + words(console.get("/queue?tab=approved"))


def test_it_is_taken_back_from_the_message_at_the_edge(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "approve", text=DRAFT, later="tomorrow")
    assert f'action="/queue/{item.id}/undo"' in console.get(answer.headers["location"]).text
    console.act(console.world.reload(item), "undo")
    assert console.world.reload(item).status == "pending"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"later": "written", "send_at": "2026-11-22T13:00"}, "a time that is still to come is needed"),
        ({"later": "written", "send_at": "2026-12-23T13:00"}, "a time within the next 30 days is needed"),
        ({"later": "written", "send_at": "soon"}, "Pick a day and a time"),
        ({"later": "written", "send_at": "2026-11-24"}, "Pick a day and a time"),
        ({"later": "written"}, "Pick a day and a time"),
        ({"send_at": "2026-11-24T18:30"}, "A time is written below “Send later”"),
        ({"later": "christmas"}, "pick one of the times that are offered"),
    ],
)
def test_what_is_no_time_is_refused_and_stays_in_the_field(console: Console, form: dict[str, str], why: str) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "approve", text=DRAFT, **form)
    assert answer.status_code == 422
    assert why in words(answer)
    assert console.world.reload(item).status == "pending"
    assert f'value="{form.get("send_at", "")}"' in panel(answer)
    assert (" open>" in panel(answer)) is ("send_at" in form)


def test_a_time_after_the_platforms_window_is_not_offered_and_refused_with_its_end(console: Console) -> None:
    world = console.world
    world.connect("instagram", account="1")
    private: dict[str, Any] = {"conversation": {"external_id": "dm-1", "visibility": "private"}}
    item = world.item(message=private)  # written at 9:30 UTC, so that it can be answered until then
    console.sign_in()
    page = panel(console.get(f"/queue/{item.id}"))
    assert 'value="tomorrow"' in page
    answer = console.act(item, "approve", text=DRAFT, later="written", send_at="2026-11-23T10:30")
    assert "the platform takes a reply to this until 2026-11-23 10:30 (Europe/Berlin), and no later" in words(answer)

    world.clock.advance(hours=20)
    assert 'name="later"' not in panel(console.get(f"/queue/{item.id}"))


def test_the_panel_says_whose_clock_counts_and_sends_the_text_with_it(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    page = panel(console.get(f"/queue/{item.id}"))
    assert "by the clock of Fernhill Coffee (Europe/Berlin)" in page
    fields = re.findall(r"<(?:button|input)\b[^>]*>", page)
    assert len(fields) == 4
    assert all('form="reply"' in field for field in fields)


def test_who_may_not_approve_is_offered_nothing(console: Console) -> None:
    item = console.world.item(triage=triage("my solicitor will write to you"))
    console.sign_in(Role.AGENT)
    page = console.get(f"/queue/{item.id}")
    assert panel(page) == ""
    assert "Send later" in words(page)
    assert console.act(item, "approve", text=DRAFT, later="tomorrow").status_code == 403


def test_the_second_of_two_people_sees_when_the_first_wants_it(console: Console) -> None:
    world = console.world
    put(world, **TWO)
    item = approve(world, world.person(), world.item(), later=SendLater(NINE_THERE, lambda _session, _stored: None))
    console.sign_in()
    assert f"It is then to be sent on {SHOWN}." in page_of(console, item)
    console.act(item, "approve", text=DRAFT)
    assert send_at(console, item) == NINE_THERE


def test_german_says_the_same(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    console.client.headers["accept-language"] = "de"
    console.act(item, "approve", text=DRAFT, later="tomorrow")
    assert "Wird am 23. November 2026, 09:00 MEZ gesendet" in page_of(console, item)
    other = console.world.item()
    answer = console.act(other, "approve", text=DRAFT, later="written", send_at="2027-11-24T18:30")
    assert "nötig ist eine Zeit innerhalb der nächsten 30 Tage" in words(answer)
