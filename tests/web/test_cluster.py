"""The page of messages that ask the same, as a browser without scripts sends it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx2 import Response

from replyassist.core.digests import text_digest
from replyassist.core.security import Role
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.review import decisions
from replyassist.review.models import ReviewItem
from tests.review.test_clusters import approvals
from tests.web.console import Console, words
from tests.web.test_queue import row_ids
from tests.world import DRAFT, LATER, alike

ITEM = re.compile(r'name="item" value="(\d+):(\d+):(\w{64})"')
TEXT = re.compile(r'name="text" .*?>\n(.*?)</textarea>', re.DOTALL)


def form_of(page: str, **more: Any) -> dict[str, Any]:
    """What the form on this page would send."""
    items = [":".join(found) for found in ITEM.findall(page)]
    return {"item": items, "text": TEXT.findall(page), "read_all": "true", **more}


def cluster(console: Console, item: ReviewItem) -> Response:
    return console.get(f"/queue/cluster/{item.cluster_id}")


def send(console: Console, item: ReviewItem, act: str, form: dict[str, Any]) -> Response:
    return console.post(f"/queue/cluster/{item.cluster_id}/{act}", form)


def test_one_row_stands_for_all_and_a_filter_shows_them_singly(console: Console) -> None:
    items = alike(console.world, 3)
    alone = console.world.item(message={"text": "who won the match"})
    console.sign_in()

    page = console.get("/queue").text

    assert row_ids(page) == [items[0].id, alone.id]
    assert "3 people ask this" in words(console.get("/queue"))
    assert f'href="/queue/cluster/{items[0].id}"' in page
    assert len(row_ids(console.get("/queue?alike=singly").text)) == 4
    assert len(row_ids(console.get("/queue?q=norway").text)) == 3
    assert '<span class="count">4</span>' in page, "a tab counts messages"


def test_the_page_of_one_of_them_leads_to_all(console: Console) -> None:
    items = alike(console.world, 3)
    alone = console.world.item(message={"text": "who won the match"})
    console.sign_in()
    assert "3 people ask this. Decide them together" in words(console.get(f"/queue/{items[1].id}"))
    assert f'href="/queue/cluster/{items[0].id}"' in console.get(f"/queue/{items[1].id}").text
    assert "Decide them together" not in words(console.get(f"/queue/{alone.id}"))


def test_every_message_and_every_draft_is_on_the_page_whole(console: Console) -> None:
    items = alike(console.world, 4, text="do you ship to Norway?? " + "please " * 60)
    console.sign_in()

    read = words(cluster(console, items[0]))

    assert read.count("please " * 59) == 4
    assert all(item.draft in read for item in items)
    assert all(console.world.reload(item).claimed_by for item in items)


def test_all_that_was_read_is_approved_and_all_of_it_undone(console: Console) -> None:
    items = alike(console.world, 3)
    console.sign_in()
    page = cluster(console, items[0]).text

    unread = send(console, items[0], "approve", form_of(page, read_all=""))
    assert unread.status_code == 409
    assert "Say first that you have read all of these" in words(unread)
    assert approvals(console.world) == []

    answer = send(console, items[0], "approve", form_of(page))
    assert answer.status_code == 303
    shown = console.get(answer.headers["location"])
    assert "3 approved. Sending in 5" in words(shown)
    assert all(f'href="/queue/{item.id}"' in shown.text for item in items)
    assert {found.review_item_id: found.text for found in approvals(console.world)} == {i.id: i.draft for i in items}

    seen = re.findall(r'name="item" value="(\d+:\d+)"', shown.text.split('id="toasts"')[1])
    console.post("/queue/bulk", {"act": "undo", "item": seen})
    assert {console.world.reload(item).status for item in items} == {"pending"}
    assert "3 people ask this" in words(console.get("/queue"))


def test_what_changed_meanwhile_is_named_shown_again_and_not_approved(console: Console) -> None:
    items = alike(console.world, 3)
    console.sign_in()
    page = cluster(console, items[0]).text
    author = {"external_id": "x", "handle": "x", "name": "X"}
    console.world.message(
        text="anybody?",
        author=author,
        in_reply_to=console.world.key(items[1]),
        posted_at=LATER,
        conversation={"external_id": "post-77", "visibility": "public"},
    )
    assert console.world.reload(items[1]).version == 2

    answer = send(console, items[0], "approve", form_of(page))

    assert answer.status_code == 409
    assert "1 were left as they are: Ben: you saw version 1" in words(answer)
    assert "2 approved." in words(answer)
    assert [found.review_item_id for found in approvals(console.world)] == [items[0].id, items[2].id]
    assert f'value="{items[1].id}:2:' in answer.text, "it can be read and approved as it is now"


def test_a_text_that_was_typed_counts_once_it_was_shown_with_its_checks(console: Console) -> None:
    items = alike(console.world, 2)
    console.sign_in()
    form = form_of(cluster(console, items[0]).text)
    mended = DRAFT.replace("Tom", "Ana") + " Enjoy it!"
    form["text"][0] = mended

    refused = send(console, items[0], "approve", dict(form, item=form["item"][:1], text=form["text"][:1]))
    assert "changed after it was shown" in words(refused)
    shown = send(console, items[0], "check", form)
    assert f":{text_digest(mended)}" in shown.text
    assert send(console, items[0], "approve", form_of(shown.text)).status_code == 303

    assert [found.text for found in approvals(console.world)] == [mended, items[1].draft]


def test_one_is_taken_out_and_the_rest_keeps_what_was_typed(console: Console) -> None:
    items = alike(console.world, 3)
    console.sign_in()
    form = form_of(cluster(console, items[0]).text)
    form["text"][0] = DRAFT.replace("Tom", "Ana") + " Enjoy it!"

    page = send(console, items[0], "take-out", dict(form, only=f"{items[1].id}:1"))

    assert [int(found[0]) for found in ITEM.findall(page.text)] == [items[0].id, items[2].id]
    assert TEXT.findall(page.text)[0].endswith("Enjoy it!")
    assert len(row_ids(console.get("/queue").text)) == 2


def test_what_an_agent_may_not_send_stands_apart_and_is_not_in_the_form(console: Console) -> None:
    doubt = (Finding(rule="retrieval.unsure", severity=Severity.WARN, explanation="Is it the right template?"),)
    items = alike(console.world, 2, doubts=doubt, verdict=Verdict.NEEDS_EDIT)

    console.sign_in(Role.AGENT)
    page = cluster(console, items[0])
    assert form_of(page.text)["item"] == []
    assert "Not decided with the others" in words(page)
    with console.world.database.writing() as session:
        for item in items:
            session.get_one(ReviewItem, item.id).claimed_by = None

    console.sign_in(Role.MANAGER)
    page = cluster(console, items[0])
    assert len(form_of(page.text)["item"]) == 2
    assert "Is it the right template?" in words(page), "findings are marked"


def test_somebody_else_s_item_stands_apart(console: Console) -> None:
    items = alike(console.world, 2)
    other = console.world.person()
    with console.world.database.writing() as session:
        decisions.claim(session, other, items[1].id or 0, now=console.world.clock.now(), minutes=10)
    console.sign_in()

    page = cluster(console, items[0])

    assert [int(found[0]) for found in ITEM.findall(page.text)] == [items[0].id]
    assert f"{other.name} is working on this item." in words(page)


def test_all_are_rejected_with_a_reason_or_escalated_with_a_note(console: Console) -> None:
    items = alike(console.world, 2)
    console.sign_in()
    form = form_of(cluster(console, items[0]).text)

    assert "Pick a reason" in words(send(console, items[0], "reject", dict(form)))
    assert "Say in a few words" in words(send(console, items[0], "escalate", dict(form)))
    assert send(console, items[0], "reject", dict(form, reason="no reply needed")).status_code == 303
    assert {console.world.reload(item).status for item in items} == {"rejected"}

    more = alike(console.world, 2)
    form = form_of(cluster(console, more[0]).text)
    assert send(console, more[0], "escalate", dict(form, escalation="ask the lead", read_all="")).status_code == 303
    assert {console.world.reload(item).status for item in more} == {"escalated"}


def test_fifty_stand_on_a_page_and_the_rest_on_the_next(console: Console) -> None:
    items = alike(console.world, 40) + alike(console.world, 12)
    console.sign_in()
    page = cluster(console, items[0])
    form = form_of(page.text)
    assert len(form["item"]) == 50
    assert "52 people ask this" in words(page)
    assert "The first 50 stand here" in words(page)

    answer = send(console, items[0], "approve", form)

    assert answer.headers["location"].startswith(f"/queue/cluster/{items[0].id}?")
    assert len(form_of(console.get(answer.headers["location"]).text)["item"]) == 2


@pytest.mark.parametrize("act", ["approve", "reject", "escalate", "take-out", "check", "claim", "release"])
def test_another_brand_s_messages_are_not_there(console: Console, act: str) -> None:
    items = alike(console.world, 2)
    console.sign_in()
    form = form_of(cluster(console, items[0]).text, only=f"{items[0].id}:1", reason="other", note="x", escalation="x")
    console.sign_in(console.world.person(brands=[]))

    assert cluster(console, items[0]).status_code == 404
    assert send(console, items[0], act, form).status_code == 404
    assert console.get("/queue/cluster/99999").status_code == 404
    assert {console.world.reload(item).status for item in items} == {"pending"}


def test_a_form_without_its_token_or_with_another_s_fields_is_refused(console: Console) -> None:
    items = alike(console.world, 2)
    console.sign_in()
    form = form_of(cluster(console, items[0]).text)

    assert send(console, items[0], "approve", dict(form, csrf_token="x")).status_code == 403
    assert send(console, items[0], "approve", dict(form, text=form["text"][:1])).status_code == 422
    assert send(console, items[0], "approve", dict(form, item=["1:1:x", "2"])).status_code == 422
    assert approvals(console.world) == []
