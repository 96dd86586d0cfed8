"""Takes texts out of the caches of embeddings, from whose word pieces they could be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import bindparam, column, delete, table
from sqlalchemy.dialects import sqlite

from .digests import text_digest


def forget(folder: Path, texts: Sequence[str]) -> None:
    """Overwrite all that the caches in this folder hold of these texts, by whichever encoder; others stay."""
    digests = [(text_digest(text),) for text in texts]
    for path in sorted(folder.glob("*.sqlite")) if digests else ():
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            with connection:
                for name in tables:
                    connection.executemany(_deletion(name), digests)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _deletion(name: str) -> str:
    statement = delete(table(name)).where(column("digest") == bindparam("digest"))
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))
