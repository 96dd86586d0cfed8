"""A model is asked once for each distinct request, and what it cost is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ChatMessage, Generation
from replyassist.evaluation.cache import GenerationCache, MeteredModel
from replyassist.testing import FakeChatModel

MESSAGES = (ChatMessage("system", "be kind"), ChatMessage("user", "do you ship to Norway?"))


def ask(model: MeteredModel, **overrides: Any) -> Generation:
    asked: dict[str, Any] = {"candidates": 2, "max_tokens": 50, "temperature": 0.7, "stop": ("\n",)}
    return model.generate(**({"messages": MESSAGES} | asked | overrides))


@pytest.fixture
def cache(tmp_path: Path) -> GenerationCache:
    return GenerationCache(tmp_path / "eval-cache" / "generations.sqlite")


def test_the_same_request_is_answered_from_the_cache_with_its_first_cost(cache: GenerationCache) -> None:
    model = FakeChatModel(("Hi!", "Hello!"), delay=0.01)
    first, second = MeteredModel(model, cache=cache), MeteredModel(model, cache=cache)

    assert ask(first) == ask(second, deadline_seconds=3.0)
    assert len(model.calls) == 1
    assert (first.usage.was_cached, second.usage.was_cached) == (False, True)
    assert first.usage.seconds == second.usage.seconds == 0.01
    assert second.usage.completion_tokens == 2
    assert second.usage.system_prompts == ["be kind"]


@pytest.mark.parametrize(
    "changed",
    [
        {"messages": (*MESSAGES, ChatMessage("user", "and to Malta?"))},
        {"candidates": 3},
        {"max_tokens": 51},
        {"temperature": 0.8},
        {"stop": ()},
    ],
)
def test_any_other_request_is_asked_anew(cache: GenerationCache, changed: dict[str, Any]) -> None:
    model = FakeChatModel()
    metered = MeteredModel(model, cache=cache)
    ask(metered)
    ask(metered, **changed)

    assert (len(model.calls), metered.usage.was_cached) == (2, False)


def test_a_model_of_the_same_name_elsewhere_is_another(cache: GenerationCache) -> None:
    model = FakeChatModel()
    ask(MeteredModel(model, cache=cache, identity="m at http://one/v1"))
    ask(MeteredModel(model, cache=cache, identity="m at http://two/v1"))

    assert len(model.calls) == 2


def test_without_a_cache_every_request_reaches_the_model() -> None:
    model = FakeChatModel()
    metered = MeteredModel(model, profile="chat-small")
    ask(metered)
    ask(metered)

    assert (len(model.calls), metered.usage.calls, metered.usage.was_cached) == (2, 2, False)
    assert (metered.name, metered.profile) == ("fake", "chat-small")


def test_a_failure_is_counted_and_not_kept(cache: GenerationCache) -> None:
    model = FakeChatModel(error=LanguageModelError("away"))
    metered = MeteredModel(model, cache=cache)
    with pytest.raises(LanguageModelError):
        ask(metered)
    model.error = None
    ask(metered)

    assert (metered.usage.calls, metered.usage.failures, metered.usage.cached) == (2, 1, 0)
