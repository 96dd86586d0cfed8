from __future__ import annotations

import numpy as np
import pytest

from replyassist.core.words import WordVectors
from replyassist.retrieval.alignment import (
    BACK_TEXTS,
    FEWEST_TEXTS,
    MOST_PIECES,
    MOST_TEXTS,
    READ_PIECES,
    Alignment,
    align,
    standing_for,
)
from replyassist.testing import FakeReader

TEXTS = ["cancel my order please", "stop the order", "send my parcel please", "ship the parcel"]
OWNER = np.array([0, 0, 1, 1])
BOTH = np.array([0, 1])


def words(text: str) -> WordVectors:
    found = FakeReader().read([text])[0].words
    assert found is not None
    return found


def there(alignment: Alignment, text: str) -> np.ndarray:
    """How well the message's words match those of both templates."""
    return alignment.scores(words(text), BOTH)[:, 0]


def back(alignment: Alignment, text: str) -> np.ndarray:
    """How well the message says what both templates' texts say."""
    return alignment.scores(words(text), BOTH)[:, 1]


def aligned(*texts: str, owner: np.ndarray = OWNER, count: int = 2) -> Alignment:
    found = align([words(text) for text in texts or TEXTS], owner, count=count)
    assert found is not None
    return found


def test_a_template_that_has_a_messages_words_matches_better() -> None:
    order, parcel = there(aligned(), "cancel order")

    assert order > parcel


def test_words_that_are_rare_among_the_texts_count_more() -> None:
    alignment = aligned()
    order, parcel = there(alignment, "please cancel")

    assert alignment.rarity[int(words("cancel").numbers[0])] > alignment.rarity[int(words("please").numbers[0])]
    assert order > parcel


def test_what_every_word_has_a_match_for_scores_highest() -> None:
    alignment = aligned()

    assert there(alignment, "stop order")[0] > there(alignment, "stop painting")[0]


def test_a_template_of_which_nothing_is_known_has_the_mean_of_the_others() -> None:
    known, unknown = aligned().scores(words("cancel order"), BOTH), aligned().scores(words("cancel"), np.array([-1]))
    with_unknown = aligned().scores(words("cancel order"), np.array([0, -1, 1]))

    assert with_unknown[1] == pytest.approx(known.mean(axis=0))
    assert unknown.tolist() == [[0.0, 0.0]]


def test_a_message_without_words_tells_templates_apart_by_nothing() -> None:
    assert aligned().scores(words(""), BOTH).tolist() == [[0.0, 0.0]] * 2


def test_a_template_without_words_stands_with_the_mean() -> None:
    alignment = aligned("cancel order", "", owner=np.array([0, 1]))
    first, second = alignment.scores(words("cancel"), BOTH)

    assert first.tolist() == second.tolist()


def test_an_encoder_that_tells_no_words_aligns_nothing() -> None:
    assert align([words("order"), None], np.array([0, 0]), count=1) is None
    assert align([words("")], np.array([0]), count=1) is None


def test_memory_and_time_are_bounded() -> None:
    long = " ".join(f"word{number}" for number in range(MOST_PIECES + 10))
    alignment = aligned(long, "order", owner=np.array([0, 1]))

    assert len(alignment.pieces[0].vectors) == MOST_PIECES
    kept, whole = words(" ".join(long.split()[:READ_PIECES])), words(long)
    assert alignment.scores(whole, BOTH).tolist() == alignment.scores(kept, BOTH).tolist()


def test_the_texts_that_stand_for_many_are_spread_over_them() -> None:
    assert standing_for(7, templates=3).tolist() == list(range(7))
    some = standing_for(1000, templates=3)
    assert (len(some), some[0], some[-1]) == (MOST_TEXTS, 0, 975)
    assert len(standing_for(1000, templates=100_000)) == FEWEST_TEXTS


def test_a_template_that_says_more_than_the_message_stands_behind_one_that_does_not() -> None:
    alignment = aligned("cancel order", "cancel order before dispatch", owner=np.array([0, 1]))

    assert back(alignment, "cancel order").argmax() == 0
    assert back(alignment, "cancel order") != pytest.approx(there(alignment, "cancel order"))
    assert alignment.scores(words("cancel order before dispatch"), BOTH).sum(axis=1).argmax() == 1


def test_what_each_text_says_counts_the_same_however_long_it_is() -> None:
    long = " ".join(f"word{number}" for number in range(MOST_PIECES - 2))
    pieces = aligned("cancel order", long, "never kept", "a parcel", owner=np.array([0, 0, 0, 1])).pieces[0]

    assert (pieces.starts.tolist(), len(pieces.shares)) == ([0, 2], MOST_PIECES)
    assert np.add.reduceat(pieces.shares, pieces.starts) == pytest.approx([1.0, 1.0], abs=1e-4)


def test_a_text_without_words_among_others_is_passed_over() -> None:
    alignment = aligned("", "cancel order", "", "a parcel", "", owner=np.array([0, 0, 0, 1, 1]))

    assert [pieces.starts.tolist() for pieces in alignment.pieces] == [[0], [0]]
    assert alignment.scores(words("cancel"), BOTH).sum(axis=1).argmax() == 0


def test_back_the_texts_count_of_which_a_message_says_most() -> None:
    others = ["never kept", "green tea", "the moon"]
    alignment = aligned(*["cancel order"] * BACK_TEXTS, *others, "a parcel", owner=np.array([0] * 6 + [1]))

    assert back(alignment, "cancel order")[0] == pytest.approx(1.0, abs=1e-2)
