"""What holds for any text at all."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from replyassist.guardrails import Severity, check, coverage

from .builders import context, template

RULES = {
    "banned_phrases": ["rest assured"],
    "never_promise": ["full refund"],
    "allowed_link_domains": ["fernhill.example"],
    "emoji": {"max": 0, "allowed": ["☕"]},
    "exclamations_max": 0,
    "capitals_max_run": 0,
    "hashtags_max": 0,
    "sign_off": {"text": "Bye", "required": True},
    "length": {"default": {"min": 5, "max": 40}},
}

pieces = st.sampled_from(
    [
        "Hi Lena",
        "Rest assured",
        "a full refund",
        "evil.com",
        "https://a@b.example/x",
        "help@fernhill.example",
        "☕️",
        "👨‍👩‍👧",
        "5-7 days",
        "€50",
        "20 %",
        "18 December 2026",
        "32/13",
        "99:99",
        "24/7",
        "1,000.5",
        "½",
        "two hundred and",
        "1st",
        "FH-30982",
        "+353 91 234 567",
        "@me",
        "#4711",
        "{{ x }}",
        "[name]",
        "Reply:",
        "We have refunded it",
        "ſ",
        "İ",
        "ﬁ",
        "e\u0301",
        "\u200b",
        "\u20e3",
        "1\ufe0f\u20e3",
        "!",
        ".",
        ",",
        "\n",
        " ",
        "-",
        "to",
        "and",
        "ten",
        "a week",
        "Mon",
        "to Sat",
        "next week",
        "9 am",
        "noon",
        "half price",
        "per night",
        "²",
        "٣",
        "１２",
        "\x1f",
        "\x00",
        "www.",
        "mailto:",
    ]
)
texts = st.one_of(st.text(st.characters(), max_size=60), st.lists(pieces, max_size=12).map(" ".join)) | st.lists(
    pieces, max_size=12
).map("".join)


def _storable(text: str) -> str:
    """What a template can hold: no braces of slots, no NUL, no half of a surrogate pair."""
    return "x" + text.replace("{", "(").replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


replies = texts.map(_storable)


@settings(max_examples=300)
@given(texts, texts)
@example("\ud800 {{ x }}", "\udfff")
@example("9" * 5000, "1:" * 50)
def test_any_text_can_be_checked_and_every_span_lies_in_it(text: str, message: str) -> None:
    there = context(rules=RULES, message=message, author_name=message[:10], parent_text=text[:20])
    for finding in check(text, there).findings:
        assert 0 <= finding.start <= finding.end <= len(text)
        assert finding.excerpt == text[finding.start : finding.end]
        assert finding.explanation


@settings(max_examples=300)
@given(replies)
def test_the_reply_of_a_template_is_always_grounded_in_itself(text: str) -> None:
    own = template(text)
    result = check(own.rendered_reply, context(template=own))
    assert not [
        finding
        for finding in result.findings
        if finding.rule.startswith("grounding") and finding.severity is Severity.BLOCK
    ]
    assert result.coverage == 1.0


@given(texts, replies)
def test_coverage_is_a_share(text: str, reply: str) -> None:
    assert 0.0 <= coverage(text, template(reply)) <= 1.0


numbers = st.integers(min_value=2, max_value=99)
DASHES = ["-", "–", " – ", "—", " to ", "\u00a0–\u00a0"]


@given(numbers, numbers, st.sampled_from(DASHES), st.sampled_from(DASHES))
def test_a_range_is_the_same_with_any_dash(first: int, last: int, dash: str, other: str) -> None:
    there = context(reply=f"It takes {first}{dash}{last} days.")
    assert not check(f"It takes {first}{other}{last} days.", there).findings


@given(st.integers(min_value=0, max_value=9_999_999), st.sampled_from(["€{}", "{} €", "EUR {}", "{} euros", "{}€"]))
def test_a_price_is_the_same_in_any_form(amount: int, form: str) -> None:
    there = context(reply=f"It costs €{amount:,} here.")
    assert not check(f"It costs {form.format(amount)} here.", there).findings
    assert not check(f"It costs {form.format(f'{amount:,}')} here.", there).findings


@given(numbers, st.integers(min_value=1, max_value=50))
def test_another_number_always_blocks(number: int, more: int) -> None:
    there = context(reply=f"It takes {number} days and costs €{number}.")
    for text in (f"It takes {number + more} days.", f"It costs €{number + more}.", f"It costs {number + more} %."):
        assert [finding.severity for finding in check(text, there).findings] == [Severity.BLOCK]
