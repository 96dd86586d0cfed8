from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from replyassist.core.embedding import Encoder, Vectors
from replyassist.core.words import read
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.contents import Contents
from replyassist.retrieval.fits import FEATURES
from replyassist.retrieval.ranking import CANDIDATES, GENERATED_WEIGHT, LOOKED_AT, Ranker, Ranking
from replyassist.retrieval.trained import TrainedRanking
from replyassist.retrieval.training import train, untrained
from replyassist.testing import FakeEncoder, FakeReader

SHIPPING = ReplyTemplate(
    id="shipping",
    title="Do you ship abroad?",
    questions=["do you ship to Norway?", "is delivery abroad possible", "shipping to Sweden"],
    reply="We ship to Europe.",
)
DECAF = ReplyTemplate(
    id="decaf",
    title="Is there a decaf?",
    questions=["do you have a decaf?", "coffee without caffeine", "something for the evening"],
    reply="It is called Lullaby.",
)
ENCODER = FakeReader()
EVEN = (1.0,) * len(FEATURES)


def ranker(
    *templates: ReplyTemplate,
    examples: Sequence[LearnedExample] = (),
    weights: Sequence[float] = EVEN,
    encoder: Encoder = ENCODER,
    is_trained: bool = True,
) -> tuple[Ranker, Contents, TrainedRanking]:
    contents = Contents.of(templates, examples, encoder)
    learnt = (train if is_trained else untrained)(contents, encoder, weights=weights)
    assert learnt is not None
    return Ranker(contents.store, contents.membership(), weights=weights, learnt=learnt), contents, learnt


def rank(text: str, *templates: ReplyTemplate, allowed: np.ndarray | None = None, **options: Any) -> Ranking:
    found, _, _ = ranker(*templates, **options)
    reading = read(ENCODER, [text])[0]
    return found.rank(reading.vector, text=text, words=reading.words, allowed=allowed)


def feature(found: Ranking, name: str) -> Vectors:
    return found.features[:, FEATURES.index(name)]


def cosine(one: str, other: str) -> float:
    first, second = ENCODER.encode([one, other])
    return float(first @ second)


def against(template_id: str, text: str) -> LearnedExample:
    return LearnedExample(id=1, template_id=template_id, text=text, counts_against=True)


def matched(text: str, *templates: ReplyTemplate) -> tuple[str, str]:
    """The text of the first of the templates that was nearest, and its field."""
    _, contents, _ = ranker(*templates)
    return contents.known[0].at(int(rank(text, *templates).entry[0]))


def test_the_first_three_features_are_cosines_with_nearest_question_title_and_all_of_it() -> None:
    found = rank("ship to Norway", SHIPPING, DECAF)
    texts = ("do you ship to Norway?", "Do you ship abroad?", "Do you ship abroad?. We ship to Europe.")

    assert found.features[0, :3] == pytest.approx([cosine("ship to Norway", text) for text in texts], abs=1e-5)


def test_the_total_is_the_features_times_their_weights() -> None:
    weights = (3.0, 1.0, 2.0, 0.5, 4.0, 5.0)
    found = rank("ship to Norway", SHIPPING, DECAF, weights=weights)

    assert found.features.shape == (2, 6)
    assert found.features[0].all()
    assert found.total == pytest.approx(found.features @ np.array(weights), abs=1e-4)


def test_the_nearest_text_of_each_template_is_named_with_its_cosine() -> None:
    assert matched("coffee without caffeine", DECAF, SHIPPING) == ("coffee without caffeine", "question")
    assert matched("is there a decaf", DECAF, SHIPPING) == ("Is there a decaf?", "title")
    assert matched("it is called lullaby there", DECAF, SHIPPING) == ("It is called Lullaby.", "reply")
    assert rank("coffee without caffeine", SHIPPING, DECAF).cosine[1] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["is there a decaf", "lullaby is what it is called"])
