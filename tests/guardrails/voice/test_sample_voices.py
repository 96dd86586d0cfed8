"""The sample brands' own rules on replies that the brands themselves send."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from replyassist.brands.voice import VoiceRules, sample_voice
from replyassist.core.resources import resource_folder
from replyassist.drafting.personalise import personalise, thank
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, check
from replyassist.guardrails.fixing import mend
from replyassist.inbox.inbound import InboundMessage

BRANDS = ("fernhill", "harbour")
MOODS = ("question", "complaint", "praise")
SEEDS = ("a", "b", "c", "d")


def voice_of(brand: str) -> VoiceRules:
    found = sample_voice(brand)
    assert found is not None
    return found


def templates(brand: str) -> list[ReplyTemplate]:
    paths = sorted(Path(resource_folder("faq") / brand).glob("*.yaml"))
    return [ReplyTemplate.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths]


def context_of(voice: VoiceRules, name: str | None, mood: str, template: ReplyTemplate | None) -> CheckContext:
    return CheckContext(voice=voice, template=template, message=InboundMessage(author_name=name), mood=mood)


def assert_clean(text: str, there: CheckContext) -> None:
    assert not [finding for finding in check(text, there).findings if finding.rule.startswith("voice.")]
    assert (mend(text, there).text, mend(text, there).findings) == (text, ())


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("name", ["Ana", None])
def test_a_personalised_template_keeps_every_rule_and_needs_no_mending(brand: str, mood: str, name: str | None) -> None:
    voice = voice_of(brand)
    for number, template in enumerate(templates(brand)):
        to = InboundMessage(SEEDS[number % len(SEEDS)], visibility=("public", "private")[number % 2], author_name=name)
        text = personalise(template.rendered_reply, voice=voice, mood=mood, to=to)
        assert_clean(text, context_of(voice, name, mood, template))


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_thanks_for_praise_keep_every_rule(brand: str, seed: str) -> None:
    voice = voice_of(brand)
    text = thank(voice=voice, to=InboundMessage(seed, author_name="Ana"))
    assert_clean(text, context_of(voice, "Ana", "praise", None))


@pytest.mark.parametrize("brand", BRANDS)
def test_a_worked_example_needs_no_mending(brand: str) -> None:
    voice = voice_of(brand)
    for example in voice.examples:
        template = ReplyTemplate(id="example", reply=example.template)
        there = CheckContext(
            voice=voice, template=template, message=InboundMessage(example.message, author_name=example.author)
        )
        assert mend(example.reply, there).text == example.reply


@pytest.mark.parametrize(
    ("brand", "said", "rule"),
    [
        ("fernhill", "Thank you for your message. We do.", "voice.stock-opening"),
        ("fernhill", "You must have typed it wrong.", "voice.no-blame"),
        ("fernhill", "While you're here, see the mugs.", "voice.no-selling"),
        ("fernhill", "Sorry, so sorry.", "voice.sorry-once"),
        ("fernhill", "It will be fine 💚", "voice.no-emoji-when-upset"),
        ("harbour", "We understand your concern.", "voice.stock-opening"),
        ("harbour", "Please send us your full IBAN.", "voice.no-secrets-in-messages"),
        ("harbour", "You should move your savings to us.", "voice.no-advice"),
        ("harbour", "Our market-leading rate.", "voice.no-praise-of-ourselves"),
        ("harbour", "It is open. Have a great day.", "voice.no-small-talk"),
    ],
)
def test_a_sample_brands_own_rule_is_enforced(brand: str, said: str, rule: str) -> None:
    there = context_of(voice_of(brand), "Ana", "complaint", None)
    assert rule in {finding.rule for finding in check(f"Hello Ana, {said}", there).findings}


@pytest.mark.parametrize(
    ("brand", "said", "mended"),
    [
        (
            "fernhill",
            "Hi there!!! We apologize for any inconvenience caused!! #sorry #coffee",
            "Hi Ana! Sorry about that!",
        ),
        ("harbour", "Hello! We apologise for the inconvenience! We don't charge fees 😊", None),
    ],
)
def test_a_sample_brands_fixes_mend_a_draft_that_shouts(brand: str, said: str, mended: str | None) -> None:
    result = mend(said, context_of(voice_of(brand), "Ana", "complaint", None))
    expected = mended or "Hello Ana, We are sorry for the trouble. We do not charge fees"
    assert result.text.startswith(expected)
