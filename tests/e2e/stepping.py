"""Starts replyassist from a process that has imported it, which takes a tenth of a second instead of seven; before each
commit it tells which tables it is about to change.

Whoever listens at the port answers with a byte when the process may go on, or kills it instead.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

CHANGE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(?:\w+"?\."?)?(\w+)')
CHANGED = "changed"
PRELOADED = ["pytest", "replyassist.cli", "sentence_transformers", __name__]


class SteppingServer:
    """A process of its own that tells of its commits at ``port``; to its owner it is like a ``subprocess.Popen``."""

    def __init__(self, port: int, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self._process = context.Process(target=_main, args=(port, list(arguments), dict(environment), log))
        self._process.start()

    def poll(self) -> int | None:
        """Its status, once it has ended."""
        return self._process.exitcode

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def terminate(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    def wait(self, timeout: float) -> None:
        """Until it has ended, or so many seconds."""
        self._process.join(timeout)
        assert self.poll() is not None, f"the server has not ended within {timeout:.0f} s"


def _main(port: int, arguments: list[str], environment: dict[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    with log.open("ab", buffering=0) as output:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(output.fileno(), stream.fileno())

    tell_of_commits(port)
    from replyassist.cli import main as command_line

    command_line()


def tell_of_commits(port: int) -> None:
    """From now on this process tells there of each commit before it makes it."""

    @event.listens_for(Engine, "after_cursor_execute")
    def note(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        if cursor.rowcount != 0 and (table := CHANGE.match(statement)):
            connection.info.setdefault(CHANGED, set()).add(table[1])

    @event.listens_for(Engine, "commit")
    def tell(connection: Connection) -> None:
        if changed := connection.info.pop(CHANGED, None):
            with socket.create_connection(("127.0.0.1", port)) as asked:
                asked.sendall(" ".join(sorted(changed)).encode() + b"\n")
                asked.recv(1)

    @event.listens_for(Engine, "rollback")
    def forget(connection: Connection) -> None:
        connection.info.pop(CHANGED, None)
