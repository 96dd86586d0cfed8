"""What lint says, and what it does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from replyassist.brands.voice import Length, VoiceRules, default_voice, load_voice
from replyassist.core.embedding import SentenceTransformerEncoder, Vectors
from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.faq.lint import LintFinding, LintSeverity, has_errors, lint
from replyassist.faq.lint_pairs import near_texts, normalised
from replyassist.faq.lint_rules import link_host, links_in
from replyassist.faq.template import ReplyTemplate

from .builders import template

TODAY = date(2026, 11, 22)


class WordEncoder:
    """Counts words: texts with the same words, in any order, have a cosine of 1."""

    model_digest = "words"
    dimension = 512

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in normalised(text).split():
                vectors[row, sum(word.encode()) % self.dimension] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def rules(*templates: ReplyTemplate, **options: Any) -> list[tuple[str, tuple[str, ...]]]:
    settings: dict[str, Any] = {"voice": None, "encoder": None, "today": TODAY} | options
    return [(finding.rule, finding.template_ids) for finding in lint(templates, **settings)]


def only(*templates: ReplyTemplate, **options: Any) -> LintFinding:
    settings: dict[str, Any] = {"voice": None, "encoder": None, "today": TODAY} | options
    (finding,) = lint(templates, **settings)
    return finding


def voice(**fields: Any) -> VoiceRules:
    return default_voice("fernhill").model_copy(update=fields)


def other(**fields: Any) -> ReplyTemplate:
    """A template that has nothing in common with the usual one."""
    usual: dict[str, Any] = {"questions": ["decaf?", "caffeine free?", "no caffeine"], "reply": "Yes.", "facts": {}}
    return template("decaf", **(usual | fields))


def test_a_good_template_has_no_findings() -> None:
    assert rules(template(), other(), voice=voice(), encoder=WordEncoder()) == []


@pytest.mark.encoder
@pytest.mark.parametrize("brand", ["fernhill", "harbour"])
def test_the_sample_brands_have_no_errors(brand: str) -> None:
    templates = read_templates(resource_folder("faq") / brand).templates
    spoken = load_voice(resource_folder("prompts") / "voice" / f"{brand}.yaml")
    findings = lint(templates, voice=spoken, encoder=SentenceTransformerEncoder("minilm"), today=TODAY)
    assert {finding.rule for finding in findings} <= {"too_long"}
    assert not has_errors(findings)


class TestOneTemplate:
    def test_a_slot_without_a_fact_is_an_error(self) -> None:
        broken = template().model_copy(update={"facts": {}})
        finding = only(broken)
        assert (finding.rule, finding.severity) == ("missing_slot", LintSeverity.ERROR)
        assert "'count'" in finding.explanation

    def test_a_fact_without_a_slot_is_told(self) -> None:
        assert rules(template(facts={"count": 32, "old": 7})) == [("unused_fact", ("shipping-abroad",))]

    @pytest.mark.parametrize("reply", ["Within 14 days. {{ days }}", "Order in (14) days: {{ days }}"])
    def test_a_fact_that_is_also_written_out_is_told(self, reply: str) -> None:
        assert only(template(reply=reply, facts={"days": 14})).rule == "literal_fact"

    @pytest.mark.parametrize("reply", ["Until 14:30. {{ days }}", "It costs 2.14. {{ days }}", "Call 0114. {{ days }}"])
    def test_a_fact_inside_another_number_is_not_told(self, reply: str) -> None:
        assert rules(template(reply=reply, facts={"days": 14})) == []

    def test_missing_and_few_questions_are_told(self) -> None:
        assert only(template(questions=[])).rule == "no_questions"
        assert only(template(questions=["one", "two"])).rule == "few_questions"

    def test_a_reply_longer_than_the_shortest_limit_is_told_with_its_channel(self) -> None:
        strict = voice(length={"default": Length(max=600), "tiktok": Length(max=20)})
        finding = only(template(), voice=strict)
        assert (finding.rule, finding.severity) == ("too_long", LintSeverity.WARNING)
        assert "'tiktok' allows 20" in finding.explanation

    def test_only_the_channels_of_the_template_limit_its_length(self) -> None:
        strict = voice(length={"default": Length(max=600), "tiktok": Length(max=20)})
        assert rules(template(channels=["instagram"]), voice=strict) == []

    def test_an_expired_template_is_told_from_the_day_after(self) -> None:
        last = template(valid_until=TODAY)
        assert rules(last) == []
        assert rules(last, today=date(2026, 11, 23)) == [("expired", ("shipping-abroad",))]
        assert rules(last, today=None) == []

    def test_a_validity_that_ends_before_it_begins_is_an_error(self) -> None:
        broken = template().model_copy(update={"valid_from": date(2027, 1, 1), "valid_until": date(2026, 12, 1)})
        assert only(broken).rule == "contradicting_validity"

    def test_banned_phrases_are_found_in_any_case_but_not_inside_words(self) -> None:
        strict = voice(banned_phrases=["don't hesitate", "oops"])
        assert only(template(reply="Please DON’T hesitate. {{ count }}"), voice=strict).rule == "banned_phrase"
        assert rules(template(reply="Whoopsie {{ count }}"), voice=strict) == []

    @pytest.mark.parametrize(
        "text", ["[Order Number]", "<your name>", "{name}", "TODO", "____", "%NAME%", "Lorem TBD", "$ORDER_NUMBER"]
    )
    def test_a_placeholder_left_in_the_reply_is_an_error(self, text: str) -> None:
        finding = only(template(reply=f"Hello {text}, we ship to {{{{ count }}}} countries."))
        assert (finding.rule, finding.severity) == ("placeholder", LintSeverity.ERROR)

    def test_damaged_text_is_an_error(self) -> None:
        finding = only(template(reply="We&#39;re in {{ count }} countries."))
        assert (finding.rule, finding.severity) == ("damaged_text", LintSeverity.ERROR)

    def test_a_gap_in_a_fact_is_an_error(self) -> None:
        assert only(template(reply="From {{ open }}.", facts={"open": "{{ hour }}"})).rule == "placeholder"

    @pytest.mark.parametrize("reply", ["As we discussed, {{ count }}.", "I’ve just sent you {{ count }}."])
    def test_what_was_true_in_one_conversation_is_told(self, reply: str) -> None:
        finding = only(template(reply=reply))
        assert (finding.rule, finding.severity) == ("said_once", LintSeverity.WARNING)

    @pytest.mark.parametrize(
        "text", ["I <3 coffee", "50% off, 20% off", "[our list](https://a.example/x)", "$5", "a_b"]
    )
    def test_ordinary_text_is_no_placeholder(self, text: str) -> None:
        item = template(reply=f"{text} {{{{ count }}}}", links=links_in(text))
        assert rules(item) == []


class TestLinks:
    @pytest.mark.parametrize(
        "link",
        [
            "https://",
            "http:/a.example",
            "https://a b.example",
            "ftp://a.example",
            "https://local",
            "a.example",
            "https://a..example",
            "https://a.example:x",
            "javascript:alert(1)",
            "https://[::1",
        ],
    )
    def test_an_address_that_cannot_work_is_an_error(self, link: str) -> None:
        assert ("dead_link", ("shipping-abroad",)) in rules(template(links=[link]))

    def test_a_link_outside_the_allowed_domains_is_an_error(self) -> None:
        strict = voice(allowed_link_domains=["fernhill.example"])
        for link in ("https://evil.example/x", "https://fernhill.example@evil.example", "https://notfernhill.example"):
            item = template(reply=f"{{{{ count }}}} at {link}", links=[link])
            assert rules(item, voice=strict) == [("foreign_link", ("shipping-abroad",))], link
        fine = "https://shop.fernhill.example/a?b=c"
        assert rules(template(reply=f"{{{{ count }}}} at {fine}.", links=[fine]), voice=strict) == []

    def test_a_link_in_the_reply_must_be_listed(self) -> None:
        finding = only(template(reply="{{ count }}: see https://a.example/x."))
        assert (finding.rule, finding.severity) == ("unlisted_link", LintSeverity.ERROR)
        assert "'https://a.example/x'" in finding.explanation

    def test_a_listed_link_that_is_not_in_the_reply_is_told(self) -> None:
        finding = only(template(links=["https://a.example/x"]))
        assert (finding.rule, finding.severity) == ("unused_link", LintSeverity.WARNING)

    def test_a_link_may_come_from_a_fact(self) -> None:
        item = template(reply="See {{ page }}", facts={"page": "https://a.example/x"}, links=["https://a.example/x/"])
        assert rules(item) == []

    def test_e_mail_addresses_are_no_links(self) -> None:
        assert links_in("Write to help@fernhill.example or see (https://a.example/x), www.b.example!") == [
            "https://a.example/x",
            "www.b.example",
        ]

    def test_the_host_is_in_lower_case_and_in_ascii(self) -> None:
        assert link_host("https://MÜNCHEN.example/") == "xn--mnchen-3ya.example"


class TestPairs:
    def test_an_id_that_two_templates_have_is_an_error(self) -> None:
        assert ("duplicate_id", ("decaf",)) in rules(other(), other())

    def test_the_same_question_but_for_case_and_punctuation_is_an_error(self) -> None:
        finding = only(template(), other(questions=["Do you ship to NORWAY??", "a1", "a2"]))
        assert (finding.rule, finding.severity) == ("duplicate_question", LintSeverity.ERROR)
        assert finding.template_ids == ("shipping-abroad", "decaf")

    def test_different_questions_without_letters_are_not_the_same(self) -> None:
        assert rules(template(questions=["?", "a", "b"]), other(questions=["!", "c", "d"])) == []

    def test_a_question_that_one_template_has_twice_is_told(self) -> None:
        assert only(template(questions=["how?", "How", "when?", "where?"])).rule == "repeated_question"

    def test_nearly_the_same_question_is_told_once_for_a_pair_of_templates(self) -> None:
        close = other(questions=["to Norway do you ship?", "delivery international", "decaf?"])
        assert rules(template(), close) == []
        finding = only(template(), close, encoder=WordEncoder())
        assert (finding.rule, finding.severity) == ("similar_question", LintSeverity.WARNING)
        assert finding.template_ids == ("decaf", "shipping-abroad")

    def test_the_same_reply_is_told(self) -> None:
        assert only(template(), other(reply="we ship to 32 countries")).rule == "duplicate_reply"

    def test_nearly_the_same_reply_is_told(self) -> None:
        close = other(reply="Countries to ship we 32.")
        assert rules(template(), close) == []
        assert only(template(), close, encoder=WordEncoder()).rule == "similar_reply"

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ({"channels": ["instagram"]}, {"channels": ["tiktok"]}),
            ({"visibility": "public"}, {"visibility": "private"}),
            ({"valid_until": "2026-06-01"}, {"valid_from": "2026-06-02"}),
        ],
    )
    def test_templates_that_can_never_meet_may_share_a_question(self, one: dict[str, Any], two: dict[str, Any]) -> None:
        shared: dict[str, Any] = {"questions": ["how much?", "what price?", "cost?"]}
        found = rules(template(**one, **shared), other(**two, **shared), encoder=WordEncoder(), today=None)
        assert found == []

    @pytest.mark.parametrize("cells", [1, 25, 1000])
    def test_texts_are_compared_in_parts_as_well_as_at_once(self, cells: int) -> None:
        texts = [f"a{number}" for number in range(8)] + ["y a0", "a3 z", "a0 y", "z a3"]
        found = [(left, right) for left, right, _ in near_texts(texts, WordEncoder(), cells=cells)]
        assert sorted(found) == [(8, 10), (9, 11)]


def test_errors_come_first() -> None:
    found = lint([template(questions=[]), other(reply="[name]")], voice=None, encoder=None)
    assert [finding.severity for finding in found] == [LintSeverity.ERROR, LintSeverity.WARNING]
    assert has_errors(found)
    assert not has_errors(found[1:])


@pytest.mark.encoder
def test_the_real_encoder_tells_paraphrases_from_the_same_question() -> None:
    encoder = SentenceTransformerEncoder("minilm")
    same = other(questions=["do you ship to norway please?", "b", "c"])
    assert rules(template(), same, encoder=encoder) == [("similar_question", ("decaf", "shipping-abroad"))]
    assert rules(template(), other(questions=["do you ship to Sweden?", "b", "c"]), encoder=encoder) == []
