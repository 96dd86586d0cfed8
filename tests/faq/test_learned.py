from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.database import Database
from replyassist.core.errors import Conflict, NotFound
from replyassist.faq import learned
from replyassist.faq.learned import LessonSource
from replyassist.faq.models import LearnedExampleRow
from replyassist.faq.repository.learned import LearnedExample, active_examples, examples_of_template
from replyassist.faq.service import current_version, delete_template, faq_revision, import_templates
from tests.world import BRAND, World, shipping

SHIPPING = "shipping-abroad"


def teach(
    world: World,
    text: str,
    *,
    template_id: str = SHIPPING,
    counts_against: bool = False,
    item: tuple[int, int] | None = None,
    actor: str = "Mia",
) -> LearnedExampleRow | None:
    """A decision about a message of its own, unless ``item`` (review item id, message id) says which."""
    if item is None:
        made = world.item()
        item = (made.id or 0, made.message_id)
    with world.database.writing() as session:
        return learned.add(
            session,
            BRAND,
            template_id,
            text,
            counts_against=counts_against,
            source=LessonSource(item[0], item[1], "approved", actor),
            now=world.clock.now(),
        )


def taught(world: World, text: str, **more: Any) -> int:
    row = teach(world, text, **more)
    assert row is not None
    assert row.id is not None
    return row.id


def active(database: Database) -> list[LearnedExample]:
    with database.reading() as session:
        return active_examples(session, BRAND)


def texts(database: Database) -> list[str]:
    return [example.text for example in active(database)]


def revision(world: World) -> int:
    with world.database.reading() as session:
        return faq_revision(session, BRAND)


class TestWhatCounts:
    def test_a_taught_text_is_an_example_of_its_template(self, world: World) -> None:
        number = taught(world, "can you send it to Bergen?")

        assert active(world.database) == [LearnedExample(number, SHIPPING, "can you send it to Bergen?")]

    def test_each_change_raises_the_revision_and_never_the_version(self, world: World) -> None:
        with world.database.reading() as session:
            version = current_version(session, BRAND, SHIPPING)
        before = revision(world)
        number = taught(world, "can you send it to Bergen?")
        assert revision(world) == before + 1
        with world.database.writing() as session:
            learned.withdraw(session, BRAND, number, by="Mia", now=world.clock.now())
        assert revision(world) == before + 2
        with world.database.writing() as session:
            learned.restore(session, BRAND, number)
        assert revision(world) == before + 3
        with world.database.reading() as session:
            assert current_version(session, BRAND, SHIPPING) == version

    def test_the_same_words_count_once_and_the_last_decision_says_which_way(self, world: World) -> None:
        taught(world, "Send to Bergen?")
        taught(world, "send  to bergen")
        assert texts(world.database) == ["send  to bergen"]

        taught(world, "send to BERGEN!", counts_against=True)
        assert [(example.text, example.counts_against) for example in active(world.database)] == [
            ("send to BERGEN!", True)
        ]

    def test_a_lesson_that_stands_again_is_the_last_one(self, world: World) -> None:
        made = world.item()
        item = (made.id or 0, made.message_id)
        first = taught(world, "send to Bergen?", item=item)
        with world.database.writing() as session:
            learned.unlearn(session, learned.find_example(session, BRAND, first), now=world.clock.now())
        world.clock.advance(seconds=60)
        against = taught(world, "send to Bergen", counts_against=True)
        assert [example.id for example in active(world.database)] == [against]
        world.clock.advance(seconds=60)

        assert taught(world, "send to Bergen?", item=item) == first
        assert [example.id for example in active(world.database)] == [first]

    def test_only_the_newest_of_a_template_count(self, world: World) -> None:
        for text in ("one to Bergen", "two to Oslo", "three to Rome"):
            taught(world, text)
        taught(world, "not this", counts_against=True)

        with world.database.reading() as session:
            kept = active_examples(session, BRAND, kept=2)
        assert [example.text for example in kept] == ["two to Oslo", "three to Rome", "not this"]

    def test_examples_of_a_deleted_template_rest_and_come_back_with_it(self, world: World) -> None:
        taught(world, "can you send it to Bergen?")
        with world.database.writing() as session:
            delete_template(session, BRAND, SHIPPING, now=world.clock.now())
        assert active(world.database) == []
        with world.database.writing() as session:
            import_templates(session, BRAND, [shipping()], now=world.clock.now())

        assert texts(world.database) == ["can you send it to Bergen?"]

    def test_another_brand_learns_nothing(self, world: World) -> None:
        taught(world, "can you send it to Bergen?")
        with world.database.reading() as session:
            assert active_examples(session, "harbour") == []


