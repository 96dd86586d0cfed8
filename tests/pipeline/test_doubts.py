from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from replyassist.core.errors import LanguageModelError
from replyassist.core.pair_reading import TextPair
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import PipelineContext, propose
from replyassist.pipeline.doubts import SAID_READING
from replyassist.proposal import Readiness
from replyassist.retrieval.confidence import SURE_FROM
from replyassist.retrieval.reranking import Reranker, RerankerWeights
from tests.pipeline.builders import context
from tests.triage.readings import reading_of
from tests.world import shipping, voice

GOOD = "Hi Tom! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
BAD = "Hi Tom! We ship to 45 countries in Europe. Delivery takes 4 to 7 working days."
QUESTION = InboundMessage(
    text="do you ship to Norway? about the international delivery", channel="instagram", author_name="Tom"
)
PICK_UPS = {"question": ["About {detail}:"], "complaint": ["Sorry about {detail}."]}


class TestSeveralQuestions:
    DECAF = ReplyTemplate(
        id="decaf", title="Which coffee is decaf?", questions=["which coffee is decaf?"], reply="Our decaf is Lullaby."
    )
    BOTH = InboundMessage(
        text="do you ship to Norway? and which coffee is decaf?", channel="instagram", author_name="Tom"
    )

    def context(self, **overrides: Any) -> PipelineContext:
        return context(None, shipping(), self.DECAF, **overrides)

    def test_both_are_answered_where_both_fit(self) -> None:
        proposal = propose(self.BOTH, self.context())

        assert [used.id for used in proposal.used_templates] == ["shipping-abroad", "decaf"]
        assert "32 countries" in proposal.draft
        assert "Lullaby" in proposal.draft
        assert all(used.version for used in proposal.used_templates)
        assert {finding.rule for finding in proposal.doubts} == {"draft.several_questions"}

    def test_a_reply_that_answers_only_one_is_never_ready(self) -> None:
        tight = voice(length={"default": {"min": 1, "max": 110}})

        proposal = propose(self.BOTH, self.context(voice=tight))

        assert proposal.also_templates == ()
        assert proposal.verdict is Verdict.NEEDS_EDIT
        (doubt,) = (finding for finding in proposal.doubts if finding.rule == "draft.open_question")
        assert "which coffee is decaf?" in doubt.explanation

    @pytest.mark.parametrize(("reading", "is_open"), [(SAID_READING, False), (SAID_READING - 0.1, True)])
    def test_a_question_that_is_read_as_answered_is_not_open(self, reading: float, is_open: bool) -> None:
        class Reader:
            digest = "r"

            def read(self, pairs: Sequence[TextPair]) -> NDArray[np.float32]:
                return np.array([[reading] for _ in pairs], dtype=np.float32)

            def read_sentences(self, title: str, sentences: Sequence[str], message: str) -> NDArray[np.float32]:
                raise LanguageModelError("it reads no sentences")

        weights = RerankerWeights("r", np.array([1.0]), constant=0.0, of_search=1.0, of_reading=0.0, offset=0.0)
        text = "do you ship to Norway? which coffee is decaf? klxv qqzz wwvv?"
        given = self.context(threshold=0.6, reranker=Reranker(Reader(), weights))

        proposal = propose(replace(self.BOTH, text=text), given)

        assert ("draft.open_question" in {finding.rule for finding in proposal.doubts}) is is_open

    def test_a_question_that_no_template_answers_is_named(self) -> None:
        text = "do you ship to Norway? which coffee is decaf? klxv qqzz wwvv?"

        proposal = propose(replace(self.BOTH, text=text), self.context(threshold=0.6))

        asked = [(each.text, each.template_id) for each in proposal.questions]
        assert asked[:2] == [("do you ship to Norway?", "shipping-abroad"), ("which coffee is decaf?", "decaf")]
        assert asked[2] == ("klxv qqzz wwvv?", None)
        assert "32 countries" in proposal.draft
        assert "Lullaby" in proposal.draft
        assert proposal.verdict is Verdict.NEEDS_EDIT
        (doubt,) = (finding for finding in proposal.doubts if finding.rule == "draft.open_question")
        assert "klxv qqzz wwvv?" in doubt.explanation
        assert "decaf" not in doubt.explanation

    def test_a_draft_stands_on_three_templates_at_most(self) -> None:
        more = [
            ReplyTemplate(id=name, title=f"Is {name} open?", questions=[f"is {name} open?"], reply=f"We open {name}.")
            for name in ("galway", "tramore")
        ]
        text = "do you ship to Norway? which coffee is decaf? is galway open? is tramore open?"

        proposal = propose(replace(self.BOTH, text=text), context(None, shipping(), self.DECAF, *more))

        assert len(proposal.used_templates) == 3
        assert len(proposal.questions) == 4
        assert proposal.verdict is Verdict.NEEDS_EDIT

    def test_one_question_is_no_list(self) -> None:
        assert propose(replace(self.BOTH, text="do you ship to Norway?"), self.context()).questions == ()


