"""The chat model against a real HTTP server that behaves well or badly."""

from __future__ import annotations

import gc
import logging
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from replyassist.core.errors import ConfigurationError, LanguageModelError, LanguageModelTimeout
from replyassist.core.llm import ChatMessage, ChatModel, Generation, OpenAIChatModel
from replyassist.core.llm.wire import RefusedRequest
from replyassist.testing import Behaviour, FakeChatModel, FakeEndpoint

KEY = "sk-very-secret-0123456789"
MESSAGES = [ChatMessage("system", "Be kind."), ChatMessage("user", "do you ship to Norway??")]


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    with FakeEndpoint() as endpoint:
        yield endpoint


class Opened:
    """Models that are closed at the end of a test."""

    def __init__(self) -> None:
        self.models: list[OpenAIChatModel] = []

    def __call__(self, endpoint: FakeEndpoint | str, **overrides: Any) -> OpenAIChatModel:
        base_url = endpoint if isinstance(endpoint, str) else endpoint.base_url
        settings = {"model": "small", "api_key": KEY, "timeout_seconds": 10.0, "backoff_seconds": 0.01, **overrides}
        self.models.append(OpenAIChatModel(base_url=base_url, **settings))
        return self.models[-1]


@pytest.fixture
def model_for() -> Iterator[Opened]:
    opened = Opened()
    yield opened
    for model in opened.models:
        model.close()


def ask(model: ChatModel, candidates: int = 4, **overrides: Any) -> Generation:
    return model.generate(MESSAGES, candidates=candidates, max_tokens=64, **overrides)


def test_one_request_brings_all_candidates(endpoint: FakeEndpoint, model_for: Opened) -> None:
    generation = ask(model_for(endpoint), temperature=0.5, stop=["\n"])

    assert [completion.text for completion in generation.completions] == ["Thanks for writing to us."] * 4
    assert generation.completions[0].finish_reason == "stop"
    assert (generation.model, generation.prompt_tokens, generation.completion_tokens) == ("small", 10, 20)
    assert endpoint.bodies == [
        {
            "model": "small",
            "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": MESSAGES[1].content}],
            "max_tokens": 64,
            "temperature": 0.5,
            "stop": ["\n"],
            "n": 4,
        }
    ]
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("behaviour", ["no_n", "refuses_n"])
def test_an_endpoint_without_n_is_asked_once_for_each_candidate_and_remembered(
    behaviour: Behaviour, endpoint: FakeEndpoint, model_for: Opened
) -> None:
    endpoint.behaviour = behaviour
    model = model_for(endpoint)

    assert len(ask(model, candidates=3).completions) == 3
    first = len(endpoint.bodies)
    assert len(ask(model, candidates=3).completions) == 3

    assert first == (3 if behaviour == "no_n" else 4)
    assert [body.get("n") for body in endpoint.bodies] == [3] + [None] * (len(endpoint.bodies) - 1)
    assert len(endpoint.bodies) == first + 3


def test_a_refused_parameter_is_left_out(endpoint: FakeEndpoint, model_for: Opened) -> None:
    endpoint.behaviour = "refuses_max_tokens"
    model = model_for(endpoint)

    ask(model)
    ask(model)

    assert ["max_tokens" in body for body in endpoint.bodies] == [True, False, False]
    assert [body.get("max_completion_tokens") for body in endpoint.bodies] == [None, 64, 64]
    assert endpoint.bodies[-1]["n"] == 4


def test_json_is_asked_for_where_the_endpoint_knows_it(endpoint: FakeEndpoint, model_for: Opened) -> None:
    model = model_for(endpoint)

    turns: tuple[Behaviour, ...] = ("perfect", "refuses_json", "perfect")
    for behaviour in turns:
        endpoint.behaviour = behaviour
        assert len(model.generate(MESSAGES, candidates=2, max_tokens=64, as_json=True).completions) == 2
    ask(model)

    asked = {"type": "json_object"}
    assert [body.get("response_format") for body in endpoint.bodies] == [asked, asked, None, None, None]
    assert {body["n"] for body in endpoint.bodies[:4]} == {2}


@pytest.mark.parametrize(
    ("reason", "blamed"),
    [
        ("JSON mode is not supported", "response_format"),
        ("unknown field response_format", "response_format"),
        ("?", "n"),
    ],
)
def test_what_is_refused_is_told_from_the_reason(reason: str, blamed: str) -> None:
    body = {"n": 2, "temperature": 0.5, "response_format": {"type": "json_object"}}

    assert RefusedRequest("refused", reason=reason, parameter=None).blames(body) == blamed


