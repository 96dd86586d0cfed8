"""A decided item becomes a labelled case with one click, with nobody's personal data in it."""

from __future__ import annotations

import pytest

from replyassist.core.security import Role
from replyassist.evaluation.sets import CaseSets
from replyassist.review.models import ReviewItem
from tests.review.test_decisions import approve
from tests.web.console import words
from tests.web.evaluation.workbench import Workbench
from tests.world import BRAND

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MESSAGE = {
    "text": "Hi, Tom Kelly here (tom.kelly@mail.example, +353 86 123 4567). do you ship to Norway??",
    "author": {"external_id": "9911", "handle": "tom.k", "name": "Tom Kelly"},
}
SENT = "Hi Tom! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


@pytest.fixture
def item(workbench: Workbench) -> ReviewItem:
    world = workbench.console.world
    item = world.item(message=MESSAGE, draft=SENT)
    approve(world, world.person(Role.MANAGER), item)
    workbench.console.sign_in(Role.MANAGER)
    return world.reload(item)


def test_what_would_be_kept_is_shown_first_and_nothing_is_stored(workbench: Workbench, item: ReviewItem) -> None:
    answer = workbench.console.post(f"/evaluation/cases/from-item/{item.id}", {})
    page = words(answer)

    assert answer.status_code == 200
    assert "do you ship to Norway" in page
    assert "32 countries" in answer.text
    for personal in ("Kelly", "mail.example", "123 4567", "tom.k"):
        assert personal not in answer.text
    assert CaseSets(workbench.console.world.settings.home).infos() == []


def test_the_page_of_an_answered_item_leads_there(workbench: Workbench, item: ReviewItem) -> None:
    form = f'action="/evaluation/cases/from-item/{item.id}"'
    pending = workbench.console.world.item(draft=SENT)

    assert form in workbench.page(f"/queue/{item.id}")
    assert "from-item" not in workbench.page(f"/queue/{pending.id}")
    workbench.console.sign_in(Role.AGENT)
    assert form not in workbench.page(f"/queue/{item.id}")


def test_it_is_kept_with_the_label_as_it_was_mended(workbench: Workbench, item: ReviewItem) -> None:
    form = {"act": "keep", "template_id": "shipping-abroad", "must_include": "32 countries\r\n\r\n4 to 7 working days"}
    kept = workbench.console.post(f"/evaluation/cases/from-item/{item.id}", form)
    again = workbench.console.post(f"/evaluation/cases/from-item/{item.id}", form | {"must_not_include": "free"})
    (case,) = CaseSets(workbench.console.world.settings.home).load(f"decided-{BRAND}").cases

    assert (kept.status_code, again.status_code) == (303, 303)
    assert (case.id, case.author_name, case.tags) == (f"item-{item.id}", "Sam", ["decided"])
    assert case.expected.reply == SENT.replace("Tom", "Sam")
    assert case.expected.must_include == ["32 countries", "4 to 7 working days"]
    assert case.expected.must_not_include == ["free"]
    assert workbench.console.get(kept.headers["location"]).status_code == 200


def test_a_label_that_is_none_is_refused_in_the_page(workbench: Workbench, item: ReviewItem) -> None:
    form = {"act": "keep", "template_id": "shipping-abroad", "must_include": "x" * 501}
    answer = workbench.console.post(f"/evaluation/cases/from-item/{item.id}", form)

    assert answer.status_code == 422
    assert "500 characters" in words(answer)


def test_an_item_that_nobody_answered_says_nothing_of_a_good_answer(workbench: Workbench) -> None:
    pending = workbench.console.world.item(draft=SENT)
    workbench.console.sign_in(Role.MANAGER)
    assert workbench.console.post(f"/evaluation/cases/from-item/{pending.id}", {}).status_code == 409


def test_who_may_not_label_and_who_does_not_see_the_item_get_nothing(workbench: Workbench, item: ReviewItem) -> None:
    workbench.console.sign_in(Role.AGENT)
    assert workbench.console.post(f"/evaluation/cases/from-item/{item.id}", {}).status_code == 403
    assert workbench.console.world.person(Role.LEAD)
    workbench.console.sign_in(Role.LEAD)
    assert workbench.console.post("/evaluation/cases/from-item/999999", {}).status_code == 404