class TestTeaching:
    def test_the_same_item_again_changes_nothing(self, world: World) -> None:
        made = world.item()
        item = (made.id or 0, made.message_id)
        assert teach(world, "send to Bergen?", item=item) is not None
        before = revision(world)

        assert teach(world, "send to Bergen?", item=item) is None
        assert revision(world) == before

    def test_what_the_machine_withdrew_stands_again_when_it_is_taught_again(self, world: World) -> None:
        made = world.item()
        item = (made.id or 0, made.message_id)
        first = taught(world, "send to Bergen?", item=item)
        with world.database.writing() as session:
            learned.unlearn(session, learned.find_example(session, BRAND, first), now=world.clock.now())
        assert active(world.database) == []

        assert taught(world, "send to Bergen?", item=item, actor="Ola") == first
        with world.database.reading() as session:
            row = learned.find_example(session, BRAND, first)
            assert (row.actor, row.withdrawn_at, row.withdrawn_by) == ("Ola", None, None)

    def test_a_text_that_is_cleaned_differently_by_then_takes_the_place_of_the_old_one(self, world: World) -> None:
        made = world.item()
        item = (made.id or 0, made.message_id)
        first = taught(world, "send to [NAME]?", item=item)
        with world.database.writing() as session:
            learned.unlearn(session, learned.find_example(session, BRAND, first), now=world.clock.now())

        assert taught(world, "send to?", item=item) == first
        assert texts(world.database) == ["send to?"]

    def test_what_the_machine_withdraws_from_one_item_another_still_teaches(self, world: World) -> None:
        first = taught(world, "send to Bergen?")
        taught(world, "Send to Bergen")
        with world.database.writing() as session:
            learned.unlearn(session, learned.find_example(session, BRAND, first), now=world.clock.now())

        assert texts(world.database) == ["Send to Bergen"]


class TestUndoing:
    def test_a_persons_no_holds_for_the_text_whoever_teaches_it_again(self, world: World) -> None:
        first = taught(world, "send to Bergen?")
        taught(world, "Send to Bergen")
        with world.database.writing() as session:
            learned.withdraw(session, BRAND, first, by="Mia", now=world.clock.now())

        assert active(world.database) == []
        assert teach(world, "send to bergen!") is None
        with world.database.reading() as session:
            row = learned.find_example(session, BRAND, first)
            assert (row.withdrawn_at, row.withdrawn_by, row.text) == (world.clock.now(), "Mia", "send to Bergen?")

    def test_to_undo_twice_changes_nothing(self, world: World) -> None:
        number = taught(world, "send to Bergen?")
        for _ in range(2):
            with world.database.writing() as session:
                learned.withdraw(session, BRAND, number, by="Mia", now=world.clock.now())
        before = revision(world)
        with world.database.writing() as session:
            learned.withdraw(session, BRAND, number, by="Ola", now=world.clock.now())

        assert revision(world) == before
        with world.database.reading() as session:
            assert learned.find_example(session, BRAND, number).withdrawn_by == "Mia"

    def test_what_was_undone_can_be_restored(self, world: World) -> None:
        number = taught(world, "send to Bergen?")
        with world.database.writing() as session:
            learned.withdraw(session, BRAND, number, by="Mia", now=world.clock.now())
        with world.database.writing() as session:
            learned.restore(session, BRAND, number)

        assert texts(world.database) == ["send to Bergen?"]
        assert teach(world, "send to bergen!") is not None

    def test_what_a_later_decision_speaks_against_waits_until_that_is_undone(self, world: World) -> None:
        number = taught(world, "send to Bergen?")
        with world.database.writing() as session:
            learned.withdraw(session, BRAND, number, by="Mia", now=world.clock.now())
        against = taught(world, "send to Bergen", counts_against=True)
        with world.database.writing() as session, pytest.raises(Conflict, match=f"undo example {against} first"):
            learned.restore(session, BRAND, number)
        with world.database.writing() as session:
            learned.withdraw(session, BRAND, against, by="Mia", now=world.clock.now())
            learned.restore(session, BRAND, number)

        assert texts(world.database) == ["send to Bergen?"]

    def test_an_example_of_another_brand_does_not_exist(self, world: World) -> None:
        number = taught(world, "send to Bergen?")
        with world.database.reading() as session, pytest.raises(NotFound):
            learned.find_example(session, "harbour", number)


