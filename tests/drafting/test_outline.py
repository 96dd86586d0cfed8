from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.drafting.outline import Outline, Sentence

TWO = (Sentence("We ship to 32 countries."), Sentence("There is a list.", is_needed=False))


def outline(**overrides: object) -> Outline:
    fields: dict[str, object] = {"starts": ("Hi Tom!", "Hi Tom! About the parcel:"), "sentences": TWO}
    return Outline(**(fields | overrides))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("Hi Tom! We ship to 32 countries. There is a list.", True),
        ("Hi Tom! We ship to 32 countries.", True),
        ("Hi Tom! About the parcel: we ship to 32 countries.", True),
        ("Hi Tom! About the parcel: We ship to 32 countries.", False),
        ("Hi Tom! There is a list.", False),
        ("Hi Tom! We ship to 33 countries.", False),
        ("Hi Tom! We ship to 32 countries. There is a list. Free of charge!", False),
        ("Hi Ana! We ship to 32 countries.", False),
        ("Hi Tom!", False),
        ("", False),
    ],
)
def test_only_what_the_outline_offers_is_accepted(text: str, *, accepted: bool) -> None:
    assert outline().accepts(text) is accepted


def test_a_sentence_that_nobody_needs_may_also_come_second_to_none() -> None:
    late = outline(sentences=(Sentence("There is a list.", is_needed=False), Sentence("We ship to 32 countries.")))

    assert late.accepts("Hi Tom! We ship to 32 countries.")
    assert late.accepts("Hi Tom! There is a list. We ship to 32 countries.")


def test_a_closing_is_one_of_those_that_the_brand_has() -> None:
    closed = outline(closings=("", "Just write here."))

    assert closed.accepts("Hi Tom! We ship to 32 countries. Just write here.")
    assert not closed.accepts("Hi Tom! We ship to 32 countries. Call us.")


def test_every_rule_of_the_grammar_that_is_named_is_there() -> None:
    grammar = outline().grammar
    defined = {line.split(" ::= ")[0] for line in grammar.splitlines()}
    bare = re.sub(r'"(?:\\.|[^"\\])*"', "", grammar)
    named = set(re.findall(r"[a-z]+\d*", bare))

    assert named <= defined
    assert grammar.startswith("root ::= ")


@given(st.text(min_size=1, max_size=40).filter(str.strip))
def test_quotes_and_breaks_in_a_template_cannot_end_a_string_of_the_grammar(text: str) -> None:
    grammar = outline(sentences=(Sentence(text),)).grammar

    for line in grammar.split("\n"):
        bare = re.sub(r'"(?:\\.|[^"\\])*"', "", line)
        assert '"' not in bare
        assert re.match(r"[a-z0-9]+ ::=", line)


def test_without_a_greeting_the_answer_comes_first() -> None:
    bare = outline(starts=("",))

    assert bare.accepts("We ship to 32 countries.")
    assert '"We ship to 32 countries."' in bare.grammar
