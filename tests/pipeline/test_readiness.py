from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from replyassist.answering import Answered
from replyassist.answering.sentence_reading import ReplyReading
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import propose
from replyassist.pipeline.planning import PlannedSentence, SentencePlan
from replyassist.pipeline.readiness import DECIDED, PATH, READ_PATH, READING, ReadinessModel, evidence_of, shipped_model
from replyassist.retrieval.index import TemplateMatch
from replyassist.retrieval.service import Retrieved
from tests.pipeline.builders import context

MODEL = ReadinessModel(constant=-1.0, ready_from=0.7, weights={"said": 1.0, "templates": -0.5})
PLAN = SentencePlan((PlannedSentence("We ship.", 0.8, is_kept=True), PlannedSentence("We bake.", 0.1, is_kept=False)))


def match(template_id: str, probability: float) -> TemplateMatch:
    return TemplateMatch(
        template_id=template_id, version="1", title="", score=0.5, probability=probability, answerable=0.9,
        matched_text="", matched_field="question", reply="",
    )  # fmt: skip


def found(*matches: TemplateMatch) -> Retrieved:
    return Retrieved(matches=matches, abstained=False, threshold=0.3, encode_ms=0.0, search_ms=0.0)


def evidence(*used: str, probability: float = 0.8) -> dict[str, float]:
    there = found(match("shipping", probability), match("other", 0.1), match("third", 0.05))
    return evidence_of(there, PLAN, Answered(0.6, ("norway",)), used=used)


def test_the_probability_rises_with_its_evidence() -> None:
    likely = [MODEL.probability({"said": said}) for said in (-2.0, 0.0, 2.0)]

    assert likely == sorted(likely)
    assert MODEL.probability({"said": 1.0}) == 0.5
    assert MODEL.probability({"said": 1.0, "templates": 2.0}) < 0.5


@pytest.mark.parametrize(("said", "is_enough"), [(1.8, False), (1.9, True)])
def test_enough_is_from_the_threshold_on(said: float, is_enough: bool) -> None:
    assert MODEL.read({"said": said}).is_enough is is_enough


def test_no_evidence_however_strong_breaks_it() -> None:
    assert 0 < MODEL.probability({"said": -1e9}) < MODEL.probability({"said": 1e9}) < 1


def test_the_margin_is_to_the_best_template_that_is_not_used() -> None:
    assert evidence("shipping")["margin"] < evidence("shipping", "other")["margin"]
    assert evidence("shipping", probability=0.5)["margin"] < evidence("shipping")["margin"]


def test_what_a_reply_may_be_expected_to_leave_out_and_to_say_unasked_is_evidence() -> None:
    told = evidence("shipping")

    assert (told["missing"], told["unasked"]) == pytest.approx((0.1, 0.2))


def test_the_reading_of_the_sentences_is_evidence_where_the_used_template_was_read() -> None:
    there = replace(found(match("shipping", 0.8), match("other", 0.1)), read=frozenset({"shipping"}))
    plan = replace(PLAN, reading=ReplyReading({"We ship.": 1.5}, yes=0.6, no=0.2))

    told = [evidence_of(there, plan, Answered(0.6, ()), used=[used]) for used in ("shipping", "other")]

    assert told[0][READING] == 1.5
    assert told[0][DECIDED] == pytest.approx(math.log(0.8 / 0.2))
    assert not {READING, DECIDED} & set(told[1])


@pytest.mark.parametrize(("path", "read"), [(PATH, frozenset()), (READ_PATH, frozenset({"shipping"}))])
def test_the_shipped_weights_know_their_evidence(path: Path, read: frozenset[str]) -> None:
    there = replace(found(match("shipping", 0.8)), read=read)

    names = set(evidence_of(there, PLAN, Answered(0.6, ()), used=["shipping"]))

    assert set(shipped_model(path).weights) == names


def test_with_an_encoder_that_nothing_was_fitted_to_there_is_none() -> None:
    proposal = propose(InboundMessage(text="do you ship to Norway?"), context(None))

    assert proposal.draft
    assert proposal.readiness is None
