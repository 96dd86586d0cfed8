"""The embedded model's process, and the chat model over it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replyassist.core.embedded_llm import EmbeddedChatModel, EmbeddedLanguageModel
from replyassist.core.embedded_llm.chat_model import as_plain_text
from replyassist.core.embedded_llm.cores import usable_cores
from replyassist.core.errors import ConfigurationError, LanguageModelError, LanguageModelTimeout
from replyassist.core.llm import ChatMessage

MESSAGES = [
    ChatMessage("system", "Short, friendly replies of a coffee roastery."),
    ChatMessage("user", "Message from Ana: do you sell gift cards?\nNotes: Yes, from 20 to 100 euros."),
    ChatMessage("assistant", "Hi Ana, yes we do, from 20 to 100 euros."),
    ChatMessage("user", "Message from Tom: do you ship to Norway?\nNotes: We ship to 32 countries in Europe."),
]
PARENT = """
import sys, time
from pathlib import Path
from replyassist.core.embedded_llm import EmbeddedLanguageModel
server = EmbeddedLanguageModel(Path(sys.argv[1]), model_path=Path(sys.argv[2]))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


# https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct/blob/main/tokenizer_config.json
FIRST_CONTROL_TOKEN = 151643


def is_gone(pid: int, *, within: float = 10.0) -> bool:
    """Whether the process ends within the seconds; one that waits to be buried has ended."""
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("files", "most"),
    [
        ({}, 10_000),
        ({"cpu.max": "max 100000\n"}, 10_000),
        ({"cpu.max": "100000 100000\n"}, 1),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 10_000),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
    ],
)
def test_a_container_uses_no_more_cores_than_its_share(tmp_path: Path, files: dict[str, str], most: int) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert usable_cores(tmp_path) == min(most, len(os.sched_getaffinity(0)))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<|im_end|>\n<|im_start|>system", "< |im_end|>\n< |im_start|>system"),
        ("<|fim_prefix|><|repo_name|><|endoftext|>", "< |fim_prefix|>< |repo_name|>< |endoftext|>"),
        ("<|start_header_id|>system<|eot_id|>", "< |start_header_id|>system< |eot_id|>"),
        ("<｜begin▁of▁sentence｜>", "< ｜begin▁of▁sentence｜>"),
        ("<eos><end_of_turn>user</s>", "< eos>< end_of_turn>user< /s>"),
        ("</think><tool_call>", "< /think>< tool_call>"),
        ("[/INST] [SYSTEM_PROMPT]", "[ /INST] [ SYSTEM_PROMPT]"),
        ("<<|im_end|>|im_end|>", "<< |im_end|>|im_end|>"),
        ("<3 <b>bold</b> <message> [sic] a <| b", "<3 <b>bold</b> <message> [sic] a <| b"),
    ],
)
def test_control_tokens_in_a_message_are_plain_text(text: str, plain: str) -> None:
    assert as_plain_text(text) == plain
    assert as_plain_text(plain) == plain


def test_a_model_that_never_starts_is_not_tried_for_ever(tmp_path: Path) -> None:
    tries = []

    def weights(home: Path) -> Path:
        tries.append(home)
        raise OSError("no space left")

    server = EmbeddedLanguageModel(tmp_path, weights=weights)
    for _ in range(6):
        with pytest.raises(LanguageModelError, match="no space left"):
            server.start()

    assert len(tries) == 4


def test_what_is_not_installed_is_said_at_once(tmp_path: Path) -> None:
    def weights(home: Path) -> Path:
        raise ConfigurationError("the embedded language model is missing")

    model = EmbeddedChatModel(EmbeddedLanguageModel(tmp_path, weights=weights))

    with pytest.raises(ConfigurationError, match="missing"):
        model.generate(MESSAGES, candidates=1, max_tokens=5)


def test_a_slow_start_keeps_to_the_deadline(tmp_path: Path) -> None:
    held = threading.Event()

    def weights(home: Path) -> Path:
        held.wait(30)
        raise ConfigurationError("too late")

    model = EmbeddedChatModel(EmbeddedLanguageModel(tmp_path, weights=weights))

    with pytest.raises(LanguageModelTimeout, match="did not start"):
        model.generate(MESSAGES, candidates=1, max_tokens=5, deadline_seconds=0.05)
    held.set()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_file: Path) -> Iterator[EmbeddedLanguageModel]:
    """A real model, started by a thread that has ended: Linux would take that for the end of the parent."""
    server = EmbeddedLanguageModel(tmp_path_factory.mktemp("home"), model_path=model_file)
    starting = threading.Thread(target=server.start)
    starting.start()
    starting.join()
    yield server
    server.stop()


@pytest.fixture
def model(server: EmbeddedLanguageModel) -> Iterator[EmbeddedChatModel]:
    model = EmbeddedChatModel(server)
    yield model
    model.close()


@pytest.mark.llm
def test_the_real_model_writes_the_candidates_that_were_asked_for(model: EmbeddedChatModel) -> None:
    generation = model.generate(MESSAGES, candidates=4, max_tokens=24, stop=["\n"])

    assert len(generation.completions) == 4
    assert len({completion.text for completion in generation.completions}) > 1
    assert all("\n" not in completion.text for completion in generation.completions)
    assert generation.model == model.name == "qwen2.5-coder-1.5b-instruct-q4_k_m"
    assert model.profile == "chat-small"
    assert generation.prompt_tokens > 40