def test_a_request_that_is_refused_anyway_changes_nothing_for_the_next(
    endpoint: FakeEndpoint, model_for: Opened
) -> None:
    endpoint.first = ["error_400", "error_400"]
    model = model_for(endpoint)

    with pytest.raises(LanguageModelError, match="status 400: the prompt is too long"):
        ask(model)
    ask(model)

    assert [body.get("n") for body in endpoint.bodies] == [4, None, 4]


def test_no_request_asks_for_more_choices_than_the_endpoint_can_give(endpoint: FakeEndpoint, model_for: Opened) -> None:
    generation = ask(model_for(endpoint, choices_per_request=2), candidates=5)

    assert len(generation.completions) == 5
    assert [body.get("n") for body in endpoint.bodies] == [2, 2, None]


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("huge", "larger than 1048576 bytes"),
        ("huge_error", "larger than 1048576 bytes"),
        ("gzip", "compressed"),
        ("not_json", "something that is no chat completion"),
        ("html", "an HTML page"),
        ("empty", "empty text .finish reason: length"),
        ("no_choices", "without any candidate: .*the upstream model is away"),
        ("error_400", "status 400: the prompt is too long"),
        ("error_401", r"status 401: wrong key: Bearer \*\*\*"),
        ("error_429", "status 429: too many requests"),
        ("error_500", "status 500"),
        ("hang_up", "cannot be reached"),
    ],
)
def test_a_bad_answer_is_an_error_that_says_what_was_wrong(
    behaviour: Behaviour,
    message: str,
    endpoint: FakeEndpoint,
    model_for: Opened,
    caplog: pytest.LogCaptureFixture,
) -> None:
    endpoint.behaviour = behaviour
    caplog.set_level(logging.DEBUG)

    with pytest.raises(LanguageModelError, match=message) as caught:
        ask(model_for(endpoint))

    assert KEY not in f"{caught.value!r} {caught.value.detail} {caught.value.extra} {caught.getrepr(chain=True)}"
    assert KEY not in caplog.text
    assert "\n" not in caught.value.detail
    assert not isinstance(caught.value, LanguageModelTimeout)


@pytest.mark.parametrize("behaviour", ["slow", "drip", "drip_headers"])
def test_a_slow_endpoint_holds_nobody_past_the_timeout(
    behaviour: Behaviour, endpoint: FakeEndpoint, model_for: Opened
) -> None:
    endpoint.behaviour = behaviour
    model = model_for(endpoint, timeout_seconds=0.3, retries=3)

    started = time.monotonic()
    with pytest.raises(LanguageModelTimeout, match=r"within 0\.3 s"):
        ask(model)

    assert time.monotonic() - started < 5
    assert len(endpoint.bodies) == 1


def test_the_deadline_bounds_repeats_and_waiting(endpoint: FakeEndpoint, model_for: Opened) -> None:
    endpoint.behaviour, endpoint.retry_after = "error_429", "7"

    started = time.monotonic()
    with pytest.raises(LanguageModelTimeout, match=r"within 0\.4 s"):
        ask(model_for(endpoint, retries=5), deadline_seconds=0.4)

    assert time.monotonic() - started < 5


def test_a_deadline_that_has_passed_is_a_timeout(endpoint: FakeEndpoint, model_for: Opened) -> None:
    with pytest.raises(LanguageModelTimeout):
        ask(model_for(endpoint), deadline_seconds=0.0)


@pytest.mark.parametrize("behaviour", ["error_429", "error_500", "hang_up"])
def test_a_passing_failure_is_repeated(behaviour: Behaviour, endpoint: FakeEndpoint, model_for: Opened) -> None:
    endpoint.first = [behaviour, behaviour]

    assert len(ask(model_for(endpoint, retries=2)).completions) == 4
    assert len(endpoint.bodies) == 3


@pytest.mark.parametrize(("behaviour", "requests"), [("error_500", 3), ("error_401", 1), ("html", 1)])
def test_repeats_are_bounded_and_only_where_they_may_help(
    behaviour: Behaviour, requests: int, endpoint: FakeEndpoint, model_for: Opened
) -> None:
    endpoint.behaviour = behaviour

    with pytest.raises(LanguageModelError):
        ask(model_for(endpoint, retries=2), candidates=1)

    assert len(endpoint.bodies) == requests


