"""What every part of the faults stands on: a fresh deployment, people who use it, and the count at the end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.installation import Installation, from_the_command_line
from tests.e2e.starter import Starter
from tests.e2e.steps import Steps

from .counting import Count, count, settle
from .databases import can_mount, faulty_database
from .deployment import BOTH, BRANDS, OTHER, SERVER, SETTINGS, WORKER, Deployment, furnish
from .far import Far
from .traffic import Traffic


@dataclass
class Ground:
    """What every part needs. ``each``: how many faults of a kind; ``say`` prints a line."""

    kind: str
    folder: Path
    starter: Starter
    seed: int
    each: int
    say: Callable[[str], None]

    @property
    def chance(self) -> random.Random:
        """The same for the same seed."""
        return random.Random(f"{self.seed} {self.kind}")

    @property
    def usual(self) -> dict[str, Sequence[str]]:
        """As operators have it: one process on SQLite, several on PostgreSQL."""
        return {"all": BOTH} if self.kind == "sqlite" else self.apart

    @contextmanager
    def deployed(
        self, roles: dict[str, Sequence[str]], settings: dict[str, str] | None = None, *, steps: Steps | None = None
    ) -> Iterator[tuple[Deployment, list[Traffic]]]:
        """A fresh deployment that serves, with people who have not begun."""
        with ExitStack() as closing:
            told = steps.reached if steps else lambda _: None
            fars = {brand: closing.enter_context(Far(told).served()) for brand in BRANDS}
            port = closing.enter_context(steps.served()) if steps else 0
            database = closing.enter_context(faulty_database(self.kind))
            folder = self.folder / f"{len(list(self.folder.iterdir()))}-{self.kind}"
            folder.mkdir()
            installed = Installation(
                folder / "home", start=from_the_command_line, **(SETTINGS | (settings or {})), database_url=database.url
            )
            token = furnish(installed, fars)
            deployment = Deployment(database, folder, self.starter, installed, token, fars, roles, port)
            closing.enter_context(deployment.supervised())
            deployment.wait_until_served()
            yield (
                deployment,
                [Traffic(each, deployment.url, deployment.token, fars[each], self.seed) for each in BRANDS],
            )

    @property
    def has_server(self) -> bool:
        """Whether the database is a server that restarts."""
        return self.kind == "postgresql"

    @property
    def disks_fill(self) -> bool:
        """Whether a disk can be mounted here that fills; says where it cannot."""
        if not (can := can_mount()):
            self.say("no disk fills here: none can be mounted")
        return can

    @property
    def apart(self) -> dict[str, Sequence[str]]:
        """The server and its workers as processes of their own; SQLite has one worker at most."""
        workers = ("worker-1",) if self.kind == "sqlite" else ("worker-1", "worker-2")
        return {"server": SERVER, **dict.fromkeys(workers, WORKER)}

    def under_traffic(
        self,
        part: str,
        roles: dict[str, Sequence[str]],
        faults: Callable[[Deployment, list[Traffic]], int],
        settings: dict[str, str],
    ) -> Count:
        """Do ``faults``, which say how many there were, while people go on; then let it settle, and count."""
        began = time.monotonic()
        with self.deployed(roles, settings) as (deployment, traffics):
            for traffic in traffics:
                traffic.begin()
            try:
                done = faults(deployment, traffics)
            finally:
                for traffic in traffics:
                    traffic.end()
            settled = settle(deployment, traffics)
            made = count(part, deployment, traffics, other=OTHER)
        made.faults, made.settled_s = done, round(settled, 1)
        made.seconds = round(time.monotonic() - began, 1)
        return made
