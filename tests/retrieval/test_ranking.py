from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from replyassist.retrieval.alignment import align
from replyassist.retrieval.learnt import Learnt, learn
from replyassist.retrieval.ranking import ALIGNED, BACK, CANDIDATES, Ranker, Ranking
from replyassist.retrieval.store.membership import membership_of
from replyassist.retrieval.store.vectors import VectorStore
from replyassist.testing import FakeEncoder, FakeReader

SHIPPING = ["do you ship to Norway?", "is delivery abroad possible", "shipping to Sweden"]
DECAF = ["do you have a decaf?", "coffee without caffeine", "something for the evening"]
ENCODER = FakeEncoder()


def rank(
    text: str,
    *templates: list[str],
    field: str = "question",
    against: dict[int, str] | None = None,
    elsewhere: tuple[str, ...] = (),
) -> Ranking:
    """Templates known by these texts, by template number a text that speaks against it, and texts that none answers."""
    own = [said for texts in templates for said in texts]
    owner = np.repeat(np.arange(len(templates)), [len(texts) for texts in templates])
    questions = np.bincount(owner) * (field == "question")
    vectors = ENCODER.encode(own)
    learnt = learn(own, vectors, owner, questions=questions, elsewhere=(elsewhere, ENCODER.encode(elsewhere)))
    counter = against or {}
    everything = np.vstack([vectors, ENCODER.encode(list(counter.values()))])
    membership = membership_of(
        np.concatenate([owner, np.array(list(counter), dtype=np.int64)]),
        np.arange(len(everything)) >= len(own),
        everything,
        templates=len(templates),
    )
    return Ranker(VectorStore(everything), membership, learnt=learnt).rank(ENCODER.encode([text])[0], text=text)


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


def test_what_is_nearer_to_a_counter_example_than_to_the_template_loses() -> None:
    plain = rank("shipping a decaf?", SHIPPING, DECAF)
    marked = rank("shipping a decaf?", SHIPPING, DECAF, against={0: "shipping a decaf?"})

    assert marked.nearest[0] < plain.nearest[0]
    assert np.array_equal(marked.nearest[1:], plain.nearest[1:])
    assert np.array_equal(marked.centroid, plain.centroid), "what speaks against a template does not describe it"


def test_a_counter_example_that_is_farther_than_the_templates_own_texts_costs_nothing() -> None:
    plain = rank(SHIPPING[0], SHIPPING, DECAF)
    marked = rank(SHIPPING[0], SHIPPING, DECAF, against={0: "is there decaf at night"})

    assert np.array_equal(marked.nearest, plain.nearest)


def test_a_template_without_a_near_text_counts_as_far_as_the_last_that_was_looked_at() -> None:
    crowd = [f"do you ship to Norway {number}" for number in range(CANDIDATES)]
    found = rank("do you ship to Norway", crowd, ["zebra"])

    assert found.nearest[1] <= found.nearest[0]
    assert (int(found.entry[1]), len(found.total)) == (CANDIDATES, 2)
    assert found.cosine[1] > ENCODER.encode(["zebra"])[0] @ ENCODER.encode(["do you ship to Norway"])[0]


def test_what_resembles_messages_from_elsewhere_belongs_to_no_template() -> None:
    elsewhere = ("who won the match", "how far is the moon", "why do cats purr")
    ours, other = (rank(text, SHIPPING, DECAF, elsewhere=elsewhere).belonging for text in (SHIPPING[0], "cats purr"))

    assert ours is not None
    assert other is not None
    assert float(ours[0]) > 0 > float(other.max())


def test_without_messages_from_elsewhere_belonging_is_not_known() -> None:
    found = rank(SHIPPING[0], SHIPPING, DECAF)

    assert found.belonging is not None
    assert np.isnan(found.belonging).all()


@pytest.mark.parametrize(("has_examples", "back"), [(False, BACK), (True, 0.0)])
def test_what_a_message_says_of_the_texts_counts_where_there_are_no_examples(has_examples: bool, back: float) -> None:
    own, owner, places = [*SHIPPING, *DECAF], np.repeat([0, 1], 3), np.array([0, 1])
    readings = FakeReader().read(own)
    alignment, vectors = align([reading.words for reading in readings], owner, count=2), ENCODER.encode(own)
    learnt = learn(own, vectors, owner, questions=np.array([3, 3])) if has_examples else Learnt(places)
    assert learnt is not None
    assert alignment is not None
    membership = membership_of(owner, np.zeros(6, dtype=np.bool_), vectors, templates=2)
    ranker = Ranker(VectorStore(vectors), membership, learnt=replace(learnt, alignment=alignment))

    message = FakeReader().read(["ship to Norway"])[0]
    assert message.words is not None
    found = ranker.rank(message.vector, text="ship to Norway", words=message.words).aligned
    assert found == pytest.approx(alignment.scores(message.words, places, back=back))
    assert found != pytest.approx(alignment.scores(message.words, places, back=BACK - back))


def test_words_are_compared_with_the_first_templates_that_are_allowed() -> None:
    near = [f"ship to Norway {number}" for number in range(ALIGNED)]
    own = [*near, "do you ship abroad", "a decaf please"]
    owner = np.arange(len(own))
    alignment = align([reading.words for reading in FakeReader().read(own)], owner, count=len(own))
    vectors = ENCODER.encode(own)
    membership = membership_of(owner, np.zeros(len(own), dtype=np.bool_), vectors, templates=len(own))
    ranker = Ranker(VectorStore(vectors), membership, learnt=Learnt(place=owner, alignment=alignment))
    message = FakeReader().read(["ship to Norway"])[0]
    allowed = owner >= ALIGNED
    of_all, of_allowed = (
        ranker.rank(message.vector, text="ship to Norway", words=message.words, allowed=which).aligned
        for which in (None, allowed)
    )

    assert of_all is not None
    assert of_allowed is not None
    assert of_all[ALIGNED] == of_all[ALIGNED + 1]
    assert of_allowed[ALIGNED] > of_allowed[ALIGNED + 1]
