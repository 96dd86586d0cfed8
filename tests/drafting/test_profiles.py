from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.core.errors import ConfigurationError
from replyassist.drafting.profiles import FILE, profile_named


def test_the_two_kinds_of_model_that_travel_with_the_program() -> None:
    small, chat = profile_named("chat-small"), profile_named("chat")

    assert (small.writes_answers, small.examples, small.repair_turns) == (False, 0, 0)
    assert (chat.writes_answers, chat.approved_examples, chat.repair_turns) == (True, 2, 1)


def test_an_unknown_profile_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"'instruct'.*chat, chat-small"):
        profile_named("instruct")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("mine: {writes_answers: false, plans: true, temperature: 1}", "plans: only for a model that writes answers"),
        ("mine: {writes_answers: false, languages: [de], temperature: 1}", "languages: only for"),
        ("mine: {layout: facts, temperature: 1}", "layout"),
        ("mine: [", "cannot be read"),
        ("[]", "cannot"),
    ],
)
def test_a_broken_file_is_named_with_its_field(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=named):
        profile_named("mine", folder=tmp_path)


def test_a_new_kind_of_model_is_data(tmp_path: Path) -> None:
    text = "mine: {examples: 1, temperature: 0.2, repair_turns: 1, languages: [en, ga]}"
    (tmp_path / FILE).write_text(text, encoding="utf-8")

    assert profile_named("mine", folder=tmp_path).languages == ("en", "ga")