def test_where_a_template_has_no_question_its_nearest_text_stands_for_one(text: str) -> None:
    found = rank(text, DECAF.model_copy(update={"questions": []}), SHIPPING)

    assert feature(found, "question")[0] == max(found.features[0, 1:3])
    assert found.cosine[0] == feature(found, "question")[0]


def test_a_title_that_is_also_a_question_is_a_question() -> None:
    both = SHIPPING.model_copy(update={"title": SHIPPING.questions[0]})
    found = rank("do you ship to Norway?", both, DECAF)

    assert found.features[0, :2] == pytest.approx([1.0, 1.0], abs=1e-5)
    assert matched("do you ship to Norway?", both, DECAF) == ("do you ship to Norway?", "title")


def test_a_title_alone_is_no_question() -> None:
    found = rank("Do you ship abroad?", SHIPPING, DECAF)

    assert feature(found, "title")[0] == pytest.approx(1.0, abs=1e-5)
    assert feature(found, "question")[0] < 0.99


def test_a_template_without_a_title_is_known_by_its_reply() -> None:
    found = rank("It is called Lullaby.", ReplyTemplate(id="17", reply=DECAF.reply), SHIPPING)

    assert found.features[0, :3] == pytest.approx([1.0, 1.0, 1.0], abs=1e-5)


def test_a_template_without_a_near_question_counts_as_far_as_the_last_that_was_looked_at() -> None:
    crowd = SHIPPING.model_copy(update={"questions": [f"do you ship to Norway {n}" for n in range(CANDIDATES)]})
    zebra = ReplyTemplate(id="zebra", title="zebra", questions=["stripes"], reply="Yes.")
    asked = feature(rank("do you ship to Norway", crowd, zebra, is_trained=False), "question")

    assert asked[0] >= asked[1] > cosine("do you ship to Norway", "stripes")


def test_what_is_nearer_to_a_counter_example_than_to_the_template_loses() -> None:
    plain, marked = (
        rank("shipping a decaf?", SHIPPING, DECAF, examples=taught)
        for taught in ([], [against("shipping", "shipping a decaf?")])
    )
    lost = plain.features[0, :3] - marked.features[0, :3]

    assert lost == pytest.approx([1 - plain.cosine[0]] * 3, abs=1e-5)
    assert np.array_equal(marked.features[0, 3:], plain.features[0, 3:]), "what speaks against it does not describe it"
    assert np.array_equal(marked.features[1], plain.features[1])


def test_a_counter_example_that_is_farther_than_the_templates_own_texts_costs_nothing() -> None:
    plain, marked = (
        rank(SHIPPING.questions[0], SHIPPING, DECAF, examples=taught)
        for taught in ([], [against("shipping", "is there decaf at night")])
    )

    assert np.array_equal(marked.features, plain.features)


def test_a_message_that_was_learned_counts_as_a_question() -> None:
    taught = [LearnedExample(id=1, template_id="decaf", text="any herbal infusions", counts_against=False)]
    found = rank("any herbal infusions", SHIPPING, DECAF, examples=taught)

    assert feature(found, "question")[1] == pytest.approx(1.0, abs=1e-5)
    assert found.total.argmax() == 1


def generated(template_id: str, text: str) -> LearnedExample:
    return LearnedExample(id=1, template_id=template_id, text=text, is_generated=True)


def test_a_generated_question_counts_less_than_one_of_peoples_and_is_named_with_its_own_cosine() -> None:
    text = "any herbal infusions"
    found, contents, _ = ranker(SHIPPING, DECAF, examples=[generated("decaf", text)])
    (reading,) = read(ENCODER, [text])
    ranking = found.rank(reading.vector, text=text, words=reading.words)

    assert feature(ranking, "question")[1] == pytest.approx(GENERATED_WEIGHT, abs=1e-5)
    assert ranking.cosine[1] == pytest.approx(1.0, abs=1e-5)
    assert contents.known[1].at(int(ranking.entry[1])) == (text, "generated")
    assert np.array_equal(ranking.features[0, :4], rank(text, SHIPPING, DECAF).features[0, :4])


