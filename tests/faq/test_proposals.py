"""Proposals in the database: on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.errors import Conflict, InvalidInput, NotFound, VersionConflict
from replyassist.faq import proposals, service
from replyassist.faq.proposals import ErasedWords, FoundProposal, ProposalEdits
from replyassist.faq.proposed import PastText, ProposalCoverage, ProposalState, ProposedTexts
from replyassist.faq.repository.proposals import last_run, proposals_of
from tests.world import BRAND, World

COVERAGE = ProposalCoverage(messages=100, counted=20, held_out=True, today=2, with_first=(9,))
REPLY = "You find gift cards under Gifts."


def gifts(**overrides: Any) -> FoundProposal:
    fields: dict[str, Any] = {
        "suggested_id": "gift-cards",
        "title": "Do you sell gift cards?",
        "texts": ProposedTexts(
            questions=(
                PastText(text="do you sell gift cards?", key="message 1"),
                PastText(text="vouchers?", key="line 2"),
            ),
            reply=PastText(text=REPLY, key="line 2"),
        ),
        "covers": ("message 1", "line 2", "line 3"),
        "replies": 1,
    }
    return FoundProposal(**fields | overrides)


def keep(world: World, *found: FoundProposal) -> list[int]:
    with world.database.writing() as session:
        rows = proposals.keep_run(
            session, BRAND, found, coverage=COVERAGE, source="messages.jsonl", now=world.clock.now()
        )
        return [row.id or 0 for row in rows]


def listed(world: World, state: ProposalState = ProposalState.OPEN) -> list[tuple[int, str]]:
    with world.database.reading() as session:
        rows = proposals_of(session, BRAND, states=(state,), limit=50)
        return [(row.id or 0, row.suggested_id) for row in rows]


def seen(world: World, number: int) -> str:
    with world.database.reading() as session:
        return proposals.find_proposal(session, BRAND, number).version


def accept(world: World, number: int, *, version: str | None = None, **edited: Any) -> None:
    version = seen(world, number) if version is None else version
    with world.database.writing() as session:
        proposals.accept(
            session, BRAND, number, version=version, edited=ProposalEdits(**edited), by="Ada", now=world.clock.now()
        )


def dismiss(world: World, number: int) -> None:
    with world.database.writing() as session:
        proposals.dismiss(session, BRAND, number, by="Ada", now=world.clock.now())


def remembered(world: World) -> list[tuple[int, str]]:
    with world.database.reading() as session:
        return [(row.id or 0, row.state) for row in proposals.remembered(session, BRAND)]


def test_a_run_is_kept_with_what_it_counted(world: World) -> None:
    first, second = keep(world, gifts(), gifts(suggested_id="milk"))

    assert listed(world) == [(first, "gift-cards"), (second, "milk")]
    with world.database.reading() as session:
        run = last_run(session, BRAND)
        row = proposals.find_proposal(session, BRAND, first)
    assert run is not None
    assert (run.coverage, run.source) == (COVERAGE, "messages.jsonl")
    assert row.texts == gifts().texts


def test_a_new_run_replaces_open_proposals_and_one_that_asks_the_same_keeps_its_number(world: World) -> None:
    first, _ = keep(world, gifts(), gifts(suggested_id="milk"))
    again = keep(world, gifts(suggested_id="hours"), gifts(suggested_id="vouchers", known_as=first))

    assert again[1] == first
    assert listed(world) == [(again[0], "hours"), (first, "vouchers")]


def test_what_somebody_decided_meanwhile_is_not_brought_back_by_a_run(world: World) -> None:
    (number,) = keep(world, gifts())
    dismiss(world, number)

    assert keep(world, gifts(known_as=number)) == []
    assert listed(world, ProposalState.DISMISSED) == [(number, "gift-cards")]


def test_an_accepted_proposal_is_a_template(world: World) -> None:
    (number,) = keep(world, gifts())
    accept(world, number, id="gifts", reply="Under Gifts.")

    with world.database.reading() as session:
        template = service.get_template(session, BRAND, "gifts")
        row = proposals.find_proposal(session, BRAND, number)
    assert (template.reply, template.questions) == ("Under Gifts.", ["do you sell gift cards?", "vouchers?"])
    assert (row.state, row.accepted_as, row.decided_by) == ("accepted", "gifts", "Ada")


def test_questions_for_a_template_are_added_to_it_and_nothing_else_changes(world: World) -> None:
    (number,) = keep(world, gifts(extends="shipping-abroad"))
    with world.database.reading() as session:
        before = service.get_template(session, BRAND, "shipping-abroad")
    accept(world, number, questions=["Do you ship to NORWAY?", "vouchers?"])

    with world.database.reading() as session:
        after = service.get_template(session, BRAND, "shipping-abroad")
    assert after == before.model_copy(update={"questions": [*before.questions, "vouchers?"]})


def test_an_extension_with_an_id_of_its_own_is_a_template_of_its_own(world: World) -> None:
    (number,) = keep(world, gifts(extends="shipping-abroad"))
    accept(world, number, id="gifts")
    with world.database.reading() as session:
        assert service.get_template(session, BRAND, "gifts").reply == REPLY


@pytest.mark.parametrize(
    ("edited", "error"),
    [
        ({"reply": ""}, InvalidInput),
        ({"reply": "Dear {{ name }}"}, InvalidInput),
        ({"id": ""}, InvalidInput),
        ({"questions": ["a" * 1001]}, InvalidInput),
        ({"id": "shipping-abroad"}, Conflict),
    ],
    ids=["no reply", "a slot without a fact", "no id", "a long question", "an id that is taken"],
)
def test_what_no_template_may_hold_keeps_the_proposal_open(world: World, edited: Any, error: type[Exception]) -> None:
    (number,) = keep(world, gifts())
    with pytest.raises(error):
        accept(world, number, **edited)
    assert listed(world) == [(number, "gift-cards")]


@pytest.mark.parametrize("change", ["a run", "an erasure"])
def test_what_has_changed_since_it_was_seen_is_not_accepted(world: World, change: str) -> None:
    (number,) = keep(world, gifts())
    version = seen(world, number)
    if change == "a run":
        keep(world, gifts(title="Vouchers?", known_as=number))
    else:
        with world.database.writing() as session:
            proposals.erase_message(session, BRAND, 1)

    with pytest.raises(VersionConflict, match="changed"):
        accept(world, number, version=version, id="gifts")
    assert [known for known, _ in listed(world)] == [number]
    accept(world, number, id="gifts")


def test_a_run_that_finds_the_same_leaves_the_version(world: World) -> None:
    (number,) = keep(world, gifts())
    version = seen(world, number)
    keep(world, gifts(suggested_id="milk"), gifts(known_as=number, covers=("line 9",)))
    assert seen(world, number) == version


def test_a_dismissal_is_undone_and_what_was_decided_is_decided(world: World) -> None:
    (number,) = keep(world, gifts())
    dismiss(world, number)
    dismiss(world, number)
    with pytest.raises(Conflict, match="Ada dismissed it already"):
        accept(world, number)
    with world.database.writing() as session:
        proposals.restore(session, BRAND, number)
    accept(world, number)

    for act in (dismiss, accept):
        with pytest.raises(Conflict, match="Ada accepted it already"):
            act(world, number)
    with world.database.writing() as session, pytest.raises(Conflict, match="gift-cards"):
        proposals.restore(session, BRAND, number)


def test_a_run_remembers_what_was_decided_until_the_template_is_gone(world: World) -> None:
    accepted, dismissed, open_one = keep(world, gifts(), gifts(suggested_id="milk"), gifts(suggested_id="hours"))
    accept(world, accepted)
    dismiss(world, dismissed)
    assert sorted(remembered(world)) == [(accepted, "accepted"), (dismissed, "dismissed"), (open_one, "open")]

    with world.database.writing() as session:
        service.delete_template(session, BRAND, "gift-cards", now=world.clock.now())
    assert sorted(remembered(world)) == [(dismissed, "dismissed"), (open_one, "open")]


def test_the_words_of_a_message_are_erased_for_good(world: World) -> None:
    (number,) = keep(world, gifts())
    with world.database.writing() as session:
        assert proposals.erase_message(session, BRAND, 1) == [
            ErasedWords(("do you sell gift cards?", "Do you sell gift cards?"), None)
        ]
        assert proposals.erase_message(session, BRAND, 2) == []

    with world.database.reading() as session:
        row = proposals.find_proposal(session, BRAND, number)
    assert [question.text for question in row.texts.questions] == ["vouchers?"]
    assert (row.title, row.suggested_id) == ("", f"proposal-{number}")


def test_another_brands_proposal_is_not_found(world: World) -> None:
    (number,) = keep(world, gifts())
    with world.database.reading() as session, pytest.raises(NotFound):
        proposals.find_proposal(session, "harbour", number)
    with world.database.writing() as session, pytest.raises(NotFound):
        proposals.keep_run(session, "nobody", [], coverage=COVERAGE, source="", now=world.clock.now())


def test_a_curve_never_falls() -> None:
    with pytest.raises(ValueError, match="never falls"):
        ProposalCoverage(messages=9, counted=9, held_out=True, today=5, with_first=(4,))
