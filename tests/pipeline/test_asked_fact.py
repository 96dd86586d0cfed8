"""A template on the topic that lacks the asked fact, with the encoder that the check was fitted with."""

from __future__ import annotations

from functools import cache

import pytest

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.guardrails import Concern, Finding, Verdict
from replyassist.guardrails.findings import FACT_NOT_IN_ANSWER
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import PipelineContext, propose
from replyassist.retrieval.index import TemplateIndex
from tests.pipeline.builders import context

SHIPPING = "shipping-abroad"


@cache
def fernhill() -> PipelineContext:
    encoder = SentenceTransformerEncoder(CHECKS.name)
    templates = read_templates(resource_folder("faq") / "fernhill").templates
    return context(None, encoder=encoder, index=TemplateIndex(templates, encoder))


def doubts_of(text: str, template_id: str) -> list[Finding]:
    message = InboundMessage(text=text, channel="instagram", author_name="Tom")
    found = propose(message, fernhill(), template_id=template_id)
    doubts = [doubt for doubt in found.doubts if doubt.rule == FACT_NOT_IN_ANSWER]
    assert not doubts or found.verdict is not Verdict.READY
    return doubts


@pytest.mark.encoder
def test_a_template_that_lacks_the_asked_fact_is_doubted_and_the_missing_word_is_named() -> None:
    (doubt,) = doubts_of("is shipping to Norway insured?", SHIPPING)
    assert "insured" in doubt.explanation
    assert doubt.concern is Concern.MESSAGE


@pytest.mark.encoder
def test_a_template_that_says_what_is_asked_is_not_doubted() -> None:
    assert not doubts_of("do you ship to Norway and how long does it take?", SHIPPING)


def test_an_encoder_that_the_check_was_not_fitted_with_raises_no_doubt() -> None:
    found = propose(InboundMessage(text="is shipping to Norway insured?", channel="instagram"), context(None))
    assert found.draft
    assert FACT_NOT_IN_ANSWER not in {doubt.rule for doubt in found.doubts}
