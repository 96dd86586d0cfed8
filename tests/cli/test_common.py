from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Pool, event
from typer.testing import CliRunner

from replyassist.cli import app
from replyassist.core.resources import resource_folder


def test_no_command_leaves_a_connection_open(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path))
    monkeypatch.setenv("REPLYASSIST_DATABASE_URL", database_url)
    monkeypatch.setenv("REPLYASSIST_PASSWORD", "three words together")
    with connections_open() as still_open:
        for command in (
            ("faq", "import", str(resource_folder("faq") / "fernhill"), "--brand", "fernhill"),
            ("user", "add", "ana@test.example", "--role", "manager"),
            ("token", "list"),
            ("brand", "connect", "fernhill"),
            ("queue", "list"),
        ):
            done = CliRunner().invoke(app, command)
            assert done.exit_code == 0, done.output
            assert not still_open, command


def test_what_few_commands_need_is_loaded_late() -> None:
    heavy = {"sklearn", "torch", "transformers", "sentence_transformers"}
    asked = f"import sys, replyassist.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=300, check=True)

    assert done.stdout == "[]\n"


@contextmanager
def connections_open() -> Iterator[set[Any]]:
    """What pools have opened since and not closed; none is hidden by being collected, for they are held here."""
    still_open: set[Any] = set()

    def opened(connection: Any, _record: object) -> None:
        still_open.add(connection)

    def closed(connection: Any, _record: object) -> None:
        still_open.discard(connection)

    event.listen(Pool, "connect", opened)
    event.listen(Pool, "close", closed)
    try:
        yield still_open
    finally:
        event.remove(Pool, "connect", opened)
        event.remove(Pool, "close", closed)
        for connection in still_open:
            connection.close()
