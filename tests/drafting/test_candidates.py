from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.core.errors import LanguageModelTimeout
from replyassist.core.llm import ChatMessage, Completion, Generation
from replyassist.drafting.candidates import clean_candidate, generate_candidates
from replyassist.drafting.prompt import Prompt
from replyassist.testing import FakeChatModel

PROMPT = Prompt(messages=(ChatMessage("user", "Answer: yes"),), digest="d", max_tokens=77, stop=("\n",))


def generated(model: FakeChatModel, count: int = 4) -> tuple[tuple[str, ...], float]:
    return generate_candidates(PROMPT, model, count=count, temperature=0.7, deadline_seconds=5)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Hi Tom! Yes, we do.", "Hi Tom! Yes, we do."),
        ("  Hi Tom!\n\nYes,\twe do.  \n", "Hi Tom! Yes, we do."),
        ("Reply: Hi Tom!", "Hi Tom!"),
        ("RESPONSE :  Hi Tom!", "Hi Tom!"),
        ("Answer:\nHi Tom!", "Hi Tom!"),
        ("Hi Tom! Reply: yes", "Hi Tom! Reply: yes"),
        ('"Hi Tom!"', "Hi Tom!"),
        ("'Hi Tom!'", "Hi Tom!"),
        ("“Hi Tom!”", "Hi Tom!"),
        ('Reply: "Hi Tom!"', "Hi Tom!"),
        ('"Hi" is what we say.', '"Hi" is what we say.'),
        ("“Hi Tom!", "“Hi Tom!"),
        ('""', '""'),
        ("Reply:", ""),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_labels_quotes_and_room_around_a_reply_are_taken_off(text: str, clean: str) -> None:
    assert clean_candidate(text) == clean


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hi Tom! Yes, we ship to 32 coun", "Hi Tom!"),
        ("Hi Tom! We do. It takes 4.5 da", "Hi Tom! We do."),
        ("Yes! See https://fernhill.example/ship", "Yes!"),
        ("We do. It takes 4 to 7 days.", "We do. It takes 4 to 7 days."),
        ("Well… it dep", "Well…"),
        ("Is it late? Then wri", "Is it late?"),
        ("Yes, we ship to 32 coun", ""),
        ("", ""),
    ],
)
def test_a_text_that_was_cut_keeps_its_whole_sentences(text: str, kept: str) -> None:
    assert clean_candidate(text, was_cut=True) == kept


@given(st.text(), st.booleans())
def test_no_text_is_too_odd_to_clean(text: str, was_cut: bool) -> None:
    clean = clean_candidate(text, was_cut=was_cut)

    assert len(clean.splitlines()) <= 1
    assert clean == clean.strip()
    assert len(clean) <= len(text)


def test_equal_candidates_are_kept_once_and_empty_ones_never() -> None:
    model = FakeChatModel(["Hi Tom!", "  ", "Reply: Hi Tom!", "Hey Tom!", '"Hi Tom!"', ""])

    assert generated(model, count=6)[0] == ("Hi Tom!", "Hey Tom!")


def test_a_model_that_says_nothing_leaves_no_candidate() -> None:
    assert generated(FakeChatModel(["", "\n"]))[0] == ()


def test_the_model_is_asked_once_for_all_of_them() -> None:
    model = FakeChatModel(["a", "b", "c"])
    texts, _ = generated(model, count=3)

    (call,) = model.calls
    assert (call.messages, call.candidates, call.max_tokens) == (PROMPT.messages, 3, 77)
    assert (call.stop, call.deadline_seconds) == (("\n",), 5)
    assert texts == ("a", "b", "c")


def test_the_temperature_goes_with_the_request() -> None:
    model = FakeChatModel(["Hi Tom!"])

    generate_candidates(PROMPT, model, count=2, temperature=0.3, deadline_seconds=5)

    assert model.calls[0].temperature == 0.3


def test_only_the_candidate_that_was_cut_loses_its_end() -> None:
    class CutModel(FakeChatModel):
        def generate(self, messages: Sequence[ChatMessage], **options: object) -> Generation:
            completions = (Completion("Yes. We sh", "length"), Completion("Yes. We ship", "stop"))
            return Generation(completions, model="cut", prompt_tokens=1, completion_tokens=1, seconds=0.5)

    assert generated(CutModel()) == (("Yes.", "Yes. We ship"), 0.5)


def test_a_model_that_fails_is_the_callers_to_handle() -> None:
    with pytest.raises(LanguageModelTimeout):
        generated(FakeChatModel(error=LanguageModelTimeout("slow")))
