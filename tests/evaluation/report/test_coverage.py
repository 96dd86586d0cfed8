"""The page says what to do in plain words, needs nothing beside itself, and nothing in it can act."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.coverage.figures import BrandCoverage, coverage_of
from replyassist.evaluation.report.coverage import COVERAGE_PAGE, MOST_ACTIONS, place_of, render, write_coverage
from replyassist.faq.template import ReplyTemplate
from replyassist.testing import FakeEncoder
from tests.evaluation.coverage.brand import BARE, DAY, LOST, STOLEN, TEA
from tests.evaluation.report.test_report import HOSTILE, Reader

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def coverage() -> BrandCoverage:
    return coverage_of([LOST, STOLEN, TEA, BARE], FakeEncoder(), day=DAY)


def page(coverage: BrandCoverage, brand: str = "shop") -> Reader:
    return Reader(render(coverage, brand=brand, made_at=NOW))


def text(reader: Reader) -> str:
    return re.sub(r"\s+", " ", reader.text)


def test_a_lead_reads_where_the_brand_stands_and_what_to_do_first(coverage: BrandCoverage) -> None:
    found = text(page(coverage))

    assert f"{100 * coverage.now.value:.0f} of 100 messages would find the right template" in found
    assert "1 template has no question at all: Gift cards." in found
    assert re.search(r"Add 3 questions to Gift cards gift-cards \(has 0\): about [\d.]+ more of 1,000", found)
    assert "Lost card lost and Stolen card stolen take each other's messages. Merge them, or word them apart" in found
    assert "“purse with everything gone today”" in found


def test_it_says_what_cannot_be_known_and_where_a_guess_comes_from(coverage: BrandCoverage) -> None:
    found = text(page(coverage))

    assert "Your customers' own words." in found
    assert "a guess from your other templates" in found
    assert "cut short" not in found
    assert "sample" not in found


def test_words_of_the_trade_stand_in_the_small_print_alone(coverage: BrandCoverage) -> None:
    before, _, small_print = text(page(coverage)).partition("How it was measured")

    assert "hit@1" in small_print
    assert not re.search(
        r"hit@|cosine|embedding|logistic|index|encoder|recall", before.partition("</style>")[2] or before
    )


def test_pictures_have_words_for_those_who_do_not_see_them(coverage: BrandCoverage) -> None:
    markup = render(coverage, brand="shop", made_at=NOW)
    pictures = re.findall(r"<svg [^>]*>", markup)

    assert len(pictures) > 8
    assert all('aria-hidden="true"' in each or 'role="img" aria-label="' in each for each in pictures)
    assert markup.count("<h1>") == 1
    assert "@media print" in markup
    assert "prefers-color-scheme: dark" in markup


def test_the_page_loads_and_runs_nothing(coverage: BrandCoverage) -> None:
    reader = page(coverage)

    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name in ("src", "href", "style") or name.startswith("on")]


def test_what_people_wrote_is_only_text() -> None:
    named = TEA.model_copy(update={"title": HOSTILE, "questions": [HOSTILE, "do you sell tea"]})
    evil = coverage_of([named, LOST], FakeEncoder(), day=DAY)
    reader = page(evil, brand=HOSTILE)

    assert not {"script", "img"} & set(reader.tags)
    assert "\u202e" not in reader.text
    assert "49evil" not in reader.text


def test_a_run_that_was_cut_short_or_sampled_says_so(coverage: BrandCoverage) -> None:
    found = text(page(replace(coverage, rounds=2, sampled=True)))

    assert "cut short: 2 of 15 rounds" in found
    assert "only a part of them was tried" in found


def test_questions_that_repeat_each_other_are_named(coverage: BrandCoverage) -> None:
    assert "Probably too high" not in text(page(coverage))
    assert f"5 of your {coverage.questions} questions nearly repeat another one" in text(
        page(replace(coverage, ways=coverage.questions - 5))
    )


@pytest.mark.parametrize(
    ("templates", "words"),
    [
        ([], "With fewer than two templates"),
        ([TEA], "With fewer than two templates"),
        ([BARE, BARE.model_copy(update={"id": "vouchers"})], "No template has an example question"),
    ],
)
def test_what_cannot_be_tried_is_said_and_still_makes_a_page(templates: list[ReplyTemplate], words: str) -> None:
    assert words in text(page(coverage_of(templates, FakeEncoder(), day=DAY)))


def test_long_lists_are_cut_and_say_so(coverage: BrandCoverage) -> None:
    many = tuple(replace(coverage.templates[3], template_id=f"t{number}") for number in range(60))
    large = tuple(replace(each, gain=replace(each.gain, value=0.9)) for each in many)
    found = text(page(replace(coverage, templates=large, thefts=())))

    assert found.count("more of 1,000") == MOST_ACTIONS
    assert f"{60 - MOST_ACTIONS} smaller ones are not shown" in found


def test_it_is_written_as_a_file_or_into_a_folder(coverage: BrandCoverage, tmp_path: Path) -> None:
    for given, written in ((tmp_path / "new" / "a.html", "a.html"), (tmp_path / "folder", COVERAGE_PAGE)):
        found = write_coverage(coverage, given, brand="shop", made_at=NOW)
        assert found.name == written
        assert found.read_text(encoding="utf-8").lstrip().startswith("<!doctype html>")


def test_a_place_where_no_file_can_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path / "file" / "a.html", tmp_path / "file"):
        with pytest.raises(InvalidInput, match="cannot be written"):
            place_of(path)
