"""replyassist as a user has it: its command line, a server in a process of its own, and a person at a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx2
from playwright.sync_api import Page
from typer.testing import CliRunner

from replyassist.cli import app
from replyassist.core.resources import resource_folder
from tests.channels.peers.processes import free_port

EMAIL, NAME, PASSWORD = "ana@test.example", "Ana", "a long password"
BRAND = "fernhill"
START_SECONDS = 900.0
STOP_SECONDS = 120.0
MAIN = ("-c", "from replyassist.cli import main; main()")


class Server(Protocol):
    """A process, as ``subprocess.Popen`` has it."""

    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def terminate(self) -> None: ...
    def wait(self, timeout: float) -> object: ...


Start = Callable[[Sequence[str], Mapping[str, str], Path], Server]
"""Starts the command line with these arguments, in this environment; what it says is added to the file."""


def from_the_command_line(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Server:
    """A Python of its own."""
    with log.open("ab") as output:
        command = [sys.executable, *MAIN, *arguments]
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)


class Installation:
    """A brand with templates and a manager."""

    def __init__(self, home: Path, *, start: Start = from_the_command_line, **settings: str) -> None:
        home.mkdir()
        self.home, self.port, self._start = home, free_port(), start
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "REPLYASSIST_HOME": str(home),
            "REPLYASSIST_PORT": str(self.port),
            "REPLYASSIST_PASSWORD": PASSWORD,
            "REPLYASSIST_SEND_DELAY_SECONDS": "1",
            "REPLYASSIST_ALLOW_PRIVATE_ADDRESSES": "1",
            **{f"REPLYASSIST_{name.upper()}": value for name, value in settings.items()},
        }
        self.run("faq", "import", str(resource_folder("faq") / BRAND), "--brand", BRAND)
        self.run("user", "add", EMAIL, "--role", "manager", "--name", NAME, "--brand", BRAND)
        self._server: Server | None = None

    @property
    def database(self) -> Path:
        """The file that all is kept in."""
        return self.home / "replyassist.db"

    def run(self, *arguments: str) -> str:
        """In this process, which has loaded everything already."""
        done = CliRunner().invoke(app, arguments, env=self.environment)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    @property
    def has_ended(self) -> bool:
        """Whether the server does not run."""
        return self._server is None or self._server.poll() is not None

    def keep_up(self) -> bool:
        """Start the server where it does not run, as a supervisor does, and wait until it answers; True if it did."""
        if not self.has_ended:
            return False
        self._server = self._start(("serve", "--with-worker"), self.environment, self.home / "server.log")
        wait(self._answers, START_SECONDS, "the server")
        return True

    def kill(self) -> None:
        """SIGKILL to the server and its worker, which are one process."""
        assert self._server is not None
        self._server.kill()
        self._server.wait(STOP_SECONDS)

    def stop(self) -> None:
        """As a user ends it."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(STOP_SECONDS)

    def sign_in(self, page: Page) -> None:
        """The manager signs in at the console."""
        page.goto(self.url)
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    def _answers(self) -> bool:
        assert self._server is not None
        status = self._server.poll()
        assert status is None, f"the server ended with status {status}: {self.home / 'server.log'}"
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False


def wait(ready: Callable[[], Any], seconds: float, what: str) -> Any:
    """What ``ready`` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < deadline, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.2)
    return found
