from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from replyassist.core.embedding import CachedEncoder, Encoder
from replyassist.core.words import read
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confidence import ENOUGH
from replyassist.retrieval.contents import Contents
from replyassist.retrieval.elsewhere import elsewhere, messages_elsewhere
from replyassist.retrieval.fits import FEATURES
from replyassist.retrieval.index import TemplateIndex, TemplateMatch
from replyassist.retrieval.store.base import BaseFolder
from replyassist.retrieval.training import train, untrained
from replyassist.testing import FakeEncoder, FakeReader

ORDER = ReplyTemplate(id="order", title="Where is it?", questions=["the late order", "an order"], reply="Have a look.")
PARCEL = ReplyTemplate(id="parcel", title="Where is it?", questions=["the late parcel", "a parcel"], reply="Look here.")
DECAF = ReplyTemplate(id="decaf", title="Is there a decaf?", reply="There is one.")
MANY = [ReplyTemplate(id=f"t{n}", title=f"About part {n}", reply=f"Part {n} is blue.") for n in range(ENOUGH)]
READER = FakeReader()
EVEN = (1.0,) * len(FEATURES)
WHERE: dict[str, Any] = {"channel": "x", "visibility": "public", "day": date(2026, 11, 22)}


def first(index: TemplateIndex, text: str, *, meant: str | None = None) -> TemplateMatch:
    """The best match of a text; its words are those of another text where ``meant`` is given."""
    vector = READER.encode([text])[0]
    return index.search(vector, text=text, words=read(READER, [meant or text])[0].words, limit=2, **WHERE)[0]


@pytest.mark.parametrize(("encoder", "is_aligned"), [(FakeReader(), True), (FakeEncoder(), False)])
def test_words_are_compared_where_the_encoder_tells_them(encoder: Encoder, is_aligned: bool) -> None:
    learnt = train(Contents.of([ORDER, PARCEL], (), encoder), encoder, weights=EVEN)

    assert (learnt is not None and learnt.alignment is not None) == is_aligned


def test_nothing_is_learnt_from_no_template() -> None:
    assert train(Contents.of([], (), READER), READER, weights=EVEN) is None


def test_it_is_seen_how_messages_from_elsewhere_score() -> None:
    even, double = (train(Contents.of([ORDER, PARCEL], (), READER), READER, weights=w) for w in (EVEN, (2.0,) * 6))

    assert even is not None
    assert double is not None
    assert even.usual.best > even.usual.lead > 0
    assert double.usual.lead == pytest.approx(2 * even.usual.lead)


def test_the_nearest_of_them_is_known_even_with_one_template_and_no_words() -> None:
    encoder = FakeEncoder()
    learnt = train(Contents.of([ORDER], (), encoder), encoder, weights=EVEN)

    assert learnt is not None
    assert learnt.nearest_elsewhere(elsewhere(encoder)[3].vector) == pytest.approx(1.0, abs=1e-5)
    assert learnt.usual.lead == 0.0


def test_what_was_learned_is_compared_word_by_word() -> None:
    taught = [LearnedExample(id=1, template_id="order", text="zebra crossing", counts_against=False)]
    learnt = train(Contents.of([ORDER, PARCEL], taught, READER), READER, weights=EVEN)
    words = read(READER, ["zebra"])[0].words

    assert learnt is not None
    assert learnt.alignment is not None
    assert words is not None
    order, parcel = learnt.alignment.scores(words, learnt.place)[:, 0]
    assert order > 0.8 > parcel + 0.2


def test_a_text_without_words_leaves_those_of_the_others(tmp_path: Path) -> None:
    empty = ORDER.model_copy(update={"questions": [*ORDER.questions, "", "the late order"]})
    for _ in range(2):  # the second finds all words on disk
        index = TemplateIndex([empty, PARCEL], CachedEncoder(READER, tmp_path))

        assert first(index, "where is it", meant="my parcel").template_id == "parcel"


def test_of_templates_that_are_as_near_the_one_with_the_messages_words_comes_first() -> None:
    index = TemplateIndex([ORDER, PARCEL], READER)

    assert first(index, "where is it", meant="my order").template_id == "order"
    assert first(index, "where is it", meant="my parcel").template_id == "parcel"


def test_a_template_that_came_after_training_is_found_and_leaves_the_others_their_words() -> None:
    index = TemplateIndex([ORDER, PARCEL], READER).changed([DECAF, PARCEL, ORDER])

    assert first(index, "is there a decaf").template_id == "decaf"
    assert first(index, "where is it", meant="my order").template_id == "order"
    assert first(index.renewed(), "where is it", meant="my parcel").template_id == "parcel"


def from_disk(home: Path, *templates: ReplyTemplate) -> TemplateIndex:
    """The index of a second process, which finds the vectors of the first one on disk."""
    folder = BaseFolder(home, brand_id="b", encoder=READER.model_digest, exact_up_to=0)
    TemplateIndex(templates, READER, folder=folder).renewed()
    return TemplateIndex(templates, READER, folder=folder)


@pytest.mark.parametrize("way", ["from disk", "from an empty one", "in the place of all others"])
def test_an_index_that_is_not_trained_yet_is_judged_by_its_own_scores(way: str, tmp_path: Path) -> None:
    match way:
        case "from disk":
            index = from_disk(tmp_path, *MANY)
        case "from an empty one":
            index = TemplateIndex([], READER).changed(MANY)
        case _:
            others = [each.model_copy(update={"id": f"other-{each.id}"}) for each in MANY]
            index = TemplateIndex(others, READER).changed(MANY)

    assert not index.is_trained
    for each in (index, index.renewed()):
        signals = [
            found[1].answerable
            for reading, text in zip(elsewhere(READER), messages_elsewhere(), strict=True)
            if (found := each.first_signals(reading.vector, text=text, words=reading.words, **WHERE))
        ]
        best, lead, nearest, _ = np.mean(signals, axis=0)
        assert [best, lead] == pytest.approx([0.0, 0.0], abs=1e-4), "messages from elsewhere score as is usual"
        assert nearest == pytest.approx(1.0, abs=1e-4)


def test_the_nearest_message_from_elsewhere_is_known_before_training() -> None:
    contents = Contents.of([ORDER, PARCEL], (), READER)
    learnt, trained = (make(contents, READER, weights=EVEN) for make in (untrained, train))
    vector = READER.encode(["who painted the mural"])[0]

    assert learnt is not None
    assert trained is not None
    assert learnt.nearest_elsewhere(vector) == trained.nearest_elsewhere(vector) > 0
    assert learnt.usual.best < trained.usual.best, "without words and examples the scores are lower"
    assert learnt.classifier is None
    assert learnt.alignment is None
