"""A rolling upgrade on PostgreSQL: an older checkout serves and works while this one migrates, serves and works.

``python -m tests.faults.upgrade OLDER_CHECKOUT`` (its front-end assets built); 0 where every promise was kept.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import text

from replyassist.core.database import Database
from tests.channels.peers.processes import free_port
from tests.e2e.installation import Installation, from_the_command_line
from tests.e2e.starter import Starter

from .counting import count, settle
from .databases import faulty_database
from .deployment import BRANDS, OTHER, SERVER, SETTINGS, WORKER, Deployment, furnish
from .far import Far
from .traffic import Traffic

ROLES = {"server": SERVER, "worker-1": WORKER}
ERROR_PART = 250  # signs of the beginning, which says what was done, and of the end, which says why it failed


class OlderInstallation(Installation):
    """Set up by another checkout's command line."""

    def __init__(self, starter: Starter, home: Path, **settings: str) -> None:
        self._starter = starter
        super().__init__(home, start=from_the_command_line, **settings)

    def run(self, *arguments: str) -> str:
        """In a process of its own."""
        return self._starter.run(arguments, self.environment, self.home.parent)


def main(arguments: Sequence[str] | None = None) -> int:
    """Alone at first, then side by side, then the new one alone, each for so many seconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.upgrade", description=__doc__)
    parser.add_argument("older", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    source, found = options.older.resolve() / "src", {}
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="replyassist-upgrade-")))
        database = closing.enter_context(faulty_database("postgresql"))
        fars = {brand: closing.enter_context(Far().served()) for brand in BRANDS}
        starters = [closing.enter_context(Starter(each)) for each in (source, None)]
        installed = OlderInstallation(starters[0], folder / "home", **SETTINGS, database_url=database.url)
        token = furnish(installed, fars)
        newer = _beside(installed)
        old, new = (
            Deployment(database, _made(folder / name), starter, each, token, fars, ROLES)
            for name, starter, each in zip(("old", "new"), starters, (installed, newer), strict=True)
        )
        found["before"] = revision(database.url)
        traffics = [Traffic(each, old.url, token, fars[each], options.seed) for each in BRANDS]
        with old.supervised():
            old.wait_until_served()
            _go_on(traffics, options.seconds)
            closing.enter_context(new.supervised())
            new.wait_until_served()
            found["side by side"] = revision(database.url)
            traffics[0].url = new.url  # one brand's people are at the new server, the other's still at the old one
            _go_on(traffics, options.seconds)
        for traffic in traffics:
            traffic.url = new.url
        _go_on(traffics, options.seconds)
        settled = settle(new, traffics)
        made = count("rolling upgrade", new, traffics, other=OTHER)
        made.settled_s = round(settled, 1)
        logs = {name: _errors(folder / name) for name in ("old", "new")}
    sys.stdout.write(json.dumps({**found, **made.document, "errors in logs": logs}, indent=1) + "\n")
    return 0 if made.is_good and found["before"] != found["side by side"] else 1


def revision(url: str) -> str:
    """At which migration the database is."""
    database = Database(url)
    with database.reading() as session:
        found: Any = session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    database.dispose()
    return str(found)


def _beside(installed: Installation) -> Installation:
    """The same home and database, served at another port by this checkout."""
    newer = copy.copy(installed)
    newer.port = free_port()
    newer.url = f"http://127.0.0.1:{newer.port}"
    newer.environment = installed.environment | {"REPLYASSIST_PORT": str(newer.port)}
    return newer


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _go_on(traffics: Sequence[Traffic], seconds: float) -> None:
    for traffic in traffics:
        traffic.begin()
    time.sleep(seconds)
    for traffic in traffics:
        traffic.end()


def _errors(folder: Path) -> list[str]:
    lines = [line for log in folder.glob("*.log") for line in log.read_text(encoding="utf-8").splitlines()]
    found = [line for line in lines if "error" in line.lower() or "critical" in line.lower()][:20]
    return [line if len(line) <= 2 * ERROR_PART else f"{line[:ERROR_PART]} … {line[-ERROR_PART:]}" for line in found]


if __name__ == "__main__":
    sys.exit(main())
