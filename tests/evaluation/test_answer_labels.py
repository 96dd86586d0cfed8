"""What readers said of templates in ``eval/answers`` and ``eval/replies`` is whole and true to what it is about."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from replyassist.evaluation.case_files import load_cases
from replyassist.evaluation.dataset import Case
from replyassist.faq.files import load_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.triage import Route

EVAL = Path(__file__).resolve().parents[2] / "eval"
ANSWERS, REPLIES = EVAL / "answers", EVAL / "replies"
SPLITS = {"train": 1015, "test": 277}
FOLDERS = sorted(path.parent for path in REPLIES.glob("*/*/cases.jsonl"))
FORMS = {"yes", "no", "fact", "depends"}
FIELDS = {"key", "reader", "message", "title", "sentences", "needed", "bounds", "form", "proof", "reply"}
WRITTEN = {"train": {"aperture", "quayhall", "thornley"}, "test": {"lumenvale"}}
"""Brands that were written for these labels alone; they have ``spans``, and messages that nothing answers."""

Line = dict[str, Any]


def lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def brands_of(split: str) -> set[str]:
    return {line["key"].rpartition("-")[0] for line in lines(ANSWERS / f"{split}.jsonl")}


def sources() -> dict[str, tuple[str, ReplyTemplate]]:
    """By key: the message, and the template that answers it."""
    found: dict[str, tuple[str, ReplyTemplate]] = {}
    for path in (EVAL / "near_misses").glob("*.questions.jsonl"):
        own = templates_of(path.with_name(path.name.replace(".questions.", ".templates.")))
        found |= {each["id"]: (each["question"], own[each["template_id"]]) for each in lines(path)}
    for path in (EVAL / "brands").glob("*/*/cases.jsonl"):
        own = templates_of(path.with_name("faq.jsonl"))
        labelled = [(each, each["expected"]["template_id"]) for each in lines(path)]
        found |= {each["id"]: (each["text"], own[template_id]) for each, template_id in labelled if template_id}
    return found


def templates_of(path: Path) -> dict[str, ReplyTemplate]:
    return {template.id: template for template in load_templates(path).templates}


class TestAnswers:
    def test_no_brand_and_no_reader_is_in_both_halves(self) -> None:
        assert not brands_of("train") & brands_of("test")
        assert (len(brands_of("train")), len(brands_of("test"))) == (13, 4)
        readers = {split: {line["reader"] for line in lines(ANSWERS / f"{split}.jsonl")} for split in SPLITS}
        assert readers == {"train": {"0", "1", "2", "3", "5", "6", "8"}, "test": {"4", "7"}}

    @pytest.mark.parametrize("split", SPLITS)
    def test_each_pair_is_there_once_with_every_label(self, split: str) -> None:
        found = lines(ANSWERS / f"{split}.jsonl")

        assert len({line["key"] for line in found}) == len(found) == SPLITS[split]
        assert {line["form"] for line in found} == FORMS | {"none"}
        for line in found:
            is_written = line["key"].rpartition("-")[0] in WRITTEN[split]
            assert set(line) == FIELDS | ({"spans"} if is_written else set()), line["key"]
            assert bool(line["reply"]) is (line["form"] != "none"), line["key"]
            assert is_written or line["form"] != "none", line["key"]

    @pytest.mark.parametrize("split", SPLITS)
    def test_the_places_are_those_of_sentences_and_none_is_named_twice(self, split: str) -> None:
        for line in lines(ANSWERS / f"{split}.jsonl"):
            named = [*line["needed"], *line["bounds"]]
            assert bool(line["needed"]) is (line["form"] != "none"), line["key"]
            assert line["needed"] or not line["bounds"], line["key"]
            assert len(set(named)) == len(named), line["key"]
            assert set(named) <= set(range(len(line["sentences"]))), line["key"]

    @pytest.mark.parametrize("split", SPLITS)
    def test_what_has_to_be_said_stands_in_what_is_needed_or_bounds_it(self, split: str) -> None:
        for line in lines(ANSWERS / f"{split}.jsonl"):
            spans = line.get("spans", {str(place): [] for place in (*line["needed"], *line["bounds"])})
            assert {int(place) for place in spans} == {*line["needed"], *line["bounds"]}, line["key"]
            for place, words in spans.items():
                assert all(each and each in line["sentences"][int(place)] for each in words), line["key"]

    @pytest.mark.parametrize("split", SPLITS)
    def test_a_yes_or_no_and_nothing_else_is_proven_by_words_of_what_is_needed(self, split: str) -> None:
        for line in lines(ANSWERS / f"{split}.jsonl"):
            assert bool(line["proof"]) is (line["form"] in {"yes", "no"}), line["key"]
            proven = any(line["proof"] in line["sentences"][place] for place in line["needed"])
            assert proven or line["form"] == "none", line["key"]

    def test_message_and_sentences_are_those_that_the_key_names(self) -> None:
        of = sources()
        for line in [line for split in SPLITS for line in lines(ANSWERS / f"{split}.jsonl") if "spans" not in line]:
            message, template = of[line["key"]]
            assert (line["message"], line["title"]) == (message, template.title)
            assert " ".join(line["sentences"]) == " ".join(template.rendered_reply.split())


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
class TestReplies:
    @staticmethod
    def cases(folder: Path) -> tuple[Case, ...]:
        return load_cases(folder / "cases.jsonl").cases

    def test_there_are_twenty_templates_and_a_hundred_messages(self, folder: Path) -> None:
        loaded, cases = load_templates(folder / "faq.jsonl"), self.cases(folder)

        assert len({template.id for template in loaded.templates}) == 20
        assert {each.route.value for each in loaded.templates} == {"draft", "escalate"}
        assert len({case.id for case in cases}) == len(cases) == 100
        assert {case.brand for case in cases} == {folder.name}
        assert [line["id"] for line in lines(folder / "answers.jsonl")] == [case.id for case in cases]

    def test_what_is_said_of_a_case_agrees_with_its_route(self, folder: Path) -> None:
        for case, answer in zip(self.cases(folder), lines(folder / "answers.jsonl"), strict=True):
            expected = case.expected
            assert set(answer) == {"id", "needed", "bounds", "form", "needs_lookup"}
            assert answer["form"] in FORMS | {"none"}
            assert (answer["form"] == "none") is (not answer["needed"]), case.id
            assert bool(answer["needed"]) is (expected.route is Route.DRAFT and expected.template_id is not None), (
                case.id
            )
            assert not answer["needs_lookup"] or expected.route is Route.ESCALATE, case.id
            assert bool(expected.reply) is (expected.route is Route.DRAFT), case.id

    def test_what_is_quoted_stands_in_the_cases_own_templates(self, folder: Path) -> None:
        own = templates_of(folder / "faq.jsonl")
        for case, answer in zip(self.cases(folder), lines(folder / "answers.jsonl"), strict=True):
            ids = [each for each in (case.expected.template_id, *case.expected.also_template_ids) if each]
            text = " ".join(own[each].rendered_reply for each in ids)
            for quote in (*answer["needed"], *answer["bounds"], *case.expected.must_include):
                assert quote in text, (case.id, quote)
            for wrong in case.expected.must_not_include:
                assert wrong.casefold() not in text.casefold(), (case.id, wrong)

    def test_about_sixty_are_to_be_drafted(self, folder: Path) -> None:
        routes = Counter(case.expected.route for case in self.cases(folder))

        assert 60 <= routes[Route.DRAFT] <= 62
        assert 7 <= routes[Route.NO_REPLY] <= 8


@pytest.mark.parametrize("path", sorted(REPLIES.glob("dev/*/direct.jsonl")), ids=lambda path: path.parent.name)
def test_a_direct_answer_is_proven_by_words_of_its_template(path: Path) -> None:
    found, own = lines(path), templates_of(path.with_name("faq.jsonl"))

    assert Counter(line["answer"] for line in found) == {"yes": 25, "no": 25, "open": 16}
    assert len({line["message"] for line in found}) == len(found)
    for line in found:
        assert set(line) == {"template", "message", "answer", "proof", "why"}
        assert bool(line["proof"]) is (line["answer"] != "open"), line["message"]
        assert line["proof"] in own[line["template"]].rendered_reply, line["message"]
