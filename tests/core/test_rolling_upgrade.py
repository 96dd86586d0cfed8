"""Old and new side by side: each migration leaves the version before it at work, and an older process may start."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect, select, text

from replyassist.core.database import Database, alembic_config
from replyassist.core.errors import ConfigurationError
from replyassist.core.schema import missing_for
from tests.review.test_decisions import approve
from tests.world import BRAND, World

FIRST = "0021"
"""Each migration after this one is additive; those before were released together with what needs them."""
KEPT_BY_OTHERS = ("alembic_version", "review_search")
"""Tables that Alembic and triggers write."""
SCRIPTS = ScriptDirectory.from_config(alembic_config("sqlite://"))
ADDITIVE = [(str(each.down_revision), each.revision) for each in SCRIPTS.iterate_revisions("head", FIRST)]


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


def known_at(database: Database, revision: str) -> MetaData:
    """The tables as they are at a revision."""
    command.upgrade(alembic_config(database.url), revision)
    found = MetaData()
    found.reflect(database.engine)
    return found


def constraints(database: Database, table: str) -> set[str]:
    """What a row of a table is held against."""
    found = inspect(database.engine)
    checks = {f"check {each['sqltext']}" for each in found.get_check_constraints(table)}
    unique = {f"unique {sorted(each['column_names'])}" for each in found.get_unique_constraints(table)}
    indices = {
        f"unique {sorted(map(str, each['column_names']))}" for each in found.get_indexes(table) if each["unique"]
    }
    keys = {f"key {each['constrained_columns']} {each['referred_table']}" for each in found.get_foreign_keys(table)}
    demanded = {f"not null {each['name']}" for each in found.get_columns(table) if not each["nullable"]}
    return checks | unique | indices | keys | demanded


@pytest.mark.parametrize(("before", "after"), ADDITIVE)
def test_a_migration_takes_nothing_from_the_version_before_it(empty: Database, before: str, after: str) -> None:
    known = known_at(empty, before)
    held = {name: constraints(empty, name) for name in known.tables}
    command.upgrade(alembic_config(empty.url), after)

    assert missing_for(known, empty.engine) == []
    for name, table in known.tables.items():
        added = constraints(empty, name) - held[name]
        assert all(_is_of_a_new_column(each, table) for each in added), added


def _is_of_a_new_column(constraint: str, table: Table) -> bool:
    """A column that is not null and has a default asks nothing of who does not know it."""
    return constraint.startswith("not null ") and constraint.removeprefix("not null ") not in table.columns


def test_what_the_version_before_writes_is_taken(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every kind of row that a message and its approval leave, with the columns of the version before alone."""
    world.connect("webhook", url="https://x.example/in", secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    approve(world, world.person(), world.item())
    is_sqlite = world.database.is_sqlite
    url = f"sqlite:///{tmp_path / 'other.db'}" if is_sqlite else str(request.getfixturevalue("postgres_url"))
    other = Database(url)
    known = known_at(other, ADDITIVE[0][0])
    other.upgrade()

    written = []
    with other.engine.connect() as target, world.database.reading() as source:
        _hold_no_references(target, is_sqlite=is_sqlite)
        for table in (each for name, each in known.tables.items() if not name.startswith(KEPT_BY_OTHERS)):
            rows = [dict(row) for row in source.connection().execute(select(table)).mappings()]
            if rows:
                target.execute(table.insert(), rows)
                written.append(table.name)
        for name in ("brand", "review_item", "connection"):
            table = known.tables[name]
            target.execute(table.update().values({column.name: column for column in table.columns}))
        target.commit()
        assert {BRAND} == set(target.execute(select(known.tables["brand"].c.id)).scalars())
    other.dispose()
    assert {"brand", "message", "review_item", "approval", "connection", "audit_entry"} <= set(written)


def _hold_no_references(connection: Connection, *, is_sqlite: bool) -> None:
    """Rows come in the order of their tables' names."""
    if is_sqlite:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("SET session_replication_role = replica")


class TestAnOlderProcess:
    """The database is at a migration that this program has not."""

    @pytest.fixture
    def newer(self, database: Database) -> Database:
        with database.writing() as session:
            session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
            session.connection().execute(text("ALTER TABLE brand ADD COLUMN mood varchar(20)"))
        return database

    def test_starts_where_its_tables_are_there(self, newer: Database, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            newer.upgrade()

        assert "newer version (migration 9999)" in caplog.text

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ("ALTER TABLE brand RENAME COLUMN round_robin TO in_turn", "column brand.round_robin"),
            ("ALTER TABLE llm_spending RENAME TO money", "table llm_spending"),
        ],
    )
    def test_refuses_where_something_is_gone(self, newer: Database, change: str, named: str) -> None:
        self._refuses(newer, change, named)

    @pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
    def test_refuses_where_something_is_demanded(self, newer: Database) -> None:
        self._refuses(newer, "ALTER TABLE brand ADD COLUMN demanded varchar(9) NOT NULL", "a value for brand.demanded")

    def _refuses(self, newer: Database, change: str, named: str) -> None:
        with newer.writing() as session:
            session.connection().execute(text(change))
        with pytest.raises(ConfigurationError, match=named):
            newer.upgrade()


def test_every_migration_since_is_looked_at() -> None:
    found: list[Any] = [after for _, after in ADDITIVE]
    assert found[0] == SCRIPTS.get_current_head()
    assert len(found) >= 4
