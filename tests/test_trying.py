"""Trials of changed templates, on both databases, as a worker carries them out."""

from __future__ import annotations

import pytest

from replyassist.evaluation.sets import CaseSets
from replyassist.faq import service, trials
from replyassist.faq.models import TemplateTrialRow
from replyassist.faq.template import ReplyTemplate
from replyassist.faq.trial_results import TrialCases, TrialState
from replyassist.inbox.models import Message
from replyassist.trying import tried_messages
from tests.evaluation.builders import case
from tests.review.test_decisions import approve
from tests.test_worker import worker
from tests.world import BRAND, World, shipping


def ask(world: World, proposed: ReplyTemplate | None, cases: TrialCases | None = None) -> int:
    with world.database.writing() as session:
        row = trials.ask(
            session,
            BRAND,
            "shipping-abroad",
            proposed,
            base_version=shipping().version,
            cases=cases,
            by="Lea",
            jobs=world.jobs,
            now=world.clock.now(),
        )
        return row.id or 0


def read(world: World, trial_id: int) -> TemplateTrialRow:
    with world.database.reading() as session:
        return trials.find(session, trial_id)


def test_a_trial_is_carried_out_and_touches_no_template(world: World) -> None:
    approve(world, world.person(), world.item())
    trial_id = ask(world, None)
    assert read(world, trial_id).state == TrialState.WAITING
    worker(world).trial(*world.jobs.take("trial").arguments)

    row = read(world, trial_id)
    assert (row.state, row.done, row.total) == (TrialState.DONE, 0, 1)
    assert row.outcome is not None
    assert (row.outcome.messages, row.outcome.decided, row.outcome.found_after) == (1, 1, 0)
    with world.database.reading() as session:
        assert service.current_version(session, BRAND, "shipping-abroad") == shipping().version


def test_a_trial_that_is_over_stays_as_it_is(world: World) -> None:
    trial_id = ask(world, shipping(title="Abroad"))
    work = worker(world)
    work.trial(trial_id)
    world.item()
    work.trial(trial_id)

    outcome = read(world, trial_id).outcome
    assert outcome is not None
    assert outcome.messages == 0
    work.trial(trial_id + 1)  # there is none


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_trial_that_fails_says_so(world: World) -> None:
    trial_id = ask(world, shipping())
    with world.database.writing() as session:
        row = trials.find(session, trial_id)
        row.document = {"id": "no template at all"}
        session.add(row)
    worker(world).trial(trial_id)

    assert read(world, trial_id).state == TrialState.FAILED


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_the_newest_trials_of_a_brand_stay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "KEPT", 2)
    first, *others = [ask(world, None) for _ in range(3)]

    with world.database.reading() as session:
        assert session.get(TemplateTrialRow, first) is None
        assert all(session.get(TemplateTrialRow, trial_id) for trial_id in others)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_message_that_was_deleted_is_not_tried(world: World) -> None:
    kept, gone = world.item(), world.item()
    with world.database.writing() as session:
        message = session.get(Message, gone.message_id)
        assert message is not None
        message.deleted_at = world.clock.now()
        session.add(message)

    with world.database.reading() as session:
        assert [each.message_id for each in tried_messages(session, BRAND)] == [kept.message_id]


def test_a_trial_on_a_set_of_cases_says_what_their_labels_say(world: World) -> None:
    right = case(1, text="do you ship to Norway?")
    elsewhere = case(2, text="do you ship to Norway?", brand="harbour")
    open_one = case(3, text="is there a cat?", expected={"template_id": None})
    info = CaseSets(world.settings.home).save(
        [right, elsewhere, open_one], title="Real ones", files=(), by="Ana", at=world.clock.now()
    )
    world.item()
    trial_id = ask(world, None, TrialCases(name=info.name, title=info.title, size=info.size, at=info.at))
    worker(world).trial(trial_id)

    row = read(world, trial_id)
    assert (row.state, row.total, row.cases and row.cases.title) == (TrialState.DONE, 2, "Real ones")
    assert row.outcome is not None
    assert (row.outcome.messages, row.outcome.decided, row.outcome.right_before, row.outcome.right_after) == (
        2,
        2,  # that no template answers is a label, too
        2,
        1,
    )
    (moved,) = row.outcome.movements
    assert (moved.case_id, moved.is_worse, moved.message_id) == (right.id, True, 0)

    CaseSets(world.settings.home).remove(info.name)
    gone = ask(world, None, row.cases)
    worker(world).trial(gone)
    assert read(world, gone).state == TrialState.FAILED
