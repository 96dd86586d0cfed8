"""The commands that do the main job, run for real as a user runs them."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest

from replyassist.brands.repository import list_brands
from replyassist.cli import main
from replyassist.core.database import Database
from replyassist.testing import FakeEndpoint

SECONDS = 600


def replyassist(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from replyassist.cli import main; main()", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"REPLYASSIST_HOME": str(folder / "home")} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def result_of(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def document_lines(out: IO[str]) -> Iterator[str]:
    """The lines of one indented JSON document, of a process that goes on."""
    for line in out:
        yield line
        if line == "}\n":
            return


@pytest.mark.encoder
def test_the_demo_works_in_an_empty_folder_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    runs = [
        result_of(replyassist(tmp_path, "demo", "--no-serve", "--json", REPLYASSIST_LLM_DISABLED="1")) for _ in range(2)
    ]

    assert runs[0] == runs[1]
    assert (runs[0]["messages"], runs[0]["queued"]) == (60, 60)
    assert sum(runs[0]["routes"].values()) == sum(runs[0]["verdicts"].values()) == 60
    assert set(runs[0]["drafted_by"]) == {"template", "none"}


@pytest.mark.encoder
def test_the_demo_answers_at_once_drafts_meanwhile_and_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    port = free_port()
    environment = os.environ | {
        "REPLYASSIST_HOME": str(tmp_path / "home"),
        "REPLYASSIST_PORT": str(port),
        "REPLYASSIST_LLM_DISABLED": "1",
    }
    command = [sys.executable, "-c", "from replyassist.cli import main; main()", "demo", "--json"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = []
        for line in process.stderr:
            told.append(line)
            if line.startswith("Sign in at "):
                break
        page = httpx2.get(f"http://127.0.0.1:{port}/login").raise_for_status().text
        summary = json.loads("".join(document_lines(process.stdout)))
        again = httpx2.get(f"http://127.0.0.1:{port}/healthz").status_code
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=SECONDS)

    assert f"Sign in at http://127.0.0.1:{port}/login" in told[-1]
    assert not any("drafted" in line for line in told)
    assert "Sign in" in page
    assert (summary["queued"], again) == (60, 200)
    assert "60 of 60 drafted" in rest
    assert process.returncode == 130


@pytest.mark.encoder
def test_what_is_prepared_is_no_brand_and_need_not_be_encoded_again(tmp_path: Path) -> None:
    prepared = replyassist(tmp_path, "demo", "--prepare", REPLYASSIST_LLM_DISABLED="1")
    assert prepared.returncode == 0, prepared.stderr
    assert list((tmp_path / "home" / "embeddings").glob("*.sqlite"))
    database = Database(f"sqlite:///{tmp_path / 'home' / 'replyassist.db'}")
    with database.reading() as session:
        assert list_brands(session) == []
    database.dispose()

    run = replyassist(tmp_path, "demo", "--no-serve", "--json", REPLYASSIST_LLM_DISABLED="1")
    assert result_of(run)["queued"] == 60
    assert "texts are encoded" not in run.stderr


@pytest.mark.encoder
def test_the_pipeline_benchmark_prints_its_keys_beside_the_bare_model(tmp_path: Path) -> None:
    with FakeEndpoint("good_writer") as endpoint:
        at = {"REPLYASSIST_LLM_BASE_URL": endpoint.base_url, "REPLYASSIST_LLM_MODEL": "fake"}
        result = result_of(replyassist(tmp_path, "bench", "pipeline", "--quick", "--json", **at))

    assert result["drafts_by_llm"] > 0
    for key in ("messages_per_second", "llm_share", "overhead_ms_p50", "seconds_per_draft_p50", "ratio_to_direct"):
        assert result[key] > 0
    assert 0 < result["llm_share"] <= 1


def test_the_pipeline_benchmark_says_which_models_it_is_for(tmp_path: Path) -> None:
    refused = replyassist(tmp_path, "bench", "pipeline", "--quick", REPLYASSIST_LLM_PROFILE="chat-small")

    assert refused.returncode != 0
    assert "a model that writes answers" in refused.stderr


@pytest.mark.encoder
@pytest.mark.llm
def test_foreign_templates_and_messages_go_the_whole_way(tmp_path: Path) -> None:
    templates = [
        ("cancel_order", "ORDER", "You can cancel your order in the order details with the 'Cancel Order' button."),
        ("get_invoice", "INVOICE", "You can download your invoice from the 'Order History' section of your account."),
    ]
    with (tmp_path / "bitext_templates.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("intent", "category", "reply_template"), *templates])
    asked = [("can u cancel purchase 1135", "cancel_order"), ("where do i get my invoice", "get_invoice")]
    with (tmp_path / "bitext_utterances.csv").open("w", newline="") as file:
        rows = [(text, intent, "X", "B") for text, intent in asked for _ in range(21)]
        csv.writer(file).writerows([("text", "intent", "category", "tags"), *rows])
    result = result_of(
        replyassist(tmp_path, "bench", "bitext", "--quick", "--json", REPLYASSIST_BENCH_DATA=str(tmp_path))
    )

    assert (result["messages"], result["queued"]) == (2, 2)
    assert result["hit_at_1"] == 1.0


def test_a_benchmark_without_its_data_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REPLYASSIST_BENCH_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setattr(sys, "argv", ["replyassist", "bench", "bitext"])
    with pytest.raises(SystemExit) as caught:
        main()

    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "REPLYASSIST_BENCH_DATA" in line
