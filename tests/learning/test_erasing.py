"""What is left of a message in proposals and lessons once it was erased or its author deleted it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replyassist.core.errors import NotFound
from replyassist.faq import proposals, service
from replyassist.faq.proposals import ProposalEdits
from replyassist.faq.proposed import PastText, ProposalState, ProposedTexts
from replyassist.learning.erasing import ErasureResult, erase, standing
from replyassist.learning.past_messages import read_past_messages
from replyassist.learning.stored_messages import stored_messages, with_stored
from tests.faq.test_learned import teach
from tests.faq.test_proposals import gifts, keep
from tests.world import BRAND, World, shipping

ASKED = "do you sell gift cards?"


def proposed(world: World, message_id: int, *, text: str = ASKED) -> int:
    """A proposal whose first question and title are the words of a stored message."""
    texts = ProposedTexts(
        questions=(PastText(text=text, key=f"message {message_id}"), PastText(text="vouchers?", key="line 2")),
        reply=PastText(text="Under Gifts.", key=f"message {message_id}"),
    )
    (number,) = keep(world, gifts(texts=texts, covers=(f"message {message_id}", "line 2")))
    return number


def erased(world: World, message_id: int, *, whole_author: bool = False) -> ErasureResult:
    with world.database.writing() as session:
        return erase(session, BRAND, message_id, whole_author=whole_author, by="Ada", now=world.clock.now())


def decide(world: World, number: int, state: ProposalState, **edited: str) -> None:
    with world.database.writing() as session:
        if state is ProposalState.ACCEPTED:
            version = proposals.find_proposal(session, BRAND, number).version
            edits = ProposalEdits(**edited)
            proposals.accept(session, BRAND, number, version=version, edited=edits, by="Ada", now=world.clock.now())
        if state is ProposalState.DISMISSED:
            proposals.dismiss(session, BRAND, number, by="Ada", now=world.clock.now())


def told(world: World, number: int) -> str:
    """All that a proposal still says."""
    with world.database.reading() as session:
        row = proposals.find_proposal(session, BRAND, number)
        return f"{row.title} {row.suggested_id} {row.texts}"


def looked_at(world: World) -> list[str]:
    with world.database.reading() as session:
        return [message.text for message in stored_messages(session, BRAND).messages]


@pytest.mark.parametrize("state", [ProposalState.OPEN, ProposalState.DISMISSED])
def test_the_words_of_an_erased_message_leave_every_proposal(world: World, state: ProposalState) -> None:
    message = world.message(text=ASKED)
    number = proposed(world, message)
    decide(world, number, state)
    found = erased(world, message)

    assert (found.proposed, found.learned, found.templates) == (1, 0, ())
    assert {ASKED, "Under Gifts.", "Do you sell gift cards?"} <= set(found.texts)
    assert "gift" not in told(world, number).casefold()
    assert "vouchers?" in told(world, number)


def test_the_template_that_somebody_made_of_the_words_is_named(world: World) -> None:
    message = world.message(text=ASKED)
    decide(world, proposed(world, message), ProposalState.ACCEPTED, title="In my words", id="gifts")
    assert erased(world, message).templates == ("gifts",)


def test_a_template_that_holds_what_the_message_taught_is_named_and_others_are_not(world: World) -> None:
    item = world.item(message={"text": "can you send it to Bergen"})
    teach(world, "can you send it to Bergen?", item=(item.id or 0, item.message_id))
    with world.database.writing() as session:
        held = shipping(id="bergen", questions=["Can you send it to Bergen"])
        service.add_template(session, BRAND, held, now=world.clock.now())
    found = erased(world, item.message_id)
    assert (found.learned, found.templates) == (1, ("bergen",))


def test_a_template_that_is_gone_is_not_named(world: World) -> None:
    message = world.message(text=ASKED)
    decide(world, proposed(world, message), ProposalState.ACCEPTED, id="gifts")
    with world.database.writing() as session:
        service.delete_template(session, BRAND, "gifts", now=world.clock.now())
    assert erased(world, message).templates == ()


def test_what_was_erased_is_not_looked_at_again_also_when_it_had_taught_nothing(world: World) -> None:
    number = world.message(text=ASKED)
    world.message(text="open on sunday?")
    assert erased(world, number).texts == ()
    assert looked_at(world) == ["open on sunday?"]


def test_what_was_erased_teaches_nothing_later(world: World) -> None:
    item = world.item()
    erased(world, item.message_id)
    assert teach(world, "send to Bergen?", item=(item.id or 0, item.message_id)) is None


def test_the_answer_to_an_erased_or_deleted_message_is_not_taken_for_that_to_the_one_before(world: World) -> None:
    place = {"external_id": "post-77"}
    times = (f"2026-11-22T1{hour}:00:00Z" for hour in range(9))
    for first in ("erased", "deleted"):
        place = {"external_id": f"post-{first}"}
        world.message(text=f"open on sunday, {first}?", conversation=place, posted_at=next(times))
        gone = world.message(text=ASKED, conversation=place, external_id=f"m-{first}", posted_at=next(times))
        world.message(text="Under Gifts.", conversation=place, direction="out", posted_at=next(times))
        if first == "erased":
            erased(world, gone)
        else:
            world.delete("m-deleted")
    with world.database.reading() as session:
        found = stored_messages(session, BRAND).messages
    assert [(message.text, message.reply) for message in found] == [
        ("open on sunday, deleted?", ""),
        ("open on sunday, erased?", ""),
    ]


@pytest.mark.parametrize("state", [ProposalState.OPEN, ProposalState.DISMISSED])
def test_what_its_author_deleted_leaves_proposals_that_nobody_accepted(world: World, state: ProposalState) -> None:
    number = proposed(world, world.message(text=ASKED, external_id="m-gone"))
    decide(world, number, state)
    world.delete("m-gone")
    assert "gift" not in told(world, number).casefold()


def test_all_messages_of_an_author_are_erased_together(world: World) -> None:
    first = world.message(text=ASKED)
    second = world.message(text="open on sunday?")
    world.message(text="rates?", author={"external_id": "77"})
    numbers = proposed(world, first)
    assert erased(world, second, whole_author=True).proposed == 1
    assert "gift" not in told(world, numbers).casefold()
    assert looked_at(world) == ["rates?"]


def test_the_parts_of_a_message_are_erased_with_it(world: World) -> None:
    place = {"external_id": "post-1", "visibility": "private"}
    first = world.message(text="Hello", conversation=place)
    part = world.message(text=ASKED, conversation=place, posted_at="2026-11-22T09:30:05Z")
    number = proposed(world, part)
    assert erased(world, first).proposed == 1
    assert "gift" not in told(world, number).casefold()


def test_another_brands_message_is_not_found(world: World) -> None:
    number = world.message(text=ASKED)
    with world.database.writing() as session, pytest.raises(NotFound):
        erase(session, "harbour", number, whole_author=False, by="Ada", now=world.clock.now())


def test_what_was_erased_while_a_run_was_at_work_is_not_kept_by_it(world: World) -> None:
    gone, stays = world.message(text=ASKED), world.message(text=ASKED)
    found = [
        gifts(texts=ProposedTexts(questions=(PastText(text=ASKED, key=f"message {number}"),)))
        for number in (gone, stays)
    ]
    erased(world, gone)
    with world.database.reading() as session:
        assert standing(session, BRAND, found) == found[1:]


def test_a_file_does_not_bring_back_what_was_erased_or_deleted_here(world: World, tmp_path: Path) -> None:
    numbers = [world.message(text=ASKED, external_id=f"m-{name}") for name in ("erased", "deleted", "here")]
    erased(world, numbers[0])
    world.delete("m-deleted")
    rows = [
        {"channel": channel, "external_id": name, "text": f"{ASKED} {name} {channel}"}
        for channel, name in [
            ("instagram", "m-erased"),
            ("instagram", "m-deleted"),
            ("instagram", "m-here"),
            ("email", "m-erased"),
        ]
    ]
    path = tmp_path / "m.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    with world.database.reading() as session:
        past = with_stored(session, BRAND, read_past_messages(path, brand=BRAND, column_map={}))

    assert [message.key for message in past.messages] == [f"message {numbers[2]}", "line 4"]
    assert past.gone == 2
