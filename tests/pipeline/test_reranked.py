from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from replyassist.answering import sentence_reading
from replyassist.answering.sentence_reading import ReplyReading, SentenceWeights
from replyassist.core.errors import LanguageModelError
from replyassist.core.pair_reading import TextPair
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import propose, story
from replyassist.pipeline.planning import SentencePlan, plan_of
from replyassist.pipeline.readiness import READING
from replyassist.proposal import DirectAnswer, Proposal
from replyassist.retrieval import reranking
from replyassist.retrieval.reranking import Reranker, RerankerWeights
from replyassist.triage import Route
from tests.pipeline.builders import context
from tests.world import shipping

WEIGHTS = RerankerWeights("r", np.array([1.0]), constant=0.0, of_search=0.1, of_reading=1.0, offset=0.0)
RETURNS = shipping(
    id="returns", title="Returns", questions=["Can I send it back?"], reply="Returns are free.", facts={}
)


class OneAnswers:
    """Reads one template, by its title, as the answer to everything."""

    digest = "r"

    def __init__(self, title: str) -> None:
        self.title, self.asked = title, 0

    def read(self, pairs: Sequence[TextPair]) -> NDArray[np.float32]:
        self.asked += 1
        if not self.title:
            raise LanguageModelError("it died")
        return np.array([[3.0 if pair.title == self.title else -3.0] for pair in pairs], dtype=np.float32)

    def read_sentences(self, title: str, sentences: Sequence[str], message: str) -> NDArray[np.float32]:
        self.asked += 1
        return np.ones((len(sentences) + 1, 1), dtype=np.float32)


def proposed(
    title: str, text: str = "Can I send it back? Do you ship to Norway?", template_id: str | None = None
) -> tuple[Proposal, OneAnswers]:
    reader = OneAnswers(title)
    given = context(None, shipping(), RETURNS, reranker=Reranker(reader, WEIGHTS))
    return propose(InboundMessage(text=text, channel="instagram"), given, template_id=template_id), reader


@pytest.mark.parametrize("title", ["Returns", shipping().title])
def test_the_draft_stands_on_the_template_that_is_read_as_the_answer(
    title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reranking, "LEAST_LIKELY", 0.0)
    proposal, _ = proposed(title)

    assert proposal.templates[0].title == title
    assert proposal.template_id == proposal.templates[0].template_id
    assert proposal.timings.rerank > 0
    if proposal.readiness is not None:
        assert READING in proposal.readiness.evidence


def test_what_no_template_answers_goes_to_a_person() -> None:
    assert proposed("none of them")[0].route is Route.ESCALATE


def test_a_reader_that_fails_changes_nothing() -> None:
    proposal, _ = proposed("")
    plain = propose(
        InboundMessage(text="Can I send it back? Do you ship to Norway?", channel="instagram"),
        context(None, shipping(), RETURNS),
    )

    assert proposal.templates == plain.templates
    assert proposal.draft == plain.draft


@pytest.mark.parametrize(
    ("text", "template_id"), [("I will sue you, you poisoned my son", None), ("Ship it?", "returns")]
)
def test_what_goes_to_a_person_and_what_a_person_picked_is_not_read(text: str, template_id: str | None) -> None:
    assert proposed("Returns", text, template_id)[1].asked == 0


@pytest.fixture
def read_replies(monkeypatch: pytest.MonkeyPatch) -> list[ReplyReading]:
    """The readings that plans are made with; the direct answer of each is yes."""
    weights = SentenceWeights(
        "r", np.array([1.0]), np.array([0.0]), 0.0, {}, np.array([[9.0], [0.0], [0.0]]), np.zeros(3)
    )
    monkeypatch.setattr(sentence_reading, "shipped_sentence_weights", lambda: weights)
    monkeypatch.setattr(reranking, "LEAST_LIKELY", 0.0)
    given: list[ReplyReading] = []

    def plan(*arguments: object, reading: ReplyReading, **named: object) -> SentencePlan:
        given.append(reading)
        return plan_of(*arguments, reading=reading, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(story, "plan_of", plan)
    return given


def test_the_sentences_that_are_read_as_needed_are_said(read_replies: list[ReplyReading]) -> None:
    proposed("Returns", "Can I send it back?")

    assert read_replies[-1].needed == {"Returns are free.": 1.0}


def test_how_likely_a_plain_answer_is_wanted_is_kept(read_replies: list[ReplyReading]) -> None:
    proposal, _ = proposed("Returns", "Can I send it back?")

    assert read_replies[-1].yes > 0.99
    assert proposal.direct_answer == DirectAnswer(yes=1.0, no=0.0)
