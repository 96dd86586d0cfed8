"""The product as a user starts it, in a scratch folder and a process of its own: ``replyassist serve``."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from replyassist.core.errors import ReplyassistError
from replyassist.faq.files import write_templates
from replyassist.faq.template import ReplyTemplate

BRAND = "bench"
USER = "bench@bench.example"
HOST = "127.0.0.1"
START_SECONDS = 120.0
ANSWER_SECONDS = 300.0


@dataclass(frozen=True)
class Served:
    """Where it listens, and the token that it lets in."""

    port: int
    token: str

    def connection(self) -> HTTPConnection:
        """A connection that is kept open from request to request."""
        return HTTPConnection(HOST, self.port, timeout=ANSWER_SECONDS)

    def search(self, connection: HTTPConnection, text: str) -> None:
        """One search for templates; raise ReplyassistError when it is not answered with 200.

        A connection that the server closed because nothing came for some seconds is opened anew, once.
        """
        try:
            self._ask(connection, text)
        except ConnectionError:  # http.client's RemoteDisconnected is one
            connection.close()
            self._ask(connection, text)

    def _ask(self, connection: HTTPConnection, text: str) -> None:
        body = json.dumps({"brand": BRAND, "text": text, "limit": 3})
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/templates/search", body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise ReplyassistError(f"the server answered {answer.status}: {content[:200].decode(errors='replace')}")


@contextmanager
def served(templates: Sequence[ReplyTemplate]) -> Iterator[Served]:
    """A server with these templates and nothing else; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="replyassist-bench-") as folder:
        home = Path(folder)
        write_templates(templates, home / "templates.jsonl")
        _run(home, "faq", "import", str(home / "templates.jsonl"), "--brand", BRAND)
        _run(home, "user", "add", USER, "--role", "admin", "--service")
        token = json.loads(_run(home, "token", "create", USER, "--json"))["token"]
        port = _free_port()
        process = subprocess.Popen(
            [*_PROGRAM, "serve", "--host", HOST, "--port", str(port)],
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await_start(process, port)
            yield Served(port, token)
        finally:
            process.terminate()
            process.wait(timeout=60)


_PROGRAM = (sys.executable, "-c", "from replyassist.cli import main; main()")


def _environment(home: Path) -> dict[str, str]:
    own = {"REPLYASSIST_HOME": str(home), "REPLYASSIST_LLM_DISABLED": "1", "REPLYASSIST_DATABASE_URL": ""}
    return os.environ | own


def _run(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*_PROGRAM, *arguments],
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ReplyassistError(f"replyassist {arguments[0]} failed: {done.stderr.strip()[-200:]}")
    return done.stdout


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def _await_start(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise ReplyassistError("the server did not start")
