"""The benchmarks are found in a checkout alone, and nothing of them travels in the wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import replyassist
from replyassist.cli import app

INSTALLED = """
import sys
from pathlib import Path
sys.path[:] = [{folder!r}, *(each for each in sys.path if not (Path(each) / "replyassist_bench").exists())]
from replyassist.cli import main
main()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as the wheel has it, with no checkout around it."""
    folder = tmp_path_factory.mktemp("site-packages")
    ignored = shutil.ignore_patterns("__pycache__", "vendor")
    shutil.copytree(Path(replyassist.__file__).parent, folder / "replyassist", ignore=ignored)
    return folder


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", INSTALLED.format(folder=str(installed)), *arguments]
    return subprocess.run(command, cwd=installed, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("pii", "--json")])
def test_without_a_checkout_one_line_says_where_the_benchmarks_are(installed: Path, arguments: tuple[str, ...]) -> None:
    done = run(installed, "bench", *arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "in the repository" in line
    assert "make setup" in line


def test_without_a_checkout_all_else_works(installed: Path) -> None:
    done = run(installed, "--help")

    assert done.returncode == 0, done.stderr
    assert "bench" in done.stdout


def test_in_a_checkout_every_benchmark_is_listed() -> None:
    done = CliRunner().invoke(app, ["bench", "--help"])

    assert done.exit_code == 0, done.output
    for name in [
        "pipeline",
        "retrieval",
        "grounding",
        "injection",
        "pii",
        "triage",
        "queue",
        "engine",
        "streams",
        "bitext",
        "redraft",
        "free-text",
    ]:
        assert f" {name} " in done.output


def test_an_unknown_benchmark_is_wrong_usage() -> None:
    done = CliRunner().invoke(app, ["bench", "nothing"])

    assert done.exit_code == 2
    assert "nothing" in done.output
