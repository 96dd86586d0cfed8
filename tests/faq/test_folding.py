from __future__ import annotations

from replyassist.faq.folding import MOST_QUESTIONS, with_examples
from replyassist.faq.repository.learned import LearnedExample

from .builders import template


def test_learned_examples_become_questions_of_their_template() -> None:
    one, other = template("one", questions=["where is it?"]), template("other", questions=[])
    examples = [
        LearnedExample(1, "one", "has it left?"),
        LearnedExample(2, "one", "Where is it"),
        LearnedExample(3, "one", "Has it left"),
        LearnedExample(4, "one", "who are you?", counts_against=True),
        LearnedExample(5, "gone", "is it blue?"),
    ]

    folded = with_examples([one, other], examples)
    assert [found.questions for found in folded] == [["where is it?", "Has it left"], []]
    assert folded[1] is other
    assert folded[0].version != one.version


def test_a_template_holds_no_more_questions_than_its_format_allows() -> None:
    examples = [LearnedExample(number, "one", f"question {number}") for number in range(MOST_QUESTIONS + 5)]
    (folded,) = with_examples([template("one", questions=["first"])], examples)

    assert (len(folded.questions), folded.questions[0]) == (MOST_QUESTIONS, "first")
