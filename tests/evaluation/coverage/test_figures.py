from __future__ import annotations

from dataclasses import replace

import pytest

from replyassist.evaluation.coverage.actions import CoverageActionKind, actions_of
from replyassist.evaluation.coverage.figures import Basis, BrandCoverage, coverage_of, is_no_chance
from replyassist.faq.template import ReplyTemplate
from replyassist.testing import FakeEncoder
from tests.evaluation.coverage.brand import BARE, BRAND, DAY, LOST, PARCEL, STOLEN, TEA


def coverage(*templates: ReplyTemplate) -> BrandCoverage:
    return coverage_of(templates, FakeEncoder(), day=DAY)


def test_templates_that_say_the_same_take_each_others_messages() -> None:
    found = coverage(LOST, STOLEN, TEA)

    assert {(theft.robbed, theft.thief, theft.of) for theft in found.thefts if theft.is_sure} == {
        ("lost", "stolen", 4),
        ("stolen", "lost", 4),
    }
    assert set(found.thefts[0].questions) <= {*LOST.questions, *STOLEN.questions}
    assert all(each.taken >= 3 for each in found.templates if each.template_id != "tea")


def test_templates_that_differ_are_left_in_peace() -> None:
    found = coverage(PARCEL, TEA)

    assert [theft for theft in found.thefts if theft.is_sure] == []
    assert [(each.caught, each.tried) for each in found.templates] == [(4, 4), (3, 3)]
    assert found.now.value > coverage(LOST, STOLEN).now.value


@pytest.mark.parametrize(
    ("stolen", "of", "is_sure"),
    [(1, 1, False), (2, 5, True), (2, 6, False), (2, 10, False), (3, 10, True), (7, 30, True)],
)
def test_two_stray_questions_of_ten_may_be_chance_and_three_are_not(stolen: int, of: int, is_sure: bool) -> None:
    assert is_no_chance(stolen, of=of) is is_sure


def test_every_template_says_where_its_figure_comes_from() -> None:
    one = TEA.model_copy(update={"questions": ["do you sell tea"]})
    found = {each.template_id: each for each in coverage(PARCEL, one, BARE).templates}

    assert {name: each.basis for name, each in found.items()} == {
        "late-parcel": Basis.MEASURED,
        "tea": Basis.FEW,
        "gift-cards": Basis.OTHERS,
    }
    bare = found["gift-cards"]
    assert (bare.questions, bare.tried, bare.now.high - bare.now.low > 0.4) == (0, 0, True)


def test_a_brand_without_questions_is_told_from_elsewhere_and_nothing_was_measured() -> None:
    found = coverage(BARE, BARE.model_copy(update={"id": "vouchers"}))

    assert {each.basis for each in found.templates} == {Basis.ELSEWHERE}
    assert (found.rounds, found.now.n, found.now.low < found.now.value < found.now.high) == (0, 0, True)


def test_a_brand_without_templates_has_no_figures() -> None:
    found = coverage()

    assert (found.templates, found.curve, found.now.n, actions_of(found)) == ((), (), 0, ())


def test_the_template_without_questions_gains_most_from_three() -> None:
    found = coverage(*BRAND, *(_about(word) for word in ("boats", "hats", "lamps", "rugs")))
    gains = {each.template_id: each.gain.value for each in found.templates}

    assert max(gains, key=lambda name: gains[name]) == "gift-cards"
    assert found.with_more.value > found.now.value
    assert [point.ways for point in found.curve] == list(range(8))


def test_actions_stand_in_the_order_of_what_they_gain() -> None:
    found = actions_of(coverage(LOST, STOLEN, TEA, BARE))

    assert [action.gain for action in found] == sorted((action.gain for action in found), reverse=True)
    (pair,) = [action for action in found if action.kind is CoverageActionKind.TELL_APART]
    assert pair.template_ids == ("lost", "stolen")
    assert {theft.robbed for theft in pair.thefts} == {"lost", "stolen"}


def test_what_gains_next_to_nothing_is_no_action() -> None:
    found = coverage(PARCEL, TEA)
    none = replace(found.templates[0].gain, value=0.0001)
    kept = replace(found, templates=tuple(replace(each, gain=none) for each in found.templates), thefts=())

    assert actions_of(kept) == ()


def _about(word: str) -> ReplyTemplate:
    questions = [f"do you have {word}", f"{word} for sale", f"where are the {word}", f"price of {word}"]
    return ReplyTemplate(id=word, title=f"About {word}", questions=questions, reply=f"We have {word}.")
