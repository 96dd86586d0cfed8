"""Messages that failed once, each with what is right; templates and voices are the samples', and no model writes."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from replyassist.brands.voice import VoiceRules, sample_voice
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS, DEFAULT
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.core.settings import Settings
from replyassist.drafting.names import first_name
from replyassist.drafting.personalise import greetings_for
from replyassist.faq.files import read_templates
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import PipelineContext, propose
from replyassist.proposal import Proposal
from replyassist.retrieval.index import TemplateIndex
from tests.cases import cases_folder

pytestmark = pytest.mark.encoder

STILL_WRONG = {"near_topic": 1}
"""How many of a kind may be wrong today; of every other kind none."""


def test_every_kind_comes_out_right(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [json.loads(line) for line in cases_folder("messages.jsonl").read_text(encoding="utf-8").splitlines()]
    contexts = contexts_of({case.get("brand2", case["brand"]) for case in cases})
    wrong: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        context = contexts[case.get("brand2", case["brand"])]
        message = InboundMessage(text=case["text"], channel="instagram", author_name=case.get("author_name"))
        faults = list(faults_of(propose(message, context), case["expect"], message, context.voice))
        wrong[case["kind"]] += [f"{case['id']} ({', '.join(faults)})"] if faults else []
    with capsys.disabled():
        for kind, faulty in wrong.items():
            total = sum(case["kind"] == kind for case in cases)
            sys.stdout.write("\n  ".join([f"\n{kind}: {total - len(faulty)} of {total} right", *faulty]))
    assert {kind: faulty for kind, faulty in wrong.items() if len(faulty) > STILL_WRONG.get(kind, 0)} == {}


def contexts_of(brands: set[str]) -> dict[str, PipelineContext]:
    """The sample brands over the encoders that are the default, without a model."""
    encoder, library = SentenceTransformerEncoder(CHECKS.name), PromptLibrary(resource_folder("prompts"))
    finder = SentenceTransformerEncoder(DEFAULT.name)
    indexes = {
        brand: TemplateIndex(read_templates(resource_folder("faq") / brand, column_map={}).templates, finder)
        for brand in brands
    }
    threshold = Settings(_env_file=None).abstain_threshold
    return {
        brand: PipelineContext(voice_of(brand), index, encoder, None, library, date(2026, 11, 25), threshold)
        for brand, index in indexes.items()
    }


def voice_of(brand: str) -> VoiceRules:
    voice = sample_voice(brand)
    assert voice is not None
    return voice


def faults_of(found: Proposal, expect: dict[str, Any], message: InboundMessage, voice: VoiceRules) -> Iterator[str]:
    """What is not as it should be, in a few words each."""
    if "route_in" in expect and found.route.value not in expect["route_in"]:
        yield f"routed {found.route.value}"
    if found.verdict and found.verdict.value == expect.get("verdict_is_not"):
        yield f"is {found.verdict.value}"
    if "template" in expect and found.template_id != expect["template"]:
        yield f"drafted from {found.template_id}"
    if "names_both" in expect:
        drawn_on = {used.id for used in found.used_templates} >= set(expect["names_both"])
        if not drawn_on and (found.verdict is None or found.verdict.value == "ready"):
            yield f"drafted from {', '.join(used.id for used in found.used_templates)}, {found.verdict}"
    if "greets" in expect and not greets(found.draft, expect["greets"], voice):
        yield f"drafted {found.draft[:30]!r}"
    if expect.get("thanks") is False and any(phrase in found.draft for phrase in voice.empathy.praise if phrase):
        yield "gives thanks"
    if expect.get("low_urgency_or_no_reply") and found.route.value != "no_reply" and found.triage.urgency > 5:
        yield f"routed {found.route.value} with urgency {found.triage.urgency}"


def greets(draft: str, name: str | None, voice: VoiceRules) -> bool:
    """Whether the draft begins with one of the voice's greetings by this name, or of those without any."""
    assert first_name(name) == name
    return draft.startswith(tuple(greetings_for(voice, name)))