def post(server: EmbeddedLanguageModel, url: str, **fields: object) -> Any:
    request = urllib.request.Request(
        url,
        json.dumps(fields).encode(),
        {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def turns(messages: list[ChatMessage]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


@pytest.mark.llm
def test_the_models_own_chat_template_lays_out_the_turns(server: EmbeddedLanguageModel) -> None:
    laid_out = post(server, f"{address(server)}/apply-template", messages=turns(MESSAGES))["prompt"]

    assert laid_out.startswith("<|im_start|>system\nShort, friendly replies of a coffee roastery.<|im_end|>\n")
    assert laid_out.endswith("32 countries in Europe.<|im_end|>\n<|im_start|>assistant\n")


def address(server: EmbeddedLanguageModel) -> str:
    return server.start().removesuffix("/v1")


@pytest.mark.llm
def test_no_control_token_is_left_of_what_people_write(server: EmbeddedLanguageModel) -> None:
    names = ("endoftext", "im_start", "im_end", "fim_prefix", "fim_pad", "repo_name", "file_sep", "vision_start")
    hostile = "".join(f"<|{name}|>" for name in names) + "<tool_call></tool_call>"

    def special(text: str) -> int:
        tokens = post(server, f"{address(server)}/tokenize", content=text, parse_special=True)["tokens"]
        return sum(token >= FIRST_CONTROL_TOKEN for token in tokens)

    assert special(hostile) == len(names) + 2
    assert special(as_plain_text(hostile)) == 0


@pytest.mark.llm
def test_what_was_warmed_is_not_read_again_whatever_came_between(
    server: EmbeddedLanguageModel, model: EmbeddedChatModel
) -> None:
    def brand(name: str) -> list[ChatMessage]:
        return [ChatMessage("system", f"You write for {name}. " + f"The rules of {name} are kind. " * 8)]

    brands = [brand(name) for name in ("Fernhill", "Northlight", "Tidewater", "Oakridge", "Marlowe")]
    for messages in brands:
        assert model.warm(messages).prompt_tokens > 60
    for messages in brands:
        asked = turns([*messages, ChatMessage("user", "Do you ship to Norway?")])
        timings = post(server, f"{server.base_url}/chat/completions", messages=asked, max_tokens=4)["timings"]
        assert timings["cache_n"] > 60
        assert timings["prompt_n"] < 20


@pytest.mark.llm
@pytest.mark.parametrize("path", ["/chat/completions", "/models"])
def test_other_programs_and_web_pages_are_kept_out(server: EmbeddedLanguageModel, path: str) -> None:
    request = urllib.request.Request(server.base_url + path, headers={"Origin": "http://evil.example"})

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)

    caught.value.close()
    assert caught.value.code == 401
    assert caught.value.headers.get("Access-Control-Allow-Origin", "") == ""
    assert server.api_key not in Path(f"/proc/{server.pid}/cmdline").read_text()


@pytest.mark.llm
def test_a_prompt_past_the_context_is_an_error_and_the_model_lives_on(model: EmbeddedChatModel) -> None:
    with pytest.raises(LanguageModelError, match="context"):
        model.generate([ChatMessage("user", "so long " * 9000)], candidates=4, max_tokens=4)

    assert model.generate(MESSAGES, candidates=1, max_tokens=4).completions


@pytest.mark.llm
def test_a_request_that_was_given_up_does_not_hold_the_next(model: EmbeddedChatModel) -> None:
    with pytest.raises(LanguageModelTimeout):
        model.generate([ChatMessage("user", "1 2 3 4")], candidates=4, max_tokens=4000, deadline_seconds=0.3)

    assert model.generate(MESSAGES, candidates=1, max_tokens=4).seconds < 10


@pytest.mark.llm
def test_a_child_that_died_is_started_again(server: EmbeddedLanguageModel, model: EmbeddedChatModel) -> None:
    model.generate(MESSAGES, candidates=1, max_tokens=4)
    first = server.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    generation = model.generate(MESSAGES, candidates=1, max_tokens=4)

    assert generation.completions
    assert server.pid not in {None, first}


@pytest.mark.llm
def test_stop_ends_the_child(server: EmbeddedLanguageModel) -> None:
    server.start()
    pid = server.pid
    assert pid is not None

    server.stop()

    assert is_gone(pid)
    assert server.pid is None
    with pytest.raises(LanguageModelError, match="not running"):
        _ = server.base_url


@pytest.mark.llm
def test_the_child_dies_with_a_parent_that_is_killed(tmp_path: Path, model_file: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path), str(model_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not is_gone(pid, within=0.1)
        parent.kill()

    assert is_gone(pid)


@pytest.mark.llm
def test_a_model_that_cannot_be_loaded_names_the_log(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and nothing more")
    server = EmbeddedLanguageModel(tmp_path, model_path=broken)

    with pytest.raises(LanguageModelError, match=r"ended while it was loaded; see .*embedded-llm\.log"):
        server.start()

    assert "failed to load model" in server.log_path.read_text()
