from __future__ import annotations

import pytest

from replyassist.guardrails import Severity, Support
from replyassist.guardrails.support import spans_of
from replyassist.testing.encoder import FakeEncoder

from .builders import context, findings, template

PARCEL = "You get an e-mail with a tracking link as soon as your parcel leaves the roastery."
INVENTED = "Baristas from Lisbon celebrate every harvest with music, dancing and fireworks."
RULE = "grounding.unsupported_sentence"


def test_each_clause_has_the_passage_that_supports_it() -> None:
    there = context(reply=f"{PARCEL} We roast on Mondays.", message="where is my parcel?")
    text = (
        "Hi Ana! You get an e-mail with a tracking link as soon as the parcel leaves. Let us know if you need anything!"
    )
    spans = spans_of(text, there)
    assert [span.support for span in spans] == [Support.VOICE, Support.TEMPLATE, Support.VOICE]
    assert spans[1].source == PARCEL
    assert text[spans[0].start : spans[0].end] == "Hi Ana!"


def test_scores_are_between_nothing_and_the_sources_own_words() -> None:
    spans = spans_of(f"{PARCEL} {INVENTED}", context(reply=PARCEL))
    assert 0 <= spans[-1].score < 0.05
    assert 0.9 < spans[0].score <= 1


def test_an_unused_fact_and_the_title_support_too() -> None:
    full = template("Yes, we do.", facts={"gift_wrapping": "silver paper"})
    assert spans_of("The gift wrapping is silver paper.", context(template=full))[0].support is Support.FACT


def test_a_sentence_from_nowhere_is_a_warning_where_meanings_cannot_be_compared() -> None:
    found = findings(f"Your parcel leaves the roastery. {INVENTED}", context(reply=PARCEL), RULE)
    assert [(finding.severity, finding.excerpt) for finding in found] == [(Severity.WARN, INVENTED)]


def test_a_sentence_from_nowhere_blocks_where_meanings_can_be_compared() -> None:
    found = findings(f"Your parcel leaves the roastery. {INVENTED}", context(reply=PARCEL, encoder=FakeEncoder()), RULE)
    assert [(finding.severity, finding.excerpt) for finding in found] == [(Severity.BLOCK, INVENTED)]


def test_what_only_the_message_says_is_a_warning_when_it_is_about_the_offer() -> None:
    there = context(reply=PARCEL, message="Do you have decaf beans from Peru in the shop?")
    found = findings("Yes, we have decaf beans from Peru in the shop.", there, RULE)
    assert [finding.severity for finding in found] == [Severity.WARN]
    assert spans_of("Yes, we have decaf beans from Peru in the shop.", there)[0].support is Support.MESSAGE


def test_taking_up_what_the_author_told_needs_no_support() -> None:
    there = context(reply=PARCEL, message="My old flat in Kiruna flooded and the parcel went there.")
    assert not findings("Your flat in Kiruna flooded, what a week. " + PARCEL, there, RULE)


def test_the_conversation_is_named_as_the_source() -> None:
    there = context(reply=PARCEL, parent_text="Our summer tasting with live jazz is on the roof terrace.")
    assert (
        spans_of("The summer tasting with live jazz is on the roof terrace.", there)[0].support is Support.CONVERSATION
    )


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much for the kind words!",
        "Sounds lovely.",
        "Sorry about that.",
        "Is there anything else we can help you with?",
        "Just let us know if you have any questions.",
        "Have a lovely weekend!",
        "Woof woof!",
        "Yes, of course!",
    ],
)
def test_pleasantries_need_no_support(text: str) -> None:
    assert not findings(text, context(reply=PARCEL), RULE)


@pytest.mark.parametrize("text", ["Good coffee makers are free with it.", "Take out is available in Galway."])
def test_a_statement_that_begins_like_a_pleasantry_is_no_pleasantry(text: str) -> None:
    assert findings(text, context(reply=PARCEL), RULE)


def test_a_question_states_nothing_and_a_question_of_the_brand_supports_nothing() -> None:
    assert not findings("Would you like a tour of the castle?", context(reply=PARCEL), RULE)
    assert findings("There is a tour of the castle.", context(reply=PARCEL, message="Thanks"), RULE)


def test_a_clause_that_is_joined_to_a_true_one_is_judged_by_itself() -> None:
    text = "You get an e-mail with a tracking link, but our castle has a heated swimming pool."
    found = findings(text, context(reply=PARCEL), RULE)
    assert [finding.excerpt for finding in found] == ["our castle has a heated swimming pool."]


def test_a_person_without_a_template_gets_warnings_at_most() -> None:
    found = findings(
        "There is a heated swimming pool in the castle.", context(reply=None, encoder=FakeEncoder()), "grounding"
    )
    assert {finding.severity for finding in found} == {Severity.WARN}
    assert not findings(INVENTED, context(reply=None), RULE)


def test_the_name_of_the_brand_makes_no_two_sentences_alike() -> None:
    there = context(rules={"name": "Acorn Guest House"}, reply="Acorn Guest House does not have a lift.")
    assert findings("Acorn Guest House has a restaurant with live music.", there, RULE)
    assert not findings("No, there is no lift at Acorn Guest House.", there, RULE)


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, that's no way for a gift to turn up.",
        "Sorry, that should be in your cup and not a mystery.",
        "Battery acid's no way to start the day.",
        "Bramble every morning is exactly what we like to hear.",
        "On fixed deposits, we would rather have a colleague confirm than guess.",
        "A handwritten card is something we need to ask the packing table about.",
    ],
)
def test_echoes_and_what_is_left_open_assert_nothing_of_the_offer(text: str) -> None:
    message = (
        "my gift cup came with battery acid, do you do fixed deposits and a handwritten card? bramble every morning"
    )
    assert not findings(text, context(reply=PARCEL, message=message), RULE)


def test_what_is_the_authors_own_may_be_taken_up_but_not_what_the_brand_does_for_it() -> None:
    there = context(reply=PARCEL, message="my ex cannot sleep and my grinder broke")
    assert not findings("Your ex can sleep too.", there, RULE)
    assert findings("Your grinder is covered by our warranty.", there, RULE)
    assert findings("Your order can sleep in the roof terrace bar.", there, RULE)


@pytest.mark.parametrize("text", ["There is no way to pet the llama.", "It will be sunny at the castle on arrival."])
def test_a_claim_that_sounds_like_an_echo_is_still_a_claim(text: str) -> None:
    assert findings(text, context(reply=PARCEL), RULE)
