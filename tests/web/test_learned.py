"""What an item taught, on its page."""

from __future__ import annotations

import pytest

from replyassist.core.security import Role
from replyassist.faq import learned
from replyassist.faq.learned import LessonSource
from replyassist.faq.repository.learned import active_examples
from replyassist.retrieval.entries import entries_of
from replyassist.retrieval.known import LEARNED
from replyassist.review.models import ReviewItem
from replyassist.web.words import MATCHED_FIELDS
from tests.web.console import Console, page_of
from tests.world import BRAND, World, shipping

ASK = "can it go to <Bergen>?"


def taught(console: Console, item: ReviewItem, *, counts_against: bool = False) -> int:
    return taught_by(console.world, item, ASK, counts_against=counts_against)


def taught_by(world: World, item: ReviewItem, text: str, *, counts_against: bool = False) -> int:
    with world.database.writing() as session:
        source = LessonSource(item.id or 0, item.message_id, "approved", "Mia")
        row = learned.add(
            session,
            BRAND,
            "shipping-abroad",
            text,
            counts_against=counts_against,
            source=source,
            now=world.clock.now(),
        )
        assert row is not None
        return row.id or 0


def counting(console: Console) -> list[str]:
    with console.world.database.reading() as session:
        return [example.text for example in active_examples(session, BRAND)]


def change(console: Console, item: ReviewItem, number: int, act: str) -> int:
    status: int = console.post(f"/queue/{item.id}/examples/{number}/{act}", {}, page=f"/queue/{item.id}").status_code
    return status


def test_an_item_that_taught_nothing_says_nothing_of_it(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    assert "What it taught" not in page_of(console, item)


@pytest.mark.parametrize(
    ("counts_against", "said"),
    [(False, "Became an example of shipping-abroad"), (True, "Counts against shipping-abroad")],
)
def test_the_page_says_what_an_item_taught(console: Console, counts_against: bool, said: str) -> None:
    item = console.world.item()
    taught(console, item, counts_against=counts_against)
    console.sign_in()

    assert f"{said}: {ASK}" in page_of(console, item)
    assert "<Bergen>" not in console.get(f"/queue/{item.id}").text


def test_a_manager_undoes_it_there_and_lets_it_count_again(console: Console) -> None:
    item = console.world.item()
    number = taught(console, item)
    who = console.sign_in()

    assert change(console, item, number, "withdraw") == 303
    assert counting(console) == []
    assert f"undone by {who.name}" in page_of(console, item)
    assert change(console, item, number, "restore") == 303
    assert counting(console) == [ASK]


def test_an_agent_reads_it_only(console: Console) -> None:
    item = console.world.item()
    number = taught(console, item)
    console.sign_in(Role.AGENT)

    assert f"/examples/{number}/" not in console.get(f"/queue/{item.id}").text
    assert change(console, item, number, "withdraw") == 403
    assert counting(console) == [ASK]


def test_an_example_of_another_item_is_not_found_here(console: Console) -> None:
    number, other = taught(console, console.world.item()), console.world.item()
    console.sign_in()

    assert change(console, other, number, "withdraw") == 404


def test_a_form_without_its_token_changes_nothing(console: Console) -> None:
    item = console.world.item()
    number = taught(console, item)
    console.sign_in()

    answer = console.post(f"/queue/{item.id}/examples/{number}/withdraw", {"csrf_token": "forged"})
    assert answer.status_code == 403
    assert counting(console) == [ASK]


def test_what_the_machine_withdrew_is_said_to_be_its_doing(console: Console) -> None:
    item = console.world.item()
    number = taught(console, item)
    with console.world.database.writing() as session:
        learned.unlearn(session, learned.find_example(session, BRAND, number), now=console.world.clock.now())
    console.sign_in()

    assert "undone by the machine, for the decision fell" in page_of(console, item)


def test_every_kind_of_text_by_which_a_template_is_found_has_a_word_for_people() -> None:
    assert {*entries_of(shipping()).values(), LEARNED} <= set(MATCHED_FIELDS)
