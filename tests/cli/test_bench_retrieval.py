from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from replyassist.cli import app
from replyassist.core.errors import InvalidInput
from replyassist_bench.retrieval.published.page import BEGIN, END
from tests.benchmarks.retrieval.small_data import write_small_data

ACCURACY = {"banking77_5", "banking77_10", "banking77_all", "clinc150_10", "bitext_cold", "vira-4", "summary"}


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A documentation folder with figures of an earlier run; the data is at hand, the peers are not."""
    write_small_data(tmp_path)
    monkeypatch.setenv("REPLYASSIST_BENCH_DATA", str(tmp_path))
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REPLYASSIST_PEERS_PYTHON", "nowhere")
    folder = tmp_path / "docs"
    (folder / "benchmarks").mkdir(parents=True)
    (folder / "benchmarks.md").write_text(f"# Ours\n{BEGIN}\n{END}\n", encoding="utf-8")
    earlier = {"clinc150_10": {"hit_at_1": 0.95}, "latency": {"added_ms_p50": 0.5}}
    (folder / "benchmarks" / "retrieval.json").write_text(json.dumps(earlier), encoding="utf-8")
    return folder


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bench", "retrieval", *arguments])


def test_parts_that_do_not_exist_are_refused(docs: Path) -> None:
    error = bench("--only", "latency,speed").exception

    assert isinstance(error, InvalidInput)
    assert "'speed' is none of accuracy, latency" in str(error)


def test_figures_of_the_quick_form_are_not_published(docs: Path) -> None:
    assert isinstance(bench("--quick", "--docs", str(docs)).exception, InvalidInput)


def test_saved_figures_can_be_published_again(docs: Path) -> None:
    result = bench("--only", "none", "--docs", str(docs), "--json")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"clinc150_10": {"hit_at_1": 0.95}, "latency": {"added_ms_p50": 0.5}}
    assert "≥ 0.94 | met |" in (docs / "benchmarks.md").read_text(encoding="utf-8")


def test_peers_that_are_not_installed_are_told_of_in_the_json_on_stderr_and_in_the_page(docs: Path) -> None:
    result = bench("--only", "peers", "--docs", str(docs), "--json")
    figures: dict[str, Any] = json.loads(result.stdout)

    assert figures["peers"]["unavailable"].endswith("install it with: make peers")
    assert "make peers" in result.stderr
    assert "The peers were not measured" in (docs / "benchmarks.md").read_text(encoding="utf-8")
    assert figures["latency"] == {"added_ms_p50": 0.5}


@pytest.mark.encoder
def test_one_part_can_be_measured_in_its_quick_form(docs: Path) -> None:
    result = bench("--quick", "--only", "accuracy", "--json")

    assert json.loads(result.stdout).keys() >= ACCURACY