def test_an_endpoint_that_asks_for_a_long_pause_is_not_waited_for(endpoint: FakeEndpoint, model_for: Opened) -> None:
    endpoint.behaviour, endpoint.retry_after = "error_429", "3600"

    with pytest.raises(LanguageModelError, match="429"):
        ask(model_for(endpoint, retries=3))

    assert len(endpoint.bodies) == 1


def test_candidates_that_came_before_a_failure_are_kept(endpoint: FakeEndpoint, model_for: Opened) -> None:
    endpoint.first, endpoint.behaviour = ["no_n", "perfect"], "not_json"

    assert len(ask(model_for(endpoint)).completions) == 2


def test_nobody_listens(model_for: Opened) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(LanguageModelError, match=f"127.0.0.1:{port} cannot be reached"):
        ask(model_for(f"http://127.0.0.1:{port}/v1"))


def test_text_is_trimmed_and_cut_at_the_stop_text(endpoint: FakeEndpoint, model_for: Opened) -> None:
    endpoint.reply = " Hi Tom,\x00 yes. \nReply: and so on"

    assert ask(model_for(endpoint), 1, stop=["\n"]).completions[0].text == "Hi Tom, yes."


def test_half_a_surrogate_pair_in_a_message_does_no_harm(endpoint: FakeEndpoint, model_for: Opened) -> None:
    model_for(endpoint).generate([ChatMessage("user", "hi \ud83d")], candidates=1, max_tokens=9)

    assert endpoint.bodies[0]["messages"][0]["content"] == "hi ?"


def test_only_so_many_requests_run_at_once(endpoint: FakeEndpoint, model_for: Opened) -> None:
    endpoint.delay = 0.05
    model = model_for(endpoint, concurrency=2)

    with ThreadPoolExecutor(8) as pool:
        generations = list(pool.map(lambda _: ask(model), range(8)))

    assert len(generations) == 8
    assert endpoint.at_once == 2


def test_settings_of_the_openai_client_in_the_environment_go_to_no_other_endpoint(
    endpoint: FakeEndpoint, model_for: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-private")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    ask(model_for(endpoint, api_key=""))

    assert "sk-of-somebody-else" not in str(endpoint.headers)
    assert "org-private" not in str(endpoint.headers)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"base_url": "localhost:1234"}, "full one"),
        ({"base_url": "http://:80a/v1"}, "malformed"),
        ({"api_key": "sk-secret\nkey"}, "no HTTP header"),
        ({"api_key": "clé"}, "no HTTP header"),
    ],
)
def test_a_wrong_setting_is_refused_at_once(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        OpenAIChatModel(**{"base_url": "http://127.0.0.1:1/v1", "model": "small", **settings})

    assert "secret" not in str(caught.value)


def test_close_ends_what_runs_and_the_next_call_opens_again(endpoint: FakeEndpoint, model_for: Opened) -> None:
    endpoint.first = ["slow"]
    model = model_for(endpoint)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(ask, model)
        while not endpoint.bodies:
            time.sleep(0.01)
        model.close()
        with pytest.raises(LanguageModelError, match="closed"):
            running.result(5)

    assert len(ask(model).completions) == 4


def test_a_model_that_is_forgotten_leaves_no_thread_behind(endpoint: FakeEndpoint) -> None:
    before = set(threading.enumerate())
    model = OpenAIChatModel(base_url=endpoint.base_url, model="small")
    ask(model)
    (thread,) = [t for t in set(threading.enumerate()) - before if t.name == "replyassist-llm"]
    gone = weakref.ref(model)

    del model
    gc.collect()
    thread.join(5)

    assert gone() is None
    assert not thread.is_alive()


def test_the_fake_model_answers_from_what_it_was_given() -> None:
    model = FakeChatModel(["one", "two"], profile="chat-small")

    generation = ask(model, candidates=3, stop=("\n",))

    assert [completion.text for completion in generation.completions] == ["one", "two", "one"]
    assert model.calls[0].messages == tuple(MESSAGES)
    assert (model.calls[0].candidates, model.calls[0].stop, model.profile) == (3, ("\n",), "chat-small")
    made = FakeChatModel(lambda call: [call.messages[-1].content.upper()])
    assert ask(made).completions[0].text == "DO YOU SHIP TO NORWAY??"


def test_the_fake_model_fails_as_it_is_told() -> None:
    with pytest.raises(LanguageModelError, match="down"):
        ask(FakeChatModel(error=LanguageModelError("down")))
    with pytest.raises(LanguageModelTimeout):
        ask(FakeChatModel(delay=9), deadline_seconds=0.01)
