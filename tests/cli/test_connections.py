"""Accounts on the command line: connected, tried, listed and let go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replyassist.app import upgrade_database
from replyassist.brands.service import ensure_brand
from replyassist.core.database import Database
from replyassist.testing import FakeClock
from tests.channels.peers.telegram import TOKEN, TelegramPeer
from tests.cli.result import Run


@pytest.fixture
def run(typed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("REPLYASSIST_ALLOW_PRIVATE_ADDRESSES", "1")
    database = Database(f"sqlite:///{tmp_path / 'home' / 'replyassist.db'}")
    upgrade_database(database)
    with database.writing() as session:
        ensure_brand(session, "fernhill", now=FakeClock().now())
    database.dispose()
    return typed


def test_an_account_is_connected_tried_and_let_go_and_no_secret_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text(f"{TOKEN}wrong\n")
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    with TelegramPeer().served() as peer:
        connect = ("brand", "connect", "fernhill", "--platform", "telegram", "--set", f"url={peer.address}", "--set")
        refused = run(*connect, "token=@wrong")
        nothing = run("brand", "connections", "--json")
        made = run(*connect, "token=@token")
        tried = run("brand", "connections", "fernhill", "--test", "--json")
    gone = run("brand", "connections", "fernhill", "--test", "--json")
    let_go = run("brand", "disconnect", "fernhill", "telegram")
    after = run("brand", "connections", "fernhill", "--test", "--json")

    assert refused.status != 0
    assert "sign-in" in refused.err
    assert json.loads(nothing.out) == []
    assert (made.status, "ok  sign-in" in made.err) == (0, True), made.err
    assert "as the channel 'telegram'" in made.err
    assert "ok  sign-in" in tried.err
    assert [each["status"] for each in json.loads(tried.out)] == ["working"]
    assert "NO  sign-in" in gone.err
    assert [each["status"] for each in json.loads(gone.out)] == ["failing"]
    assert let_go.status == 0
    assert [each["status"] for each in json.loads(after.out)] == ["disconnected"]
    assert "sign-in" not in after.err
    for each in (refused, nothing, made, tried, gone, let_go, after):
        assert TOKEN not in each.out + each.err
