"""The checks on texts that people wrote: the sample brands' templates and worked examples."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from replyassist.brands.voice import VoiceRules, WorkedExample, load_voice
from replyassist.core.resources import resource_folder
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, Finding, Severity, check
from replyassist.inbox.inbound import InboundMessage

BRANDS = ("fernhill", "harbour")
VOICES = {brand: load_voice(resource_folder("prompts") / "voice" / f"{brand}.yaml") for brand in BRANDS}
TEMPLATES = [
    (brand, ReplyTemplate.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
    for brand in BRANDS
    for path in sorted(Path(resource_folder("faq") / brand).glob("*.yaml"))
]
EXAMPLES = [(brand, example) for brand in BRANDS for example in VOICES[brand].examples]


def _objections(text: str, there: CheckContext) -> list[Finding]:
    return list(check(text, there).findings)


def test_there_are_templates_and_examples_to_check() -> None:
    assert len(TEMPLATES) >= 40
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize(
    ("brand", "template"), TEMPLATES, ids=[f"{brand}-{template.id}" for brand, template in TEMPLATES]
)
@pytest.mark.parametrize("greeting", ["", "Hello Ana, "])
def test_the_reply_of_a_sample_template_needs_no_edit(brand: str, template: ReplyTemplate, greeting: str) -> None:
    there = CheckContext(
        voice=VOICES[brand],
        template=template,
        message=InboundMessage(
            template.questions[0], template.channels[0] if template.channels else "default", author_name="Ana"
        ),
    )
    assert not _objections(greeting + template.rendered_reply, there)
    assert check(greeting + template.rendered_reply, there).coverage == 1.0


@pytest.mark.parametrize(("brand", "example"), EXAMPLES, ids=[f"{brand}-{one.author}" for brand, one in EXAMPLES])
def test_what_a_good_community_manager_wrote_needs_no_edit(brand: str, example: WorkedExample) -> None:
    there = _example_context(VOICES[brand], example)
    assert not _objections(example.reply, there)


@pytest.mark.parametrize(("brand", "example"), EXAMPLES, ids=[f"{brand}-{one.author}" for brand, one in EXAMPLES])
def test_a_reply_to_somebody_else_blocks(brand: str, example: WorkedExample) -> None:
    there = _example_context(VOICES[brand], example.model_copy(update={"author": "Zebedee", "message": "?"}))
    assert Severity.BLOCK in {finding.severity for finding in _objections(example.reply, there)}


def _example_context(voice: VoiceRules, example: WorkedExample) -> CheckContext:
    return CheckContext(
        voice=voice,
        template=ReplyTemplate(id="example", reply=example.template),
        message=InboundMessage(example.message, author_name=example.author),
    )
