from __future__ import annotations

import pytest

from replyassist.learning.generated.sieve import MOST_KEPT, kept_of, looks_asked
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeReader
from tests.world import shipping

DECAF = shipping(
    id="decaf",
    title="Is there a decaf?",
    questions=["do you have a decaf?", "coffee without caffeine", "something for the evening"],
    reply="It is called Lullaby, and the bag has 250 g.",
    facts={},
)
SHIPPING = shipping(
    questions=["do you ship to Norway?", "international delivery?", "shipping to Sweden"],
    reply="We ship to {{ countries_count }} countries in Europe. Delivery takes 4 to 7 working days. "
    "Parcels leave our old mill every morning.",
)
INDEX = TemplateIndex([SHIPPING, DECAF], FakeReader())


def kept(*written: str, banned: tuple[str, ...] = ()) -> tuple[str, ...]:
    return kept_of(written, SHIPPING, INDEX, language="en", banned=banned)


def test_a_question_that_finds_its_own_template_is_kept_and_one_that_finds_another_is_not() -> None:
    assert kept("do you ship to Denmark?", "do you have a decaf coffee?") == ("do you ship to Denmark?",)


def test_one_that_finds_both_is_not_kept() -> None:
    assert kept("do you ship to Norway a decaf, do you have it, coffee without caffeine?") == ()


def test_what_the_template_has_already_or_a_person_removed_is_not_kept() -> None:
    assert kept("Do you ship to NORWAY?", "do you ship, to Denmark?", banned=("Do you ship to Denmark?",)) == ()


def test_of_two_that_ask_the_same_one_is_kept() -> None:
    assert len(kept("do you ship to Denmark?", "Do you ship to DENMARK??", "you do ship to Denmark?")) == 1


def test_no_more_are_kept_than_the_most() -> None:
    places = ["Denmark", "Finland", "Iceland", "Portugal", "Austria", "Hungary", "Malta", "Poland", "Greece", "Latvia"]
    found = kept(*(f"do you ship to {place} and {place.lower()}ville?" for place in places))

    assert len(found) == MOST_KEPT


@pytest.mark.parametrize(
    "text",
    [
        "do you ship",
        "ship abroad?",
        "is it true that " + "very " * 25 + "far?",
        "do you ship to 32 countries?",
        "does it ship as on https://fernhill.example or not?",
        "so delivery takes 4 to 7 working days?",
        "is it so that parcels leave our old mill every morning?",
        "liefern Sie eigentlich auch nach Norwegen und nach Schweden?",
    ],
)
def test_what_nobody_would_ask_is_no_question(text: str) -> None:
    assert not looks_asked(text, SHIPPING, language="en")


def test_a_figure_that_people_ask_by_is_no_leak() -> None:
    asked = SHIPPING.model_copy(update={"questions": ["do you ship to all 32 countries?"]})

    assert looks_asked("which are the 32 countries?", asked, language="en")
    assert looks_asked("do you ship within 2 days?", SHIPPING, language="en")
