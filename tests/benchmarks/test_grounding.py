from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.testing.encoder import FakeEncoder
from replyassist_bench.fact_pairs import ALTERED, OTHER_ENTITY, OWN, SAME_ENTITY, Row, pairs_of, read_rows
from replyassist_bench.grounding import RememberingEncoder, measure, reference

ROWS = [
    Row("hotel", "Acorn", "Is there a lift?", "Acorn has a lift.", "Yes, Acorn has a lift. Anything else?"),
    Row("hotel", "Acorn", "When is breakfast?", "Breakfast is at 8:00.", "Breakfast is at 8:00."),
    Row("restaurant", "Prezzo", "What is the deposit?", "The deposit is 10 GBP.", "The deposit is 10 GBP."),
]


def test_every_row_gets_its_own_fact_and_the_negatives_that_can_be_made_of_it() -> None:
    kinds = [pair.kind for pair in pairs_of(ROWS, among=ROWS)]
    assert kinds.count(OWN) == 3
    assert kinds.count(SAME_ENTITY) == 2
    assert kinds.count(OTHER_ENTITY) == 3
    assert (
        {"altered_time", "altered_price", "altered_negation"}
        <= set(kinds)
        <= {OWN, SAME_ENTITY, OTHER_ENTITY, *ALTERED}
    )


def test_a_reply_is_never_paired_with_its_own_fact_as_a_negative() -> None:
    for pair in pairs_of(ROWS, among=ROWS):
        if pair.kind in (SAME_ENTITY, OTHER_ENTITY):
            assert (pair.question, pair.answer) != (pair.row.question, pair.row.answer)


@pytest.mark.parametrize("with_message", [False, True])
def test_faithful_replies_pass_and_the_others_are_caught(with_message: bool) -> None:
    result = measure(pairs_of(ROWS, among=ROWS), encoder=None, with_message=with_message)
    assert result["human_pass_rate"] == 1.0
    assert result["recall"] > 0.8
    assert result["confusion"][OWN] == {"passed": 3, "caught": 0}


def test_the_reference_gives_a_rate_for_each_negative_kind() -> None:
    rates = reference(pairs_of(ROWS, among=ROWS), encoder=FakeEncoder())
    assert OWN not in rates
    assert all(0 <= rate <= 1 for rate in rates.values())


def test_a_remembering_encoder_gives_the_vectors_of_the_one_behind_it() -> None:
    encoder = FakeEncoder()
    remembering = RememberingEncoder(encoder)
    remembering.encode(["a lift", "a bar"])
    assert (remembering.encode(["a bar", "a lift", "a bar"]) == encoder.encode(["a bar", "a lift", "a bar"])).all()
    assert remembering.encode([]).shape == encoder.encode([]).shape


def test_missing_data_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="missing"):
        read_rows(tmp_path, split="test")