class TestDoubt:
    UNSURE = InboundMessage(
        text="international parcels and shipping rates for my aunt", channel="instagram", author_name="Tom"
    )

    def test_a_template_that_may_be_the_wrong_one_makes_no_ready_draft(self) -> None:
        proposal = propose(self.UNSURE, context(None, threshold=0.0))

        assert proposal.templates[0].probability < SURE_FROM
        assert proposal.verdict is Verdict.NEEDS_EDIT
        assert "draft.unsure_template" in {finding.rule for finding in proposal.doubts}

    def test_a_doubt_stays_when_a_person_picks_the_template(self) -> None:
        proposal = propose(self.UNSURE, context(None, threshold=0.0), template_id="shipping-abroad")

        assert "draft.unsure_template" in {finding.rule for finding in proposal.doubts}

    def test_a_message_that_was_meant_for_a_person_says_so_whatever_template_is_picked(self) -> None:
        grave = InboundMessage(text="your coffee made me ill, I am in hospital", channel="instagram")

        proposal = propose(grave, context(None), template_id="shipping-abroad")

        assert "draft.for_a_person" in {finding.rule for finding in proposal.doubts}
        assert proposal.verdict is Verdict.NEEDS_EDIT

    @pytest.mark.parametrize(
        ("likely", "risks", "rule"),
        [
            ({"own_case": 0.5, "question": 0.5}, {}, "draft.own_case"),
            ({"complaint": 0.97}, {}, "draft.not_asked"),
            ({"question": 0.98}, {"health": 0.4}, "draft.maybe_grave"),
        ],
    )
    def test_what_the_message_may_be_is_doubted(
        self, likely: dict[str, float], risks: dict[str, float], rule: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("replyassist.pipeline.story._reading", lambda *_: reading_of(likely, risks=risks))

        proposal = propose(QUESTION, context(None))

        assert rule in {finding.rule for finding in proposal.doubts}
        assert proposal.verdict is Verdict.NEEDS_EDIT

    @pytest.mark.parametrize(("probability", "is_settled"), [(0.74, False), (0.76, True)])
    def test_that_somebody_has_to_look_something_up_is_settled_by_a_sure_reading_alone(
        self, probability: float, is_settled: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        readings = {"own_case": 0.5, "question": 0.5}
        monkeypatch.setattr("replyassist.pipeline.story._reading", lambda *_: reading_of(readings))

        def told(evidence: dict[str, float]) -> bool:
            found = Readiness(probability=probability, is_enough=True, evidence=evidence)
            monkeypatch.setattr("replyassist.pipeline.doubts._readiness", lambda *_, **__: found)
            return "draft.own_case" not in {finding.rule for finding in propose(QUESTION, context(None)).doubts}

        assert told({"sentence_reading": 2.0}) is is_settled
        assert not told({"sureness": 2.0})

    def test_praise_is_doubted_whatever_template_is_picked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("replyassist.pipeline.story._reading", lambda *_: reading_of({"praise": 0.97}))
        praise = InboundMessage(text="I love your coffee so much, thank you", channel="instagram")

        proposal = propose(praise, context(None), template_id="shipping-abroad")

        assert "draft.praise_or_irony" in {finding.rule for finding in proposal.doubts}