class TestErasing:
    def test_what_a_message_taught_goes_with_its_text_for_good(self, world: World) -> None:
        made = world.item()
        item = (made.id or 0, made.message_id)
        number = taught(world, "send to Bergen?", item=item)
        taught(world, "send to Rome?")
        with world.database.writing() as session:
            assert learned.erase_message(session, BRAND, item[1], by="Mia", now=world.clock.now()) == [
                "send to Bergen?"
            ]

        assert texts(world.database) == ["send to Rome?"]
        with world.database.writing() as session:
            assert learned.find_example(session, BRAND, number).text == ""
            assert learned.erase_message(session, BRAND, item[1], by="Mia", now=world.clock.now()) == []
            with pytest.raises(Conflict):
                learned.restore(session, BRAND, number)
        assert teach(world, "send to Bergen?", item=item) is None

    def test_an_erased_message_teaches_nothing_any_more_in_no_other_way_either(self, world: World) -> None:
        made = world.item()
        item = (made.id or 0, made.message_id)
        taught(world, "send to Bergen?", item=item)
        with world.database.writing() as session:
            learned.erase_message(session, BRAND, item[1], by="Mia", now=world.clock.now())

        assert teach(world, "send to Bergen?", counts_against=True, item=item) is None
        assert teach(world, "send to Bergen?", template_id="customs", item=item) is None

    def test_it_says_who_erased_also_what_was_withdrawn_before(self, world: World) -> None:
        made = world.item()
        number = taught(world, "send to Bergen?", item=(made.id or 0, made.message_id))
        with world.database.writing() as session:
            learned.unlearn(session, learned.find_example(session, BRAND, number), now=world.clock.now())
        world.clock.advance(seconds=60)
        with world.database.writing() as session:
            learned.erase_message(session, BRAND, made.message_id, by="Mia", now=world.clock.now())

        with world.database.reading() as session:
            row = learned.find_example(session, BRAND, number)
        assert (row.withdrawn_by, row.withdrawn_at) == ("Mia", world.clock.now())

    def test_another_person_may_still_teach_the_same_words(self, world: World) -> None:
        made = world.item()
        taught(world, "send to Bergen?", item=(made.id or 0, made.message_id))
        with world.database.writing() as session:
            learned.erase_message(session, BRAND, made.message_id, by="Mia", now=world.clock.now())

        assert teach(world, "send to Bergen?") is not None


def test_a_page_shows_also_what_was_withdrawn_the_newest_first(world: World) -> None:
    numbers = [taught(world, f"send it to place {number}?") for number in range(3)]
    with world.database.writing() as session:
        learned.withdraw(session, BRAND, numbers[2], by="Mia", now=world.clock.now())
    with world.database.reading() as session:
        first = examples_of_template(session, BRAND, SHIPPING, limit=2)
        second = examples_of_template(session, BRAND, SHIPPING, before=first.next_cursor, limit=2)

    assert [row.id for row in first.items] == [numbers[2], numbers[1]]
    assert ([row.id for row in second.items], second.next_cursor) == ([numbers[0]], None)
