from __future__ import annotations

import pytest

from replyassist.answering.measures import MOST_SENTENCES
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.faq.template import ReplyTemplate
from replyassist.pipeline.instructions import LengthOrTone, ParsedInstruction
from replyassist.pipeline.planning import (
    PlannedSentence,
    SentencePlan,
    answer_first,
    in_a_row,
    plan_of,
)
from replyassist.testing import FakeEncoder
from tests.world import shipping

MADE, CAFFEINE, VISIT = (
    "Our decaf is made with water alone, at a mill in Bremen.",
    "It keeps a tenth of a percent of caffeine.",
    "You can visit our roastery in Galway on Saturdays.",
)
SHORTER = ParsedInstruction(frozenset({LengthOrTone.SHORTER}))
DECAF = ReplyTemplate(id="decaf", title="Decaf", reply=f"{MADE} {CAFFEINE} {VISIT}")


def test_what_is_kept_stands_in_the_order_of_the_source() -> None:
    plan = SentencePlan(
        (
            PlannedSentence(MADE, 0.2, is_kept=True),
            PlannedSentence(CAFFEINE, 0.01, is_kept=False),
            PlannedSentence(VISIT, 0.9, is_kept=True),
        )
    )

    assert plan.kept == (MADE, VISIT)
    assert plan.answer == f"{MADE} {VISIT}"


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        ((), ""),
        (("We ship.",), "We ship."),
        (("We ship.", "It is free!"), "We ship. It is free!"),
        (("See https://fernhill.example/ship", "It is free."), "See https://fernhill.example/ship – It is free."),
        (("It is free.", "See https://fernhill.example/ship"), "It is free. See https://fernhill.example/ship"),
    ],
)
def test_no_stop_touches_a_link(sentences: tuple[str, ...], text: str) -> None:
    assert in_a_row(sentences) == text


def test_with_an_encoder_that_nothing_was_fitted_to_all_is_said() -> None:
    plan = plan_of([(shipping(), ["do you ship?"]), (DECAF, ["do you ship?"])], FakeEncoder(), wish=SHORTER)

    assert plan.kept == (
        "We ship to 32 countries in Europe.",
        "Delivery takes 4 to 7 working days.",
        MADE,
        CAFFEINE,
        VISIT,
    )
    assert {each.probability for each in plan.sentences} == {1.0}


def test_without_a_template_there_is_nothing_to_say() -> None:
    assert plan_of([], FakeEncoder()) == SentencePlan(())


@pytest.mark.encoder
class TestWithTheRealEncoder:
    encoder = SentenceTransformerEncoder(CHECKS.name)

    def kept(self, *asked: str, template: ReplyTemplate = DECAF, is_shorter: bool = False) -> tuple[str, ...]:
        return plan_of([(template, asked)], self.encoder, wish=SHORTER if is_shorter else ParsedInstruction()).kept

    def test_only_what_answers_is_kept(self) -> None:
        assert self.kept("can i visit you?") == (VISIT,)

    def test_a_sentence_that_refers_back_brings_the_one_before_it(self) -> None:
        assert self.kept("how much caffeine is left in the decaf?") == (MADE, CAFFEINE)

    def test_each_question_has_its_sentence(self) -> None:
        assert self.kept("how much caffeine is left in the decaf?", "can i visit you?") == (MADE, CAFFEINE, VISIT)

    def test_each_template_keeps_its_likeliest_sentence(self) -> None:
        plan = plan_of([(each, ["can i visit you?"]) for each in (DECAF, shipping())], self.encoder)

        assert plan.kept[:2] == (VISIT, "We ship to 32 countries in Europe.")
        assert [each.text for each in plan.sentences] == [
            MADE,
            CAFFEINE,
            VISIT,
            *plan_of([(shipping(), [""])], self.encoder).kept,
        ]

    def test_what_a_person_wants_shorter_is_never_longer(self) -> None:
        for asked in ("is it made with chemicals or how", "where are you?", "bremen or galway"):
            assert set(self.kept(asked, is_shorter=True)) <= set(self.kept(asked))

    def test_a_sentence_past_those_that_are_read_stays(self) -> None:
        long = ReplyTemplate(id="long", reply="It is mild. " * MOST_SENTENCES + VISIT)

        assert self.kept("how much caffeine?", template=long)[-1] == VISIT


def test_the_source_is_numbered_as_the_templates_have_it_whatever_is_said_first() -> None:
    plan = plan_of([(shipping(), ["do you ship?"]), (DECAF, ["is it decaf?"])], FakeEncoder())

    turned = SentencePlan(plan.sentences[::-1][3:] + plan.sentences[2:])

    assert [each.id for each in turned.source] == [
        "shipping-abroad#1",
        "shipping-abroad#2",
        "decaf#1",
        "decaf#2",
        "decaf#3",
    ]


def test_what_is_said_to_the_message_counts_where_it_asks_one_thing() -> None:
    plan = plan_of([(shipping(), ["ship? decaf?", "ship?"]), (DECAF, ["decaf?"])], FakeEncoder())

    answered = plan.answered("ship? decaf?")

    assert {asked: [each.id for each in said] for asked, said in answered.items()} == {
        "ship?": ["shipping-abroad#1", "shipping-abroad#2"],
        "decaf?": ["decaf#1", "decaf#2", "decaf#3"],
    }
    assert list(plan_of([(DECAF, ["decaf?"])], FakeEncoder()).answered("decaf?")) == ["decaf?"]


def planned(*sentences: tuple[str, float]) -> list[str]:
    read = [PlannedSentence(text, chance, is_kept=chance > 0.1) for text, chance in sentences]
    return [each.text for each in answer_first(read)]


def test_what_surely_answers_stands_first_with_what_refers_back_to_it() -> None:
    found = planned(("We open at nine.", 0.2), ("Dogs are welcome.", 0.9), ("They must be on a lead.", 0.3))

    assert found == ["Dogs are welcome.", "They must be on a lead.", "We open at nine."]


@pytest.mark.parametrize(
    "sentences",
    [
        (("We open at nine.", 0.2), ("It costs £4.", 0.9)),  # refers back
        (("We ship in Europe.", 0.2), ("Lofts are not allowed.", 0.9)),  # denies
        (("We open at nine.", 0.2), ("Dogs are welcome.", 0.4)),  # not surely the answer
        (("We open at nine.", 0.85), ("Dogs are welcome.", 0.9)),  # hardly likelier
        (("We open at nine.", 0.9),),
        (("We open at nine.", 0.05), ("Dogs are welcome.", 0.9)),  # the first is not said
    ],
)
def test_else_the_template_keeps_its_order(sentences: tuple[tuple[str, float], ...]) -> None:
    assert planned(*sentences) == [text for text, _ in sentences]


def test_a_link_never_stands_first() -> None:
    assert planned(("We open at nine.", 0.2), ("More: https://fernhill.example/bar", 0.9))[0] == "We open at nine."
