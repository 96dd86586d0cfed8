from __future__ import annotations

import pytest
from sqlmodel import select

from replyassist.core.accounts import principal
from replyassist.core.errors import Conflict, NotFound
from replyassist.core.security import Role
from replyassist.review.models import Approval, ReviewItem
from replyassist.review.onboarding import repository, service
from replyassist.review.onboarding.models import PracticeRun
from replyassist.review.onboarding.practice import ITEMS, PracticeAct, PracticeItem, chosen, shipped_items
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World


def item(key: str, right: PracticeAct) -> PracticeItem:
    return PracticeItem(key=key, message="m", draft="d", right=right, why="w")


def test_the_shipped_items_are_five_and_ask_for_every_answer() -> None:
    assert len(shipped_items()) == ITEMS
    assert {each.right for each in shipped_items()} == set(PracticeAct)
    assert {each.key for each in chosen([])} == {each.key for each in shipped_items()}


def test_a_brands_own_items_come_first_and_no_answer_is_always_right() -> None:
    own = [item(f"entry-{number}", PracticeAct.SEND) for number in range(9)]
    picked = chosen(own)
    assert len(picked) == ITEMS
    assert [each.key for each in picked[:2]] == ["entry-0", "entry-1"]
    assert sum(each.right is PracticeAct.SEND for each in picked) == 2


def begin(world: World) -> tuple[PracticeRun, list[PracticeItem]]:
    agent = world.person(Role.AGENT)
    with world.database.writing() as session:
        run = service.begin(session, agent, BRAND, now=world.clock.now())
        return run, service.items_of(session, run)


def test_what_a_lead_decided_becomes_practice_without_anybodys_data(world: World) -> None:
    lead, manager = world.person(Role.LEAD), world.person(Role.MANAGER)
    author = {"external_id": "1", "handle": "sinead_oc", "name": "Sinéad"}
    text = "Sinéad here, call 087 123 4567 or sinead@example.com"
    mine = world.item(message={"text": text, "author": author}, draft="Hi Sinéad! We ship to 32 countries.")
    world.reject(mine, lead, "call Sinéad")
    approve(world, lead, world.item(), text=DRAFT.replace("Hi Tom!", "Hey Tom!"))
    approve(world, manager, world.item())

    _run, items = begin(world)

    own = [each for each in items if each.key.startswith("entry-")]
    assert {each.right for each in own} == {PracticeAct.REJECT, PracticeAct.EDIT}, "a manager's decision is no lead's"
    words = " ".join(part for each in own for part in (each.message, each.draft, each.why, each.sent))
    assert not [secret for secret in ("Sinéad", "sinead", "4567", "Tom") if secret in words]
    edited = next(each for each in own if each.right is PracticeAct.EDIT)
    assert edited.sent.startswith("Hey Sam!")
    assert "32 countries" in edited.template


def test_a_run_is_answered_in_its_order_and_kept(world: World) -> None:
    run, items = begin(world)
    with world.database.reading() as session:
        agent = principal(session, run.user_id)
        assert service.is_new(session, agent)
    for number, each in enumerate(items):
        with world.database.writing() as session, pytest.raises(Conflict):
            service.answer(session, agent, run.id or 0, number + 1, PracticeAct.SEND, now=world.clock.now())
        given = each.right if number else PracticeAct.REJECT
        with world.database.writing() as session:
            run = service.answer(session, agent, run.id or 0, number, given, now=world.clock.now())
    assert (run.answers.right, run.done_at) == (4, world.clock.now())
    with world.database.writing() as session, pytest.raises(Conflict):
        service.answer(session, agent, run.id or 0, 5, PracticeAct.SEND, now=world.clock.now())
    with world.database.reading() as session:
        assert not service.is_new(session, agent)
        assert session.exec(select(ReviewItem)).all() == []
        assert session.exec(select(Approval)).all() == []


def test_nobody_sees_anothers_run(world: World) -> None:
    run, _items = begin(world)
    other = world.person(Role.LEAD)
    with world.database.writing() as session:
        with pytest.raises(NotFound):
            service.own_run(session, other, run.id or 0)
        with pytest.raises(NotFound):
            service.answer(session, other, run.id or 0, 0, PracticeAct.SEND, now=world.clock.now())


def test_who_has_decided_before_is_not_new(world: World) -> None:
    agent, manager = world.person(Role.AGENT), world.person(Role.MANAGER)
    with world.database.reading() as session:
        assert (service.is_new(session, agent), service.is_new(session, manager)) == (True, False)
    approve(world, agent, world.item())
    with world.database.reading() as session:
        assert not service.is_new(session, agent)


def test_an_item_that_is_gone_gives_way_to_a_shipped_one(world: World) -> None:
    lead = world.person(Role.LEAD)
    mine = world.item()
    approve(world, lead, mine)
    run, items = begin(world)
    assert items[0].key.startswith("entry-")
    world.delete(world.key(mine))
    with world.database.reading() as session:
        assert not [each for each in service.items_of(session, run) if each.key.startswith("entry-")]
        assert repository.decided_by_leads(session, BRAND) == []
