"""The labelled cases in ``eval/cases`` are whole, within their quotas and true to the templates."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import emoji
import pytest

from replyassist.brands.voice import VoiceRules, sample_voice
from replyassist.evaluation.evaluators.passages import said
from replyassist.faq.files import read_templates
from replyassist.faq.template import ReplyTemplate, TemplateRoute

ROOT = Path(__file__).resolve().parents[2]
SPLITS = ("dev", "test")
BRANDS = ("fernhill", "harbour")
LABELLED_ON = date(2026, 11, 22)  # eval/README.md: seasonal templates are judged as of this day
FIELDS = {"id", "brand", "channel", "visibility", "text", "author_name", "split", "tags", "expected"}
EXPECTED_FIELDS = {"template_id", "also_template_ids", "route", "reply", "must_include", "must_not_include"}
QUOTAS = {  # share of all cases: at least, at most
    "out_of_scope": (0.18, 0.23),
    "near_miss": (0.09, 0.12),
    "two_questions": (0.14, 0.17),
    "adversarial": (0.095, 0.12),
    "language": (0.03, 0.06),
    "personal_data": (0.05, 0.08),
    "complaint": (0.18, 0.28),
    "conditional": (0.05, 0.12),
    "negated": (0.04, 0.12),
    "praise": (0.02, 0.06),
}
TOO_ALIKE = 0.75  # difflib ratio; the closest honest pair of different questions stays under it
WORDS = tuple(
    re.findall(
        r"\w+",
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty",
    )
)
NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b")
LINK = re.compile(r"https?://[^\s,]+|[\w.]+@[\w.]+\.\w+")

Case = dict[str, Any]
CASES: list[Case] = [
    json.loads(line)
    for split in SPLITS
    for line in (ROOT / "eval" / "cases" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
]
TEMPLATES: dict[tuple[str, str], ReplyTemplate] = {
    (brand, template.id): template for brand in BRANDS for template in read_templates(ROOT / "faq" / brand).templates
}
VOICES: dict[str, VoiceRules] = {brand: voice for brand in BRANDS if (voice := sample_voice(brand))}

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])


def folded(text: str) -> str:
    """Lower case, straight quotes, number words as figures, no space before %."""
    straight = text.casefold().translate(str.maketrans("‘’“”–", "''\"\"-"))
    figures = NUMBER_WORD.sub(lambda word: str(WORDS.index(word[0])), straight)
    return re.sub(r"\s+%", "%", re.sub(r"\s+", " ", figures))


def answers(case: Case) -> list[ReplyTemplate]:
    """The templates that answer the case, the main one first."""
    expected = case["expected"]
    ids = [expected["template_id"], *expected["also_template_ids"]]
    return [TEMPLATES[case["brand"], template_id] for template_id in ids if template_id]


def share(is_counted: Callable[[Case], bool]) -> float:
    return sum(map(is_counted, CASES)) / len(CASES)


def closest(texts: Iterable[Case], others: Iterable[str]) -> tuple[float, str, str]:
    """The pair that is most alike: ratio, id, the other text. Pairs that cannot be too alike are not measured."""
    worst = (0.0, "", "")
    matcher = SequenceMatcher(autojunk=False)
    listed = list(others)
    for case in texts:
        matcher.set_seq2(case["text"].casefold())
        for other in listed:
            matcher.set_seq1(other.casefold())
            if matcher.real_quick_ratio() >= TOO_ALIKE and matcher.quick_ratio() >= TOO_ALIKE:
                worst = max(worst, (matcher.ratio(), case["id"], other))
    return worst


def test_there_are_132_cases_for_each_brand() -> None:
    assert Counter(case["brand"] for case in CASES) == {"fernhill": 132, "harbour": 132}


def test_dev_has_about_45_percent() -> None:
    assert share(lambda case: case["split"] == "dev") == pytest.approx(0.45, abs=0.02)


def test_every_tag_is_explained_in_the_guideline() -> None:
    guideline = (ROOT / "eval" / "README.md").read_text(encoding="utf-8")

    assert sorted({tag for case in CASES for tag in case["tags"] if f"`{tag}`" not in guideline}) == []


def test_ids_are_unique() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("split", SPLITS)
def test_the_file_is_named_as_the_split(split: str) -> None:
    lines = (ROOT / "eval" / "cases" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()

    assert {json.loads(line)["split"] for line in lines} == {split}


@pytest.mark.parametrize(("tag", "limits"), QUOTAS.items())
def test_a_quota_is_kept(tag: str, limits: tuple[float, float]) -> None:
    assert limits[0] <= share(lambda case: tag in case["tags"]) <= limits[1]


@pytest.mark.parametrize("tag", QUOTAS)
@pytest.mark.parametrize("split", SPLITS)
def test_every_kind_is_in_both_splits(tag: str, split: str) -> None:
    assert any(tag in case["tags"] for case in CASES if case["split"] == split)


@pytest.mark.parametrize("split", SPLITS)
def test_every_template_answers_a_case_of_each_split(split: str) -> None:
    answered = {(case["brand"], found.id) for case in CASES if case["split"] == split for found in answers(case)}

    assert sorted(TEMPLATES.keys() - answered) == []


@each_case
def test_a_case_has_the_fields_of_the_format(case: Case) -> None:
    assert set(case) - {"parent_text"} == FIELDS
    assert set(case["expected"]) == EXPECTED_FIELDS
    assert case["text"] == case["text"].strip() != ""
    assert len(set(case["tags"])) == len(case["tags"]) > 0


@each_case
def test_its_templates_exist_and_may_be_used_there(case: Case) -> None:
    found = answers(case)

    assert len({template.id for template in found}) == len(found)
    for template in found:
        assert template.fits(channel=case["channel"], visibility=case["visibility"], day=LABELLED_ON)


@each_case
def test_the_channel_has_a_length_of_its_own_in_the_voice(case: Case) -> None:
    voice = VOICES[case["brand"]]

    assert case["channel"] in {*voice.tone, *voice.length} - {"default"}


@each_case
def test_the_tags_agree_with_the_label(case: Case) -> None:
    tags, expected = set(case["tags"]), case["expected"]

    assert ("out_of_scope" in tags) == (expected["template_id"] is None)
    assert not (tags & {"near_miss", "praise", "spam", "chatter"}) or "out_of_scope" in tags
    assert not expected["also_template_ids"] or tags & {"two_questions", "two_templates"}


@each_case
def test_the_route_follows_the_guideline(case: Case) -> None:
    tags, found = set(case["tags"]), answers(case)
    if not found:
        wanted = "draft" if "praise" in tags else "no_reply" if tags & {"spam", "chatter"} else "escalate"
    else:
        is_for_a_person = any(template.route is TemplateRoute.ESCALATE for template in found)
        is_for_a_person |= bool(tags & {"language", "injected_message", "legal", "health"})
        wanted = "escalate" if is_for_a_person else "draft"

    assert case["expected"]["route"] == wanted


@each_case
def test_the_reply_carries_what_it_must(case: Case) -> None:
    expected = case["expected"]
    reply = folded(expected["reply"])

    assert len(expected["must_include"]) <= 3
    assert bool(expected["must_include"]) == (expected["template_id"] is not None)
    assert [fact for fact in expected["must_include"] if folded(fact) not in reply] == []


@each_case
def test_a_fact_that_must_be_there_comes_from_a_template(case: Case) -> None:
    source = folded(" ".join(template.rendered_reply for template in answers(case)))

    assert [fact for fact in case["expected"]["must_include"] if folded(fact) not in source] == []


@each_case
def test_what_must_not_be_there_is_in_no_correct_reply(case: Case) -> None:
    expected = case["expected"]
    correct = [expected["reply"], *expected["must_include"], *(found.rendered_reply for found in answers(case))]

    assert 1 <= len(expected["must_not_include"]) <= 4
    for wrong in expected["must_not_include"]:
        assert [text for text in correct if folded(wrong) in folded(text)] == []


@each_case
def test_the_evaluator_reads_the_passages_as_the_label_means_them(case: Case) -> None:
    expected = case["expected"]
    source = " ".join(template.rendered_reply for template in answers(case))

    for text in (expected["reply"], source):
        assert set(said(text, expected["must_include"])) == set(expected["must_include"])
        assert said(text, expected["must_not_include"]) == ()


@each_case
def test_the_reply_keeps_to_the_voice(case: Case) -> None:
    reply, voice = case["expected"]["reply"], VOICES[case["brand"]]
    if case["expected"]["route"] == "no_reply":
        assert reply == ""
        return
    length = voice.length.get(case["channel"], voice.length["default"])
    used = [found["emoji"] for found in emoji.emoji_list(reply)]

    assert length.min <= len(reply) <= length.max
    assert reply.count("!") <= voice.exclamations_max
    assert len(used) <= voice.emoji.max
    assert set(used) <= set(voice.emoji.allowed)
    assert [phrase for phrase in voice.banned_phrases if folded(phrase) in folded(reply)] == []


@each_case
def test_the_reply_links_only_to_the_brand(case: Case) -> None:
    links = LINK.findall(case["expected"]["reply"])

    assert [link for link in links if f"{case['brand']}.example" not in link] == []


@pytest.mark.parametrize(
    "case", [case for case in CASES if "personal_data" in case["tags"]], ids=lambda case: case["id"]
)
def test_personal_data_of_the_message_must_not_be_repeated(case: Case) -> None:
    text = folded(case["text"])

    assert any(folded(wrong) in text for wrong in case["expected"]["must_not_include"])


def test_no_case_of_dev_is_in_test_again() -> None:
    dev = [case for case in CASES if case["split"] == "dev"]
    ratio, case_id, other = closest(dev, [case["text"] for case in CASES if case["split"] == "test"])

    assert ratio < TOO_ALIKE, f"{case_id} and '{other}'"


def test_no_case_repeats_a_question_of_a_template_or_an_example() -> None:
    questions = [question for template in TEMPLATES.values() for question in template.questions]
    examples = (ROOT / "examples" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    ratio, case_id, other = closest(CASES, [*questions, *(json.loads(line)["text"] for line in examples)])

    assert ratio < TOO_ALIKE, f"{case_id} and '{other}'"
