"""The commands that do the main job, run for real as a user runs them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from replyassist.cli import main

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
@pytest.mark.llm
def test_the_pipeline_benchmark_prints_its_keys_beside_the_bare_model(tmp_path: Path) -> None:
    result = result_of(replyassist(tmp_path, "bench", "pipeline", "--quick", "--json"))

    assert result["drafts_by_llm"] > 0
    for key in ("messages_per_second", "llm_share", "overhead_ms_p50", "seconds_per_draft_p50", "ratio_to_direct"):
        assert result[key] > 0
    assert 0 < result["llm_share"] <= 1


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
