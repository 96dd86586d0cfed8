from __future__ import annotations

from datetime import date

from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.near_questions import near_questions
from replyassist.testing import FakeEncoder
from tests.world import shipping

DAY = date(2026, 11, 22)
OTHER = ReplyTemplate(id="cards", questions=["where are the gift cards"], reply="Under Gifts.")


def found(*questions: str, template_id: str = "new") -> list[tuple[str, ...]]:
    index = TemplateIndex([shipping(), OTHER], FakeEncoder())
    told = near_questions(index, template_id, questions, visibility="public", day=DAY)
    assert all("nearly the same" in finding.explanation for finding in told)
    return [finding.template_ids for finding in told]


def test_a_question_in_other_words_names_the_template_that_has_it() -> None:
    assert found("the gift cards, where are", "who are you") == [("new", "cards")]


def test_the_same_letters_are_left_to_the_other_rule() -> None:
    assert found("Where are the gift cards?") == []


def test_a_templates_own_questions_are_no_rivals() -> None:
    assert found("the gift cards, where are", template_id="cards") == []
    assert found() == []
