"""What a message really is, said on its page."""

from __future__ import annotations

import re

from replyassist.core.security import Role
from replyassist.review.corrections import repository as stored
from replyassist.review.models import ReviewItem
from replyassist.triage import Kind, triage
from replyassist.web.words import KINDS
from tests.triage.readings import reading
from tests.web.console import Console, page_of
from tests.world import World


def read_item(world: World) -> ReviewItem:
    return world.item(triage=triage("do you ship to Norway??", reading=reading(closing=0.7)))


def said_of(console: Console, item: ReviewItem) -> str | None:
    with console.world.database.reading() as session:
        row = stored.of_message(session, item.message_id)
        return row.kind if row else None


def test_every_kind_has_words_and_can_be_picked(console: Console) -> None:
    item = read_item(console.world)
    console.sign_in()
    page = console.get(f"/queue/{item.id}").text
    form = re.search(r'<form class="really".*?</form>', page, flags=re.DOTALL)
    assert form is not None
    assert set(re.findall(r'<option value="(\w+)"', form[0])) == set(KINDS) == set(Kind)


def test_a_manager_says_what_it_is_and_takes_that_back_there(console: Console) -> None:
    item = read_item(console.world)
    console.sign_in()
    assert console.act(item, "kind", kind="question").status_code == 303
    assert said_of(console, item) == "question"
    page = page_of(console, item)
    assert "You called this a question take back" in page
    assert "said what it really is: question" in page
    assert "It is really" not in page

    assert console.act(console.world.reload(item), "take-kind-back").status_code == 303
    assert said_of(console, item) is None
    assert "It is really" in page_of(console, item)


def test_others_read_who_said_so(console: Console) -> None:
    item = read_item(console.world)
    who = console.sign_in()
    console.act(item, "kind", kind="own_case")
    console.sign_in(Role.AGENT)
    page = page_of(console, item)
    assert f"{who.name} called this their own order or account" in page
    assert "take back" not in page


def test_an_agent_is_not_asked_and_refused(console: Console) -> None:
    item = read_item(console.world)
    console.sign_in(Role.AGENT)
    assert "It is really" not in page_of(console, item)
    assert console.act(item, "kind", kind="question").status_code == 403
    assert said_of(console, item) is None


def test_nothing_picked_or_an_old_page_is_said_on_the_page(console: Console) -> None:
    item = read_item(console.world)
    console.sign_in()
    answer = console.act(item, "kind", kind="")
    assert (answer.status_code, "Pick what the message really is." in answer.text) == (422, True)
    console.act(item, "kind", kind="question")
    assert console.act(item, "kind", kind="praise").status_code == 409
    assert said_of(console, item) == "question"


def test_what_no_model_read_is_not_asked_about(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    assert "It is really" not in page_of(console, item)


def test_a_form_without_its_token_changes_nothing(console: Console) -> None:
    item = read_item(console.world)
    console.sign_in()
    assert console.act(item, "kind", kind="question", csrf_token="forged").status_code == 403
    assert said_of(console, item) is None
