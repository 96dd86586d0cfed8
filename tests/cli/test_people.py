from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from replyassist.cli import app

TOKEN_PREFIX = "rpa_"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home with a brand-less admin."""
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path))
    monkeypatch.setenv("REPLYASSIST_PASSWORD", "three words together")
    assert run("user", "add", "ana@test.example", "--role", "manager").exit_code == 0
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_a_token_is_made_with_scopes_listed_and_revoked(home: Path) -> None:
    made = run(
        "token", "create", "ana@test.example", "--name", "inbox", "--expires", "30",
        "--scope", "queue:read", "--scope", "messages:write",
    )  # fmt: skip
    assert made.stdout.startswith(TOKEN_PREFIX)

    (listed,) = json.loads(run("token", "list", "--json").stdout)

    assert (listed["user"], listed["name"]) == ("ana@test.example", "inbox")
    assert listed["scopes"] == ["messages:write", "queue:read"]
    assert listed["last_used_at"] is None
    assert "messages:write" in run("token", "list", "ana@test.example").stdout
    assert run("token", "revoke", str(listed["id"])).exit_code == 0
    assert json.loads(run("token", "list", "--json").stdout) == []


def test_what_is_wrong_is_refused(home: Path) -> None:
    for wrong in (("--scope", "users:write"), ("--scope", "nonsense"), ("--expires", "0")):
        assert run("token", "create", "ana@test.example", *wrong).exit_code != 0, wrong
    for wrong in (("create", "bob@test.example"), ("list", "bob@test.example"), ("revoke", "7")):
        assert run("token", *wrong).exit_code != 0, wrong
