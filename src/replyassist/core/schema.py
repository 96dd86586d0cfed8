"""Whether a program can work with tables that a newer one has changed: old and new run side by side in an upgrade."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, MetaData, Table, inspect


def missing_for(known: MetaData, engine: Engine) -> list[str]:
    """What keeps a program that knows these tables from using the database; empty where nothing does.

    A table or a column that is gone, or a column that it does not know and that must be given.
    """
    inspector = inspect(engine)
    there = set(inspector.get_table_names())
    gone = [f"table {table.name}" for table in known.sorted_tables if table.name not in there]
    kept = [table for table in known.sorted_tables if table.name in there]
    return gone + [each for table in kept for each in _missing_in(table, inspector.get_columns(table.name))]


def _missing_in(table: Table, columns: list[Any]) -> list[str]:
    there = {column["name"]: column for column in columns}
    gone = [f"column {table.name}.{column.name}" for column in table.columns if column.name not in there]
    demanded = [
        f"a value for {table.name}.{name}"
        for name, column in there.items()
        if name not in table.columns and not column["nullable"] and column["default"] is None
    ]
    return gone + demanded
