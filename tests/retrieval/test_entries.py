from __future__ import annotations

import pytest

from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.entries import QUESTION, REPLY, TITLE, entries_of, said_by, sentences
from tests.world import shipping

REPLY_TEXT = "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


def test_a_template_is_compared_by_title_title_and_reply_together_and_questions() -> None:
    assert entries_of(shipping()) == {
        "Do you ship abroad?": TITLE,
        f"Do you ship abroad?. {REPLY_TEXT}": REPLY,
        "do you ship to Norway?": QUESTION,
        "international delivery?": QUESTION,
    }


def test_a_question_that_equals_the_title_stands_as_the_title() -> None:
    assert list(entries_of(shipping(questions=["Do you ship abroad?"])).values()) == [TITLE, REPLY]


@pytest.mark.parametrize(
    ("template_id", "texts"),
    [("cancel_order", {"cancel order": TITLE, "cancel order. Press it.": REPLY}), ("17", {"Press it.": REPLY})],
)
def test_without_a_title_the_words_of_the_id_stand_for_it(template_id: str, texts: dict[str, str]) -> None:
    assert entries_of(ReplyTemplate(id=template_id, reply="Press it.")) == texts


def test_the_words_of_title_questions_reply_and_its_sentences_are_compared() -> None:
    assert said_by(shipping()) == (
        "Do you ship abroad?",
        "do you ship to Norway?",
        "international delivery?",
        REPLY_TEXT,
        "We ship to 32 countries in Europe.",
        "Delivery takes 4 to 7 working days.",
    )


def test_a_short_title_is_also_asked_for_where_nobody_wrote_how_people_ask() -> None:
    bare = ReplyTemplate(id="cancel", title="cancel my order", reply="Press the red button.")

    assert said_by(bare)[1:3] == ("how do I cancel my order?", "I want to cancel my order")
    asked = bare.model_copy(update={"questions": ["cancel it"]})
    assert said_by(asked) == ("cancel my order", "cancel it", "Press the red button.")


@pytest.mark.parametrize("title", ["Do you ship abroad?", "where to find our shops on holidays"])
def test_a_title_that_is_a_question_or_long_stands_for_itself(title: str) -> None:
    assert said_by(ReplyTemplate(id="here", title=title, reply="Yes.")) == (title, "Yes.")


def test_greetings_and_fragments_are_no_sentences() -> None:
    assert sentences("Hi there! We open at nine.\nOn Sundays:\n\nat ten o'clock… Bye.") == [
        "We open at nine.",
        "at ten o'clock…",
    ]
