"""Starts the command line again and again without loading its libraries each time: a process that forks.

Each line of its input is a request as JSON: the arguments, the environment, the file of the log, and a port or 0. It
answers with the id of the process, which ends by SIGKILL when the starter ends. Before each commit the process tells at
the port which tables it is about to change; who listens there answers with a byte when it may go on, or kills it.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from sqlalchemy import Connection, Engine, event

DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of linux/prctl.h
PATIENCE_SECONDS = 600.0
ENDED = "ended with status {}\n"
CHANGE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(?:\w+"?\."?)?(\w+)')
CHANGED = "changed"


class Started:
    """A process that the starter has forked, to its owner like a ``subprocess.Popen``; its status is in its log."""

    def __init__(self, process: int) -> None:
        self._process = process

    def poll(self) -> int | None:
        """0 once it has ended, however it did."""
        try:
            os.kill(self._process, 0)
        except ProcessLookupError:
            return 0
        return None

    def send_signal(self, number: int) -> None:
        """Where it runs."""
        with suppress(ProcessLookupError):
            os.kill(self._process, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float) -> None:
        """Until it has ended, or so many seconds."""
        end = time.monotonic() + timeout
        while self.poll() is None:
            assert time.monotonic() < end, f"the process has not ended within {timeout:.0f} s"
            time.sleep(0.05)


class Starter:
    """The starter as whoever uses it sees it; a context manager. ``source``: where the product is, if not here."""

    def __init__(self, source: Path | None = None) -> None:
        self._source = source

    def __enter__(self) -> Self:
        environment = environment_of(self._source)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=PATIENCE_SECONDS)

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> str:
        """Run a command to its end, with its log in the folder; what it printed."""
        log, output = folder / "commands.log", folder / "output"
        output.unlink(missing_ok=True)
        self.start(arguments, environment, log, output=output).wait(PATIENCE_SECONDS)
        told = log.read_text(encoding="utf-8")
        assert told.endswith(ENDED.format(0)), told
        return output.read_text(encoding="utf-8").strip()

    def start(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        told_at: int = 0,
        output: Path | None = None,
    ) -> Started:
        """A new process of the command line; ``told_at``: the port at which it tells of its commits.
        ``output``: where its output goes, if not to the log."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"arguments": list(arguments), "environment": dict(environment), "told_at": told_at}
        request |= {"log": str(log), "output": str(output or log)}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Started(int(self._process.stdout.readline()))


def environment_of(source: Path | None) -> dict[str, str]:
    """In which Python finds the product there, and all else where this process does."""
    path = ([str(source)] if source else []) + sys.path
    return os.environ | {"PYTHONPATH": os.pathsep.join(path)}


def main() -> None:
    """Load what the command line needs, then fork for each request."""
    import sentence_transformers
    import torch  # noqa: F401 - loaded once for all

    import replyassist.cli  # noqa: F401 - the same

    del sentence_transformers
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _become(json.loads(line))
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


def _become(request: dict[str, Any]) -> NoReturn:
    status = 1
    try:
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for target, name in ((1, "output"), (2, "log")):
            os.dup2(os.open(request[name], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), target)
        os.environ.clear()
        os.environ.update(request["environment"])
        status = _run(request)
    finally:
        sys.stdout.flush()
        sys.stderr.write(ENDED.format(status))
        sys.stderr.flush()
        os._exit(status)


def _run(request: dict[str, Any]) -> int:
    from replyassist.cli import main as command_line

    if request["told_at"]:
        tell_of_commits(request["told_at"])
    sys.argv = ["replyassist", *request["arguments"]]
    try:
        command_line()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


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


if __name__ == "__main__":
    main()
