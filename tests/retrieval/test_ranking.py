from __future__ import annotations

import numpy as np
import pytest

from replyassist.retrieval.entries import Entry
from replyassist.retrieval.ranking import Ranker, Ranking
from replyassist.testing import FakeEncoder

SHIPPING = ["do you ship to Norway?", "is delivery abroad possible", "shipping to Sweden"]
DECAF = ["do you have a decaf?", "coffee without caffeine", "something for the evening"]
ENCODER = FakeEncoder()


def rank(text: str, *templates: list[str], field: str = "question") -> Ranking:
    entries = [Entry(number, field, said) for number, texts in enumerate(templates) for said in texts]
    ranker = Ranker(entries, ENCODER.encode([entry.text for entry in entries]), templates=len(templates))
    return ranker.rank(ENCODER.encode([text])[0], text=text)


def test_the_nearest_text_of_each_template_is_named_with_its_cosine() -> None:
    found = rank("coffee without caffeine", SHIPPING, DECAF)

    assert int(found.entry[1]) == len(SHIPPING) + 1
    assert float(found.cosine[1]) == pytest.approx(1.0, abs=1e-5)


def test_what_all_texts_have_in_common_does_not_count() -> None:
    common = [["please tell me kindly about decaf"], ["please tell me kindly about shipping"]]
    found = rank("please tell me kindly about parcels", *common)

    assert float(found.nearest.max()) < float(found.cosine.max())


def test_a_template_all_of_whose_texts_are_near_beats_one_with_a_single_near_text() -> None:
    steady = ["ship to Norway now", "ship to Norway today", "ship to Norway soon"]
    mixed = ["ship to Norway ever", "a cup of tea", "who painted the wall"]
    found = rank("ship to Norway", mixed, steady)

    assert float(found.total[1]) > float(found.total[0])


def test_with_examples_a_classifier_is_learnt_and_agrees() -> None:
    found = rank("shipping to Sweden?", SHIPPING, DECAF)

    assert float(found.logits[0]) > 0 > float(found.logits[1])


@pytest.mark.parametrize(
    ("templates", "field"),
    [([SHIPPING, DECAF], "reply"), ([SHIPPING[:2], DECAF[:2]], "question"), ([DECAF], "question")],
)
def test_without_enough_examples_or_alternatives_nothing_is_learnt(templates: list[list[str]], field: str) -> None:
    assert not rank("shipping to Sweden?", *templates, field=field).logits.any()


def test_the_same_message_gets_the_same_scores_again() -> None:
    one, two = (rank("is there decaf", SHIPPING, DECAF) for _ in range(2))

    assert np.array_equal(one.total, two.total)
