from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.pipeline.planning import PlannedSentence, SentencePlan
from replyassist.pipeline.wording import WordedReply, worded

COUNTRIES, DAYS, BOUND, LINK = (
    "We ship to 32 countries in Europe.",
    "Delivery takes 4 to 7 working days.",
    "Bags can only be sent back unopened.",
    "See https://fernhill.example/ship for the list.",
)
MESSAGE = "do you ship to Norway?"


def plan(*sentences: tuple[str, float]) -> SentencePlan:
    return SentencePlan(
        tuple(PlannedSentence(text, probability, is_kept=probability > 0.05) for text, probability in sentences)
    )


def answer(written: str, *sentences: tuple[str, float]) -> WordedReply:
    return worded(written, plan(*(sentences or ((COUNTRIES, 0.9), (DAYS, 0.9)))), message=MESSAGE)


def test_what_the_plan_proves_stands_in_the_templates_order() -> None:
    written = f"Working days: delivery takes 4 to 7. {COUNTRIES}"

    assert answer(written) == WordedReply(f"{COUNTRIES} Working days: delivery takes 4 to 7.", is_worded=True)


def test_one_sentence_may_say_two_of_the_plan() -> None:
    both = "We ship to 32 countries in Europe, and delivery takes 4 to 7 working days."

    assert answer(both) == WordedReply(both, is_worded=True)


def test_what_is_surely_needed_stands_in_its_place_where_the_model_left_it_out() -> None:
    assert answer(DAYS) == WordedReply(f"{COUNTRIES} {DAYS}", is_worded=True)


def test_what_the_plan_keeps_is_said_however_unlikely() -> None:
    assert answer(COUNTRIES, (COUNTRIES, 0.9), (DAYS, 0.1)).text == f"{COUNTRIES} {DAYS}"


def test_what_bounds_the_answer_never_goes() -> None:
    assert answer(COUNTRIES, (COUNTRIES, 0.9), (BOUND, 0.1)).text == f"{COUNTRIES} {BOUND}"


def test_a_sentence_that_lost_its_bound_gives_way_to_the_plans() -> None:
    assert answer(f"{COUNTRIES} Bags can be sent back.", (COUNTRIES, 0.9), (BOUND, 0.9)).text == f"{COUNTRIES} {BOUND}"


def test_a_sentence_that_left_out_a_figure_gives_way_to_the_plans() -> None:
    found = answer(f"We ship to countries in Europe. {DAYS}")

    assert (found.text, found.is_worded) == (f"{COUNTRIES} {DAYS}", True)


def test_the_same_sentence_is_said_once() -> None:
    assert answer(f"{COUNTRIES} {COUNTRIES} {DAYS}").text == f"{COUNTRIES} {DAYS}"


def test_what_the_plan_left_out_is_not_said() -> None:
    assert answer(f"{COUNTRIES} {DAYS}", (COUNTRIES, 0.9), (DAYS, 0.01)).text == COUNTRIES


@pytest.mark.parametrize(
    "written",
    ["", " ", "Yes!", "Yes, we do ship to Norway.", "We ship to 45 countries.", "Where do you live?", "We never ship."],
)
def test_where_nothing_of_it_stands_the_plan_speaks_for_itself(written: str) -> None:
    assert answer(written) == WordedReply(f"{COUNTRIES} {DAYS}", is_worded=False)


def test_a_sentence_after_a_link_is_set_off() -> None:
    link = LINK.removesuffix(" for the list.")

    assert answer(COUNTRIES, (COUNTRIES, 0.9), (link, 0.9), (DAYS, 0.9)).text == f"{COUNTRIES} {link} – {DAYS}"


@given(st.lists(st.sampled_from([COUNTRIES, DAYS, BOUND, LINK, "Norway is free.", "Yes!", "Delivery takes 9 days."])))
def test_whatever_is_written_nothing_but_the_plan_is_said(written: list[str]) -> None:
    sources = (COUNTRIES, DAYS, BOUND)
    found = answer(" ".join(written), *((text, 0.9) for text in sources))

    assert all(source in found.text for source in sources)
    assert len(found.text) == len(" ".join(sources))


def test_a_friendly_sentence_of_the_model_opens_only_what_is_to_be_warm() -> None:
    written, kept = f"So happy you asked. {COUNTRIES} {DAYS}", plan((COUNTRIES, 0.9), (DAYS, 0.9))

    assert worded(written, kept, message=MESSAGE).text == f"{COUNTRIES} {DAYS}"
    assert worded(written, kept, message=MESSAGE, is_warm=True).text == f"So happy you asked. {COUNTRIES} {DAYS}"


def test_what_a_person_wants_is_said_where_the_model_left_it_out() -> None:
    sentences = (
        PlannedSentence(COUNTRIES, 0.9, is_kept=True),
        PlannedSentence(DAYS, 0.1, is_kept=True, is_wanted=True),
    )

    assert worded(COUNTRIES, SentencePlan(sentences), message=MESSAGE).text == f"{COUNTRIES} {DAYS}"
