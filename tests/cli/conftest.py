"""The command line as it is typed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from replyassist.cli import main
from tests.cli.result import Result, Run


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``replyassist`` in an empty folder, with a home of its own there and no language model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REPLYASSIST_LLM_DISABLED", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("REPLYASSIST_DATABASE_URL", raising=False)

    def typed(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["replyassist", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        return Result(int(caught.value.code or 0), captured.out, captured.err)

    return typed
