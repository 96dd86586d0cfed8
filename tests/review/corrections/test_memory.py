"""What a process remembers of corrections, and what follows for the routes of this brand and of others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replyassist.brands.service import ensure_brand
from replyassist.inbox.inbound import InboundMessage
from replyassist.proposing import Proposer
from replyassist.review.corrections.memory import CorrectionMemory
from replyassist.testing import FakeEncoder
from replyassist.triage import Kind, Route
from tests.review.corrections.test_acts import correct, take_back
from tests.test_worker import worker
from tests.triage.readings import FakeDepths
from tests.world import BRAND, World, voice

SAID, LIKE = "Well the kettle came by boat then", "well, the kettle came by boat, then!"


@pytest.fixture
def proposer(world: World) -> Proposer:
    """Reads with the encoder of the checks."""
    return replace(worker(world).proposer, encoder=FakeDepths(), corrections=CorrectionMemory())


def route_of(proposer: Proposer, brand: str = BRAND, text: str = LIKE) -> Route:
    return proposer.propose(brand, InboundMessage(text)).triage.route


def test_a_correction_changes_the_route_of_a_like_message_of_this_brand_and_of_no_other(
    world: World, proposer: Proposer
) -> None:
    with world.database.writing() as session:
        ensure_brand(session, "harbour", now=world.clock.now(), voice=voice(brand="harbour"))
    before = route_of(proposer), route_of(proposer, "harbour")
    assert Route.NO_REPLY not in before

    item, who = world.item(message={"text": SAID}), world.person()
    correct(world, who, item, Kind.CLOSING)
    assert (route_of(proposer), route_of(proposer, "harbour")) == (Route.NO_REPLY, before[1])
    assert proposer.context_for("harbour").corrections is None

    take_back(world, who, item)
    assert route_of(proposer) is before[0]


def test_the_item_itself_goes_where_the_correction_sends_it(world: World, proposer: Proposer) -> None:
    item = world.item(message={"text": SAID})
    correct(world, world.person(), item, Kind.CLOSING)
    replace(worker(world), proposer=proposer).redraft(*world.jobs.take("redraft").arguments)

    after = world.reload(item)
    assert (after.route, after.is_redrafting) == ("no_reply", False)
    assert after.proposal.triage.reading is not None
    assert after.proposal.triage.reading.kind is Kind.CLOSING


def test_no_correction_takes_a_grave_risk_out_of_a_persons_sight(world: World, proposer: Proposer) -> None:
    grave = "i want to die, thanks for nothing"
    correct(world, world.person(), world.item(message={"text": grave}), Kind.CLOSING)
    found = proposer.propose(BRAND, InboundMessage(grave)).triage
    assert found.reading is not None
    assert found.reading.kind is Kind.CLOSING
    assert found.route is Route.ESCALATE


def test_only_what_is_new_is_encoded_and_nothing_twice(world: World) -> None:
    encoder, memory, who = FakeDepths(), CorrectionMemory(), world.person()
    for number in range(3):
        correct(world, who, world.item(message={"text": f"note {number}"}))
        for _ in range(2):
            found = memory.of(world.database, BRAND, encoder)
        assert found is not None
        assert len(found.each) == encoder.texts_read == number + 1


def test_an_encoder_that_does_not_read_sees_none_and_another_one_sees_them_anew(world: World) -> None:
    memory = CorrectionMemory()
    correct(world, world.person(), world.item())
    assert memory.of(world.database, BRAND, FakeEncoder()) is None
    found = memory.of(world.database, BRAND, FakeDepths())
    assert found is not None
    assert found.encoder == FakeDepths().model_digest
