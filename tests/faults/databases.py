"""The two databases of the faults, each on a disk of its own that can fill, where one may be mounted."""

from __future__ import annotations

import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.conftest import with_driver
from tests.postgres import PostgresFolder, postgres_in

MEGABYTES = {"sqlite": 96, "postgresql": 400}
_FILLER, _BLOCK = "filler", 64 * 1024


@dataclass(frozen=True)
class Disk:
    """A folder; ``fills``: whether it is a small disk of its own."""

    folder: Path
    fills: bool

    def fill(self) -> None:
        """Take all that is free."""
        with (self.folder / _FILLER).open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(_BLOCK))
        with (self.folder / _FILLER).open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(1))

    def free(self) -> None:
        """Give it back."""
        (self.folder / _FILLER).unlink(missing_ok=True)


class FaultyDatabase(ABC):
    """A database that is restarted, and whose disk fills."""

    def __init__(self, kind: str, url: str, disk: Disk) -> None:
        self.kind, self.url, self.disk = kind, url, disk

    @abstractmethod
    def restart(self, *, crash: bool) -> None:
        """Restart the server, where there is one."""

    @abstractmethod
    def keep_up(self) -> None:
        """Start the server again where it ended."""


class SqliteFile(FaultyDatabase):
    """A file."""

    def restart(self, *, crash: bool) -> None:
        """There is no server."""

    def keep_up(self) -> None:
        """There is no server."""


class PostgresServer(FaultyDatabase):
    """A server of its own."""

    def __init__(self, server: PostgresFolder, disk: Disk) -> None:
        super().__init__("postgresql", with_driver(server.uri), disk)
        self._server = server

    def restart(self, *, crash: bool) -> None:
        """At once, by ending sessions; or as after a crash."""
        self._server.restart(crash=crash)

    def keep_up(self) -> None:
        """Start it again where it ended."""
        self._server.keep_up()


@contextmanager
def faulty_database(kind: str) -> Iterator[FaultyDatabase]:
    """One of ``sqlite`` and ``postgresql``, empty."""
    with ExitStack() as closing:
        disk = closing.enter_context(_disk(MEGABYTES[kind]))
        if kind == "sqlite":
            yield SqliteFile(kind, f"sqlite:///{disk.folder / 'faults.db'}", disk)
            return
        server = closing.enter_context(postgres_in(disk.folder / "postgres", disk.folder / "lock"))
        _make_room(server)
        yield PostgresServer(server, disk)


def can_mount() -> bool:
    """Whether a small disk of its own may be mounted here."""
    with _disk(1) as disk:
        return disk.fills


@contextmanager
def _disk(megabytes: int) -> Iterator[Disk]:
    with tempfile.TemporaryDirectory(prefix="replyassist-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name) / "disk"
        folder.mkdir()
        options = ("-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder))
        fills = False
        with suppress(FileNotFoundError):
            fills = subprocess.run(("mount", *options), capture_output=True, check=False).returncode == 0
        try:
            yield Disk(folder, fills)
        finally:
            if fills:
                subprocess.run(("umount", "--lazy", str(folder)), check=True)


def _make_room(server: PostgresFolder) -> None:
    """Connections for three processes, and files of the log that leave room on a small disk."""
    engine = create_engine(with_driver(server.uri), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("max_connections = 300", "max_wal_size = '64MB'", "min_wal_size = '32MB'"):
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
    engine.dispose()
    server.restart(crash=False)
