"""What became of drafts, by template, on both databases."""

from __future__ import annotations

from replyassist.core.accounts import Principal
from replyassist.core.security import Role
from replyassist.review.failures import FailureKind
from replyassist.review.models import ReviewItem
from replyassist.review.repository.outcomes import Outcomes, drafts_made, edited_replies, recent_outcomes
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World

ID = "shipping-abroad"


def reject(world: World, who: Principal, item: ReviewItem, *failures: FailureKind) -> None:
    world.reject(item, who, "wrong tone", failures=failures)


def outcomes(world: World) -> Outcomes:
    with world.database.reading() as session:
        return recent_outcomes(session, BRAND, now=world.clock.now()).get(ID, Outcomes())


def test_decisions_are_counted_by_what_they_were(world: World) -> None:
    who = world.person(Role.LEAD)
    approve(world, who, world.item())
    approve(world, who, world.item(), text=DRAFT + " Bye.")
    reject(world, who, world.item(), FailureKind.WRONG_TONE)
    world.item()

    found = outcomes(world)
    assert (found.as_is, found.edited, found.rejected, found.decided) == (1, 1, 1, 3)
    assert found.failures == {"wrong_tone": 1}
    assert found.percent(found.edited) == 33
    with world.database.reading() as session:
        assert drafts_made(session, BRAND, [ID, "nothing"], now=world.clock.now()) == {ID: 4}


def test_of_an_item_the_last_decision_counts(world: World) -> None:
    who = world.person(Role.LEAD)
    item = approve(world, who, world.item())
    item = world.take_back(item, who)
    reject(world, who, item)

    found = outcomes(world)
    assert (found.as_is, found.rejected) == (0, 1)


def test_what_is_older_than_the_window_counts_no_more(world: World) -> None:
    approve(world, world.person(), world.item())
    world.clock.advance(days=91)

    assert outcomes(world).decided == 0
    with world.database.reading() as session:
        assert drafts_made(session, BRAND, [ID], now=world.clock.now()) == {}
        assert edited_replies(session, BRAND, ID, now=world.clock.now()) == []


def test_edits_are_shown_as_they_were_made_the_newest_first(world: World) -> None:
    who = world.person(Role.LEAD)
    approve(world, who, world.item())
    first = approve(world, who, world.item(), text=DRAFT + " Bye.")
    second = approve(world, who, world.item(), text=DRAFT + " See you.")

    with world.database.reading() as session:
        found = edited_replies(session, BRAND, ID, now=world.clock.now())
    assert [(edit.review_item_id, edit.draft, edit.text, edit.by) for edit in found] == [
        (second.id, DRAFT, DRAFT + " See you.", who.name),
        (first.id, DRAFT, DRAFT + " Bye.", who.name),
    ]


def test_every_second_of_enough_decisions_makes_it_often_changed() -> None:
    assert Outcomes(as_is=5, edited=3, rejected=2).is_often_changed
    assert not Outcomes(as_is=6, edited=4).is_often_changed
    assert not Outcomes(edited=9).is_often_changed
