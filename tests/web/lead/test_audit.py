"""The page of the audit, and what is taken away from it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from replyassist.core.security import Role
from replyassist.web.lead import audit_page
from tests.review.test_outcomes import reject
from tests.web.console import Console, words
from tests.world import BRAND

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def lead(console: Console) -> Console:
    """A lead who rejected the first of two items, with a reason that a spreadsheet would compute."""
    world = console.world
    who = console.sign_in(Role.LEAD)
    item = world.item()
    world.item()
    reject(world, who, item)
    return console


def test_it_is_searched_by_what_stands_in_the_form(lead: Console) -> None:
    everything = words(lead.get("/audit"))
    rejected = words(lead.get("/audit?act=rejected&person=lead&from=2026-11-22&to=2026-11-22"))
    table = rejected[rejected.index("Why") :]

    assert everything.count("put it into the queue") == 3  # two entries and the choice in the form
    assert "rejected it" in table
    assert "put it into the queue" not in table
    assert "Nothing fits." in words(lead.get("/audit?item=999"))
    assert "those of UTC" in everything


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("item=first", "an item is a number"),
        ("from=yesterday", "a day is written as"),
        ("from=2026-11-23&to=2026-11-22", "the first day is after the last"),
    ],
)
def test_what_cannot_be_read_is_said_in_the_page(lead: Console, query: str, why: str) -> None:
    answer = lead.get(f"/audit?{query}")

    assert answer.status_code == 422
    assert why in words(answer)
    assert 'name="person"' in answer.text
    assert lead.get(f"/audit/export?{query}").status_code == 422


def test_older_entries_follow_and_keep_the_search(lead: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_page, "ROWS", 1)
    first = lead.get("/audit?act=queued").text
    link = first.split('class="centre"><a class="button" href="')[1].split('"')[0].replace("&amp;", "&")

    second = words(lead.get(link))
    assert "act=queued" in link
    assert "You are further down the list." in second
    assert "Older entries" not in second


def test_a_csv_holds_every_entry_and_no_formula(lead: Console) -> None:
    world = lead.world
    who = world.person(Role.LEAD)
    evil = world.item()
    world.escalate(evil, who, "=HYPERLINK(1)\n+2")
    answer = lead.get("/audit/export?form=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["act"] for row in rows] == ["escalated", "queued", "rejected", "queued", "queued"]
    assert rows[0]["reason"] == "'=HYPERLINK(1)\n+2"
    assert rows[0]["brand"] == BRAND
    assert rows[0]["at"] == "2026-11-22T12:00:00+00:00"


def test_json_lines_hold_them_as_they_are(lead: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_page, "MOST_EXPORTED", 2)
    answer = lead.get("/audit/export?form=jsonl&act=queued")
    entries = [json.loads(line) for line in answer.text.splitlines()]

    assert [entry["act"] for entry in entries] == ["queued", "queued"]
    assert entries[0]["failures"] == []
    assert lead.get("/audit/export?form=xml").status_code == 422
