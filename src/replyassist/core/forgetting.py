"""Takes texts out of the caches of embeddings, from whose word pieces they could be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from .digests import text_digest


def forget(folder: Path, texts: Sequence[str]) -> None:
    """Overwrite all that the caches in this folder hold of these texts, by whichever encoder; others stay."""
    digests = [(text_digest(text),) for text in texts]
    for path in sorted(folder.glob("*.sqlite")) if digests else ():
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            with connection:
                for table in tables:
                    connection.executemany(f'DELETE FROM "{table}" WHERE digest = ?', digests)  # noqa: S608 - our own
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
