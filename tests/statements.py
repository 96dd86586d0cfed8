"""Counts what is asked of a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from replyassist.core.database import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def rows_read(session: Session, ask: Callable[[], object]) -> int:
    """How much the database does for what is asked: rows that pass through its plans on PostgreSQL, steps of its
    machine on SQLite. Neither depends on the clock. PostgreSQL is kept from reading whole tables, which is the cheapest
    while they are as small as a test's."""
    if session.get_bind().dialect.name == "sqlite":
        return _steps(session, ask)
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    connection = session.connection()
    for way in ("seqscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    event.listen(connection, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    explained = "EXPLAIN (ANALYZE, FORMAT JSON) "
    plans = [connection.exec_driver_sql(explained + each, values).scalar_one() for each, values in asked]
    return sum(_passed(plan[0]["Plan"]) for plan in plans)


def _steps(session: Session, ask: Callable[[], object]) -> int:
    steps, driver = count(), session.connection().connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(lambda: next(steps) < 0, 1)
    try:
        ask()
    finally:
        driver.set_progress_handler(None, 0)
    return next(steps)


def _passed(node: dict[str, Any]) -> int:
    rows = sum(value for key, value in node.items() if key == "Actual Rows" or key.startswith("Rows Removed"))
    return int(rows * node["Actual Loops"]) + sum(_passed(inner) for inner in node.get("Plans", ()))
