from __future__ import annotations

import pytest

from replyassist.guardrails import Severity

from .builders import context, excerpts, findings, template


@pytest.mark.parametrize("text", ["", "   \n", "☕☕", "..."])
def test_a_draft_without_words_blocks(text: str) -> None:
    [finding] = findings(text, context(), "draft.empty")
    assert finding.severity is Severity.BLOCK


@pytest.mark.parametrize(
    "gap",
    ["{{ domestic_days }}", "{name}", "${name}", "[name]", "[your order number]", "<name>", "<|im_end|>", "{% if x %}",
     "XXXX", "____", "TODO"],
)  # fmt: skip
def test_a_gap_that_nobody_filled_blocks(gap: str) -> None:
    [finding] = findings(f"It takes {gap} from here.", context(), "draft.placeholder")
    assert (finding.excerpt, finding.severity) == (gap, Severity.BLOCK)


@pytest.mark.parametrize("text", ["Hi , yes we do.", "Hello None, yes.", "Hi null!"])
def test_a_greeting_with_nobody_in_it_blocks(text: str) -> None:
    assert findings(text, context(), "draft.placeholder")


@pytest.mark.parametrize("text", ["We <3 coffee", "Less < more > less", "A {} b", "Hi, yes", "Hello!", "(see there)"])
def test_other_brackets_are_fine(text: str) -> None:
    assert not findings(text, context(), "draft.placeholder")


def test_a_gap_of_the_template_blocks_and_says_where_to_mend_it() -> None:
    reply = "Hi [First Name], gift wrapping costs 3 euros."
    [finding] = findings(reply, context(reply=reply), "draft.placeholder")
    assert (finding.excerpt, finding.severity) == ("[First Name]", Severity.BLOCK)
    assert "stands in the template itself" in finding.explanation


def test_a_gap_in_a_fact_blocks() -> None:
    there = context(template=template("From {{ open }}.", facts={"open": "{{ hour }}"}))
    assert excerpts("From {{ hour }}.", there, "draft.placeholder") == ["{{ hour }}"]


@pytest.mark.parametrize("damage", ["<p>", "&nbsp;", "â‚¬", "\\n", "\ufffd"])
def test_damaged_text_blocks_wherever_it_came_from(damage: str) -> None:
    text = f"It costs {damage} 4."
    [finding] = findings(text, context(reply=text), "draft.damaged_text")
    assert finding.severity is Severity.BLOCK


def test_a_button_in_brackets_is_fine() -> None:
    assert not findings("Press [OK] now.", context(reply="Press [OK]."), "draft.placeholder")


@pytest.mark.parametrize(
    ("text", "debris"),
    [
        ("Reply: Hi there.", "Reply:"),
        ("Hi there.\nCustomer: hello", "Customer:"),
        ("**Final reply:** Hi", "Final reply:"),
        ("Hi there. Template: We ship.", "Template:"),
        ("Sure! Here's a friendly reply: Hi", "Sure! Here's a friendly reply: Hi"),
    ],
)
def test_labels_of_a_prompt_are_a_warning(text: str, debris: str) -> None:
    [finding] = findings(text, context(), "draft.prompt_debris")
    assert (finding.excerpt, finding.severity) == (debris, Severity.WARN)


@pytest.mark.parametrize(
    "text", ["The answer: yes.", "Write to help@fernhill.example: we reply.", "Here is the list of shops."]
)
def test_a_colon_in_a_sentence_is_no_label(text: str) -> None:
    assert not findings(text, context(), "draft.prompt_debris")


def test_a_label_of_the_template_is_fine() -> None:
    assert not findings("Message: we are closed.", context(reply="Message: we are closed."), "draft.prompt_debris")


@pytest.mark.parametrize("text", ["It is **very** good.", "See [here](https://x.example).", "```yes", "# Title\nyes"])
def test_markup_is_a_warning(text: str) -> None:
    assert [finding.severity for finding in findings(text, context(), "draft.markup")] == [Severity.WARN]


def test_a_sentence_said_twice_is_a_warning() -> None:
    text = "We ship to Norway. It takes long. We ship to Norway!"
    [finding] = findings(text, context(), "draft.repeated_sentence")
    assert (finding.excerpt, finding.start) == ("We ship to Norway!", text.rindex("We"))


def test_short_words_may_come_twice() -> None:
    assert not findings("Yes, yes. Yes, yes. Fine!", context(), "draft.repeated_sentence")


@pytest.mark.parametrize("text", ["Yes. We ship to Norway and", "We ship to Norw", "We ship to,", "We will send the"])
def test_a_text_cut_in_the_middle_of_a_sentence_is_a_warning(text: str) -> None:
    cut = "Yes. We ship to Norw" if text == "We ship to Norw" else text
    assert [finding.severity for finding in findings(cut, context(), "draft.cut_end")] == [Severity.WARN]


@pytest.mark.parametrize(
    "text",
    ["We ship to Norway.", "We ship to Norway ☕", "It is all here: https://fernhill.example/shipping", "Happy brewing",
     "We said (yes)", 'We said "yes"', "Tell us what you think #coffee", "Yes! See you there!"],
)  # fmt: skip
def test_a_whole_sentence_is_fine_however_it_ends(text: str) -> None:
    assert not excerpts(text, context(), "draft.cut_end")


def test_the_sign_off_needs_no_full_stop() -> None:
    there = context(rules={"sign_off": {"text": "All the best from the Fernhill team"}})
    assert not excerpts("We ship. All the best from the Fernhill team", there, "draft.cut_end")
