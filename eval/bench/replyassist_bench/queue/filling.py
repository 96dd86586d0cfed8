"""Puts made-up items into a database as fast as it takes them; its indexes of words are made once, at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from replyassist.core.database import Database

from .sample import COLUMNS, House, Rows, some_rows

ROWS_AT_ONCE = 5000
MADE_UP = 20_000
"""So many items are made up; more of them are copies of these with messages of their own."""
_SHIFTED = frozenset({"id", "conversation_id", "author_id", "message_id", "review_item_id"})


def fill(database: Database, house: House, count: int, *, progress: Callable[[int], None]) -> None:
    """Add items 1 to ``count``; ``progress`` is told how many are there."""
    made_up = min(count, MADE_UP)
    insert, around = (_insert_sqlite, _sqlite) if database.is_sqlite else (_copy_postgres, _postgres)
    with database.engine.execution_options(replyassist_begin="IMMEDIATE").connect() as connection:
        cursor = connection.connection.cursor()
        if database.is_sqlite:
            cursor.execute("PRAGMA cache_size = -1000000")
            cursor.execute("BEGIN IMMEDIATE")
        with around(cursor):
            for first in range(1, made_up + 1, ROWS_AT_ONCE):
                some = min(ROWS_AT_ONCE, made_up + 1 - first)
                insert(cursor, some_rows(house, first, some))
                progress(first + some - 1)
            for there in range(made_up, count, made_up):
                _copy_items(cursor, there, min(made_up, count - there))
                progress(min(there + made_up, count))
        connection.connection.commit()
    if not database.is_sqlite:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum does in time
            connection.exec_driver_sql("RESET statement_timeout")


def _copy_items(cursor: Any, there: int, some: int) -> None:
    for table, columns in COLUMNS.items():
        values = [f"{name} + {there}" if name in _SHIFTED else name for name in columns]
        if "external_id" in columns:
            values[columns.index("external_id")] = f"external_id || '-{there}'"
        chosen = f"SELECT {', '.join(values)} FROM {table} WHERE {columns[0]} <= {some}"
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) {chosen}")


def _insert_sqlite(cursor: Any, rows: Rows) -> None:
    for table, columns in COLUMNS.items():
        places = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows[table])


def _copy_postgres(cursor: Any, rows: Rows) -> None:
    for table, columns in COLUMNS.items():
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows[table]:
                copy.write_row(row)


@contextmanager
def _sqlite(cursor: Any) -> Iterator[None]:
    made = cursor.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'review_*_on_*' "
        "OR type = 'index' AND tbl_name IN ('review_item', 'message') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _ in made:
        cursor.execute(f"DROP {kind} {name}")
    yield
    cursor.execute("INSERT INTO review_search_index (review_search_index) VALUES ('rebuild')")
    for _, _, sql in made:
        cursor.execute(sql)


@contextmanager
def _postgres(cursor: Any) -> Iterator[None]:
    cursor.execute("SET LOCAL TIME ZONE 'UTC'")
    cursor.execute("SET LOCAL statement_timeout = 0")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'ix_review_%' OR indexname LIKE 'ix_message_%'"
    )
    made = cursor.fetchall()
    for name, _ in made:
        cursor.execute(f"DROP INDEX {name}")
    cursor.execute("ALTER TABLE review_item DISABLE TRIGGER USER")
    yield
    cursor.execute("ALTER TABLE review_item ENABLE TRIGGER USER")
    for _, definition in made:
        cursor.execute(definition)
