"""What corrections do to a reading: a pure function."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from replyassist.core.words import Reading, read
from replyassist.inbox.inbound import InboundMessage
from replyassist.triage import Kind, MessageReading
from replyassist.triage.corrections import Corrections, corrections_of
from replyassist.triage.reader import shipped_reader
from tests.triage.readings import FakeDepths

ENCODER = FakeDepths()
DIGEST = ENCODER.model_digest
SHIP, LIKE, OTHER = (
    "Well the kettle came by boat then",
    "well, the kettle came by boat, then!",
    "is my refund under way?",
)


def told(text: str) -> Reading:
    return read(ENCODER, [text])[0]


def corrected(*pairs: tuple[str, Kind]) -> Corrections:
    found = corrections_of(
        DIGEST,
        filter(
            None,
            (
                shipped_reader().correction(
                    InboundMessage(text), told(text), encoder=DIGEST, kind=kind, shown=f"<{text}>"
                )
                for text, kind in pairs
            ),
        ),
    )
    assert found is not None
    return found


def reading(text: str, corrections: Corrections | None = None, *, by: Reading | None = None) -> MessageReading:
    found = shipped_reader().read_with(InboundMessage(text), by or told(text), encoder=DIGEST, corrections=corrections)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", list(Kind))
def test_a_corrected_message_is_of_the_kind_that_a_person_said(kind: Kind) -> None:
    found = reading(SHIP, corrected((SHIP, kind)))
    assert found.kind is kind
    assert sum(found.probabilities.values()) == pytest.approx(1, abs=0.01)


def test_a_message_that_says_the_same_is_read_so_too_and_another_one_as_before() -> None:
    corrections = corrected((SHIP, Kind.CLOSING))
    assert reading(LIKE).kind is not Kind.CLOSING
    assert reading(LIKE, corrections).kind is Kind.CLOSING
    assert reading(OTHER, corrections) == reading(OTHER)


def test_what_the_encoder_alone_takes_for_the_same_is_not() -> None:
    same = told(SHIP)
    corrections = corrected((SHIP, Kind.ABUSE))
    assert reading("👍", corrections, by=same) == reading("👍", by=same)


def test_a_correction_changes_no_risk_and_no_sentiment() -> None:
    for kind in Kind:
        before, after = reading(SHIP), reading(SHIP, corrected((SHIP, kind)))
        assert (after.risks, after.sentiment) == (before.risks, before.sentiment)


def test_a_surer_mistake_is_corrected_by_more() -> None:
    (wrong,), (right,) = (corrected((SHIP, kind)).each for kind in (Kind.CRISIS, reading(SHIP).kind))
    assert np.abs(wrong.residual).sum() > np.abs(right.residual).sum()
    assert wrong.residual.sum() == pytest.approx(0, abs=1e-5)


def test_people_see_the_corrected_message_as_the_nearest() -> None:
    nearest = reading(LIKE, corrected((OTHER, Kind.CLOSING), (SHIP, Kind.CLOSING))).nearest
    assert nearest is not None
    assert (nearest.text, nearest.kind, nearest.is_own) == (f"<{SHIP}>", Kind.CLOSING, True)


def test_a_shipped_example_is_shown_where_no_correction_of_the_likeliest_kind_counts() -> None:
    nearest = reading(OTHER, corrected((SHIP, Kind.CLOSING))).nearest
    assert nearest is not None
    assert not nearest.is_own


def test_the_corrections_of_another_encoder_are_refused() -> None:
    with pytest.raises(ValueError, match="another encoder"):
        reading(SHIP, replace(corrected((SHIP, Kind.SPAM)), encoder="other"))


def test_an_encoder_to_which_nothing_was_fitted_sees_no_corrections() -> None:
    reader = shipped_reader()
    assert reader.correction(InboundMessage(SHIP), told(SHIP), encoder="other", kind=Kind.SPAM, shown="") is None
    bare = replace(told(SHIP), depths=None)
    assert reader.correction(InboundMessage(SHIP), bare, encoder=DIGEST, kind=Kind.SPAM, shown="") is None
    assert corrections_of(DIGEST, ()) is None
