from __future__ import annotations

from typing import Any

import pytest

from replyassist.learning.gaps import Unanswered, gaps, unanswered
from replyassist.review.failures import FailureKind
from replyassist.testing import FakeClock, FakeEncoder
from replyassist.triage import Route, triage
from tests.review.test_decisions import approve
from tests.world import BRAND, World

from .test_service import reject, take_back

NOW = FakeClock().now()
GIFTS = ("do you sell gift cards", "do you sell gift cards online", "where do you sell gift cards")
ABSTAINED: dict[str, Any] = {"route": Route.ESCALATE, "template_id": None, "abstained": True, "draft": ""}


def asked(*texts: str) -> list[Unanswered]:
    return [Unanswered(number, text, NOW) for number, text in enumerate(texts, start=1)]


def test_messages_that_ask_about_the_same_are_one_gap_the_largest_first() -> None:
    found = gaps(asked(GIFTS[0], "is oat milk gluten free", *GIFTS[1:], "is your oat milk gluten free"), FakeEncoder())

    assert [(gap.size, gap.item_ids) for gap in found] == [(3, (1, 3, 4)), (2, (2, 5))]
    assert found[0].example in GIFTS


@pytest.mark.parametrize(("fewest", "sizes"), [(1, [1, 1]), (2, [])])
def test_what_nobody_else_asks_is_a_gap_only_on_demand(fewest: int, sizes: list[int]) -> None:
    found = gaps(asked(GIFTS[0], "is oat milk gluten free"), FakeEncoder(), fewest=fewest)
    assert [gap.size for gap in found] == sizes


def test_nothing_asked_is_no_gap() -> None:
    assert gaps([], FakeEncoder()) == []


def texts(world: World) -> list[str]:
    with world.database.reading() as session:
        return [message.text for message in unanswered(session, BRAND)]


def test_a_message_without_a_template_is_unanswered_without_its_authors_name(world: World) -> None:
    world.item(message={"text": "Tom here, do you sell gift cards?"}, **ABSTAINED)
    world.item()

    assert texts(world) == ["here, do you sell gift cards?"]


@pytest.mark.parametrize(
    "more",
    [
        {"route": Route.NO_REPLY},
        {"triage": triage("love it").model_copy(update={"is_plain_praise": True})},
        {"template_id": "shipping-abroad"},
    ],
    ids=["needs no reply", "praise", "picked"],
)
def test_what_needs_no_template_or_has_one_is_no_gap(world: World, more: dict[str, Any]) -> None:
    world.item(message={"text": "love your beans so much"}, **(ABSTAINED | more))
    assert texts(world) == []


def test_a_wrong_template_is_a_gap_until_that_is_taken_back(world: World) -> None:
    who = world.person()
    wrong, tone, right = (world.item(message={"text": f"can it go to {place}"}) for place in ("A b", "C d", "E f"))
    rejected = reject(world, who, wrong, FailureKind.WRONG_TEMPLATE)
    reject(world, who, tone, FailureKind.WRONG_TONE)
    approve(world, who, right)
    assert texts(world) == ["can it go to A b"]

    take_back(world, who, rejected)
    assert texts(world) == []


def test_another_brands_gaps_are_its_own(world: World) -> None:
    world.item(message={"text": "do you sell gift cards?"}, **ABSTAINED)
    with world.database.reading() as session:
        assert unanswered(session, "harbour") == []
