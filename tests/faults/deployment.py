"""A deployment of two brands under trouble: its processes, which a supervisor keeps up, and how they are killed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from replyassist.core.resources import resource_folder
from tests.channels.peers.telegram import TOKEN
from tests.e2e.installation import Installation, wait
from tests.e2e.starter import Started, Starter

from .databases import FaultyDatabase
from .far import Far
from .waits import Absences

TROUBLED, OTHER = BRANDS = ("fernhill", "harbour")
DEAD_AFTER_SECONDS = 10.0
START_SECONDS, SUPERVISED_SECONDS, LOOK_SECONDS = 600.0, 0.5, 0.05
LEAD = "lea@test.example"
SERVER, WORKER, BOTH = ("serve",), ("worker",), ("serve", "--with-worker")
SETTINGS = {
    "encoder_model": "minilm",
    "llm_disabled": "true",
    "group_seconds": "0",
    "worker_dead_after_seconds": f"{DEAD_AFTER_SECONDS:g}",
    "reconcile_after_seconds": "5",
    "delivery_timeout_seconds": "2",
    "delivery_deadline_seconds": "4",
}


def furnish(installed: Installation, fars: dict[str, Far]) -> str:
    """Two brands, each with a webhook and a bot, and a lead of both; the lead's token."""
    installed.run("faq", "import", str(resource_folder("faq") / OTHER), "--brand", OTHER)
    seen = [part for brand in BRANDS for part in ("--brand", brand)]
    installed.run("user", "add", LEAD, "--role", "lead", "--name", "Lea", *seen)
    for brand, far in fars.items():
        address = f"http://127.0.0.1:{far.port}"
        installed.run("brand", "connect", brand, "--webhook", f"{address}/in", "--channel", "instagram")
        bot = ("--set", f"token={TOKEN}", "--set", f"url={address}")
        installed.run("brand", "connect", brand, "--platform", "telegram", *bot)
    return installed.run("token", "create", LEAD)


@dataclass
class Deployment:
    """``roles`` are the processes that should run, by name, each with what the command line is given; one is the
    server, and ``absences`` are the times without it. ``folder`` gets their logs."""

    database: FaultyDatabase
    folder: Path
    starter: Starter
    installed: Installation
    token: str
    fars: dict[str, Far]
    roles: Mapping[str, Sequence[str]]
    steps_port: int = 0
    processes: dict[str, Started] = field(default_factory=dict)
    absences: Absences = field(init=False)

    def __post_init__(self) -> None:
        self.absences = Absences(self.installed.port)
        self.absences.begin()

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.installed.url

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Start what does not run, again and again, until the block ends; then end all."""
        ended = threading.Event()

        def supervise() -> None:
            while not ended.is_set():
                for name in self.roles:
                    if name not in self.processes or self.processes[name].poll() is not None:
                        self._note_end(name)
                        self._start(name)
                self.absences.look()
                ended.wait(LOOK_SECONDS if self.absences.is_absent else SUPERVISED_SECONDS)

        supervisor = threading.Thread(target=supervise)
        supervisor.start()
        try:
            yield
        finally:
            ended.set()
            supervisor.join()
            for name in self.processes:
                self.kill(name)

    def kill(self, name: str) -> None:
        """SIGKILL."""
        process = self.processes[name]
        process.kill()
        process.wait(START_SECONDS)
        self._note_end(name)

    def stop_for(self, name: str, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after so long."""
        process = self.processes[name]
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)

    def wait_until_served(self) -> None:
        """Until it answers."""
        wait(self._answers, START_SECONDS, "the server")

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False

    def _note_end(self, name: str) -> None:
        if SERVER[0] in self.roles[name]:
            self.absences.begin()

    def _start(self, name: str) -> None:
        environment, log = self.installed.environment, self.folder / f"{name}.log"
        self.processes[name] = self.starter.start(self.roles[name], environment, log, told_at=self.steps_port)