def test_a_generated_question_changes_nothing_where_peoples_is_nearer() -> None:
    text = SHIPPING.questions[0]
    plain, with_it = (
        rank(text, SHIPPING, DECAF, examples=more) for more in ([], [generated("shipping", "do you ship to Oslo?")])
    )

    assert np.array_equal(with_it.features[:, :4], plain.features[:, :4]), "also the classifier is people's alone"


def test_a_template_without_a_question_of_peoples_loses_nothing_by_a_generated_one() -> None:
    bare = DECAF.model_copy(update={"questions": []})
    plain, with_it = (
        rank("is there a decaf", bare, SHIPPING, examples=more) for more in ([], [generated("decaf", "zebra crossing")])
    )

    assert np.array_equal(with_it.features[:, :3], plain.features[:, :3])


def test_with_examples_a_classifier_is_learnt_and_agrees() -> None:
    shipping, decaf = feature(rank("shipping to Sweden?", SHIPPING, DECAF), "classifier")

    assert shipping > 0 > decaf


def test_the_classifier_is_trusted_more_the_more_examples_there_are() -> None:
    many = [
        each.model_copy(update={"questions": [*each.questions, *(f"{q} please" for q in each.questions)]})
        for each in (SHIPPING, DECAF)
    ]
    few, more = (ranker(*templates)[2] for templates in ((SHIPPING, DECAF), many))

    assert few is not None
    assert more is not None
    assert (few.trust, more.trust) == (3 / 8, 6 / 11)
    whole = replace(few, trust=1.0).logits(ENCODER.encode(["a decaf"])[0], text="a decaf")
    assert few.logits(ENCODER.encode(["a decaf"])[0], text="a decaf") == pytest.approx(whole * 3 / 8)


@pytest.mark.parametrize(("count", "questions"), [(1, 3), (2, 2), (2, 0)])
def test_without_enough_examples_or_alternatives_no_classifier_is_learnt(count: int, questions: int) -> None:
    templates = [
        each.model_copy(update={"questions": each.questions[:questions]}) for each in (SHIPPING, DECAF)[:count]
    ]
    assert not feature(rank("shipping to Sweden?", *templates), "classifier").any()


def test_words_count_there_and_back() -> None:
    plain, long = (
        ReplyTemplate(id=name, title=name, questions=[f"cancel an order{more}"], reply="Press here.")
        for name, more in (("plain", ""), ("long", " of tea before it was sent"))
    )
    found = rank("cancel an order", plain, long)

    assert feature(found, "words") == pytest.approx([1.0, 1.0], abs=0.15)
    assert feature(found, "words_back")[0] > feature(found, "words_back")[1] + 0.1


@pytest.mark.parametrize("encoder", [FakeReader(), FakeEncoder()])
def test_without_words_of_both_sides_they_count_for_nothing(encoder: Encoder) -> None:
    found, _, _ = ranker(SHIPPING, DECAF, encoder=encoder)
    words = None if isinstance(encoder, FakeReader) else read(ENCODER, ["decaf"])[0].words

    assert not found.rank(ENCODER.encode(["decaf"])[0], text="decaf", words=words).features[:, 4:].any()


def test_words_are_compared_with_the_first_templates_that_are_allowed() -> None:
    near = [ReplyTemplate(id=f"near-{n}", title=f"ship to Norway {n}", reply="Yes.") for n in range(LOOKED_AT)]
    other = [ReplyTemplate(id=f"other-{n}", title=text, reply="Yes.") for n, text in enumerate(["ship it", "a decaf"])]
    allowed = np.arange(len(near) + 2) >= len(near)
    of_all, of_allowed = (
        feature(rank("ship to Norway", *near, *other, allowed=which), "words") for which in (None, allowed)
    )

    assert of_all[-2] == of_all[-1] == of_all.min(), "the others stand with the lowest of those compared"
    assert of_allowed[-2] > of_allowed[-1]


def test_the_same_message_gets_the_same_scores_again() -> None:
    one, two = (rank("is there decaf", SHIPPING, DECAF) for _ in range(2))

    assert np.array_equal(one.total, two.total)
