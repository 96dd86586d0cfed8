"""The benchmark of live connections: a real server in its own process, decisions in another."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from replyassist_bench.commands import app


def test_every_connection_is_told_of_every_decision() -> None:
    done = CliRunner().invoke(app, ["streams", "--quick", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["streams"], found["dropped"], found["missed"]) == (10, 0, 0)
    assert found["decisions"] > 0
    assert found["visible_p50_ms"] < 10_000
