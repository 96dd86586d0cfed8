"""What travels with the program: prompts, voices, sample templates and example messages."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from replyassist.brands.voice import VoiceRules, WorkedExample, default_voice, load_voice, sample_voice
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.drafting.personalise import personalise, thank
from replyassist.drafting.profiles import profile_named
from replyassist.drafting.prompt import DraftRequest, build_prompt
from replyassist.faq.files import read_templates
from replyassist.faq.template import ReplyTemplate, TemplateRoute
from replyassist.guardrails import CheckContext, Verdict, check
from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.schemas import MessageIn

BRANDS = ("fernhill", "harbour")
VOICE_FILES = sorted((resource_folder("prompts") / "voice").glob("*.yaml"))
EXAMPLES = [(path.stem, example) for path in VOICE_FILES for example in load_voice(path).examples]
TEMPLATES = [
    (brand, template) for brand in BRANDS for template in read_templates(resource_folder("faq") / brand).templates
]
MESSAGES = [
    MessageIn.model_validate_json(line)
    for line in (resource_folder("examples") / "messages.jsonl").read_text(encoding="utf-8").splitlines()
]


def verdict(text: str, example: WorkedExample, voice: VoiceRules) -> Verdict:
    context = CheckContext(
        voice=voice,
        template=ReplyTemplate(id="example", reply=example.template),
        message=InboundMessage(example.message, author_name=example.author or None),
    )
    return check(text, context).verdict


class TestVoices:
    def test_each_sample_brand_and_the_neutral_one_has_a_voice(self) -> None:
        assert [path.stem for path in VOICE_FILES] == ["default", *BRANDS]

    @pytest.mark.parametrize("path", VOICE_FILES, ids=[path.stem for path in VOICE_FILES])
    def test_a_voice_file_is_named_after_its_brand_and_has_examples(self, path: Path) -> None:
        voice = load_voice(path)

        assert voice.brand == path.stem
        assert len(voice.examples) >= 4

    def test_a_new_brand_gets_the_neutral_voice_under_its_own_name(self) -> None:
        voice = default_voice("acme-tea_shop")

        assert (voice.brand, voice.name) == ("acme-tea_shop", "Acme Tea Shop")
        assert sample_voice("acme-tea_shop") is None

    @pytest.mark.parametrize(
        ("brand", "example"), EXAMPLES, ids=[f"{brand}-{example.author or 'unnamed'}" for brand, example in EXAMPLES]
    )
    def test_what_a_model_is_shown_passes_the_brands_own_guardrails(self, brand: str, example: WorkedExample) -> None:
        voice = load_voice(resource_folder("prompts") / "voice" / f"{brand}.yaml")

        assert verdict(example.reply, example, voice) is not Verdict.BLOCKED

    @pytest.mark.parametrize("path", VOICE_FILES, ids=[path.stem for path in VOICE_FILES])
    def test_every_voice_makes_a_prompt(self, path: Path) -> None:
        request = DraftRequest(message=InboundMessage("hello?", channel="email"), answer="Yes.")
        prompt = build_prompt(
            request,
            voice=load_voice(path),
            profile=profile_named("chat"),
            library=PromptLibrary(resource_folder("prompts")),
        )

        assert prompt.messages[-1].content.endswith("Answer: Yes.")


class TestTemplates:
    def test_both_brands_have_templates(self) -> None:
        assert min(Counter(brand for brand, _ in TEMPLATES).values()) >= 20

    def test_a_template_is_named_after_its_file(self) -> None:
        for brand in BRANDS:
            files = {path.stem for path in (resource_folder("faq") / brand).glob("*.yaml")}
            assert {template.id for owner, template in TEMPLATES if owner == brand} == files

    def test_some_templates_hand_over_to_a_person(self) -> None:
        for brand in BRANDS:
            assert TemplateRoute.ESCALATE in {template.route for owner, template in TEMPLATES if owner == brand}

    @pytest.mark.parametrize(
        ("brand", "template"), TEMPLATES, ids=[f"{brand}-{template.id}" for brand, template in TEMPLATES]
    )
    @pytest.mark.parametrize("mood", ["question", "complaint", "praise"])
    def test_a_template_in_the_brands_voice_is_ready_without_a_model(
        self, brand: str, template: ReplyTemplate, mood: str
    ) -> None:
        voice = load_voice(resource_folder("prompts") / "voice" / f"{brand}.yaml")
        for channel in template.channels or voice.length:
            for name in ("Ana", None):
                to = InboundMessage(template.questions[0], channel, visibility="private", author_name=name)
                text = personalise(template.rendered_reply, voice=voice, mood=mood, to=to)
                context = CheckContext(
                    voice=voice,
                    template=template,
                    message=InboundMessage(template.questions[0], channel, author_name=name),
                )
                assert not check(text, context).findings, text

    @pytest.mark.parametrize("brand", BRANDS)
    def test_every_thank_you_of_a_brand_passes_its_guardrails(self, brand: str) -> None:
        voice = load_voice(resource_folder("prompts") / "voice" / f"{brand}.yaml")
        for number in range(20):
            to = InboundMessage(f"message {number}", author_name="Ana")
            text = thank(voice=voice, to=to)
            assert (
                check(text, CheckContext(voice=voice, message=InboundMessage("I love it", author_name="Ana"))).verdict
                is Verdict.READY
            )


class TestMessages:
    def test_there_are_sixty_for_both_brands_and_each_comes_once(self) -> None:
        assert len(MESSAGES) == 60
        assert set(Counter(message.brand for message in MESSAGES)) == set(BRANDS)
        assert len({(message.brand, message.channel, message.external_id) for message in MESSAGES}) == 60

    def test_they_come_from_several_channels_in_public_and_in_private(self) -> None:
        assert {message.channel for message in MESSAGES} == {"instagram", "tiktok", "facebook", "linkedin"}
        assert {message.conversation.visibility for message in MESSAGES} == {"public", "private"}
        assert {message.author.name is None for message in MESSAGES} == {True, False}

    def test_the_file_holds_one_compact_line_a_message(self) -> None:
        text = (resource_folder("examples") / "messages.jsonl").read_text(encoding="utf-8")

        assert text.endswith("\n")
        assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
