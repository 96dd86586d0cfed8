from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    CheckConstraint,
    Connection,
    DateTime,
    NullPool,
    String,
    bindparam,
    create_engine,
    inspect,
    text,
)
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.types import TypeEngine
from sqlmodel import AutoString, SQLModel, select

from replyassist.app import upgrade_database
from replyassist.brands.models import Brand
from replyassist.brands.service import ensure_brand
from replyassist.core.accounts import ApiToken, User, UserBrand
from replyassist.core.database import Database, alembic_config
from replyassist.core.jobs import prepare_job_tables
from replyassist.core.patience import Patience

NOW = datetime(2026, 11, 22, 12, 0, 30, 123456, tzinfo=UTC)
EVERY_MODEL = (
    "core.accounts", "core.jobs", "brands.models", "faq.models", "inbox.models", "review.models",
    "review.corrections.models", "review.policies.models", "review.onboarding.models", "review.pace.models",
    "review.teamwork.models", "delivery.models", "channels.models",
)  # fmt: skip
SEARCH_INDEXES = (
    "review_search_index",
    "ix_review_search_lexemes",
    "ix_review_item_sorted",
)  # each database's own, beside the models

# The processes are forked once everything is loaded: what is tested is the upgrade and not four times the loading.
UPGRADE_AT_ONCE = """
import sys
from multiprocessing import get_context
from replyassist.app import upgrade_database
from replyassist.core.database import Database

forking = get_context("fork")
together = forking.Barrier(4)

def upgrade():
    database = Database(sys.argv[1])
    together.wait(60)
    upgrade_database(database)
    database.dispose()

processes = [forking.Process(target=upgrade) for _ in range(4)]
for process in processes:
    process.start()
for process in processes:
    process.join()
print([process.exitcode for process in processes])
"""

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def add_brand(database: Database, brand_id: str = "fernhill", now: datetime = NOW) -> None:
    with database.writing() as session:
        ensure_brand(session, brand_id, now=now)


def brands(database: Database) -> dict[str, Brand]:
    with database.reading() as session:
        return {brand.id: brand for brand in session.exec(select(Brand))}


def add_one(database: Database, brand_id: str = "fernhill") -> None:
    """Read, then write: right only when nobody comes in between."""
    with database.writing() as session:
        brand = session.get_one(Brand, brand_id)
        brand.faq_revision += 1


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Database]:
    """A database as a fresh installation makes it, with the engine's tables, once on each."""
    database = Database(database_url)
    upgrade_database(database)
    yield database
    database.dispose()


class TestTime:
    def test_a_time_without_a_zone_is_refused_and_nothing_is_stored(self, database: Database) -> None:
        with pytest.raises(StatementError, match="a time without a zone cannot be stored"):
            add_brand(database, now=NOW.replace(tzinfo=None))

        assert brands(database) == {}

    @pytest.mark.parametrize("hours", [0, 14, -12])
    def test_a_time_comes_back_in_utc_as_the_same_moment(self, database: Database, hours: int) -> None:
        add_brand(database, now=NOW.astimezone(timezone(timedelta(hours=hours))))

        read = brands(database)["fernhill"].created_at
        assert read == NOW
        assert read.tzinfo is UTC

    def test_a_comparison_in_sql_knows_the_zone(self, database: Database) -> None:
        add_brand(database)
        same_moment = NOW.astimezone(timezone(timedelta(hours=5)))

        with database.reading() as session:
            assert session.exec(select(Brand.id).where(Brand.created_at <= same_moment)).all() == ["fernhill"]
            assert session.exec(select(Brand.id).where(Brand.created_at < same_moment)).all() == []

    def test_no_time_stays_no_time(self, database: Database) -> None:
        with database.writing() as session:
            user = User(email="a@b.example", name="A", role="agent", created_at=NOW)
            session.add(user)
            session.flush()
            session.add(ApiToken(user_id=user.id or 0, name="t", digest="d", created_at=NOW))

        with database.reading() as session:
            assert session.exec(select(ApiToken)).one().expires_at is None


class TestTransactions:
    def test_what_was_written_is_there_for_the_next(self, database: Database) -> None:
        add_brand(database)

        assert set(brands(database)) == {"fernhill"}

    def test_an_error_undoes_the_whole_transaction(self, database: Database) -> None:
        add_brand(database)
        with pytest.raises(RuntimeError, match="halfway"), database.writing() as session:
            session.get_one(Brand, "fernhill").name = "Changed"
            ensure_brand(session, "harbour", now=NOW)
            session.flush()
            raise RuntimeError("halfway")

        assert {brand.id: brand.name for brand in brands(database).values()} == {"fernhill": "Fernhill"}
        add_one(database)
        assert brands(database)["fernhill"].faq_revision == 1, "the connection is fit for use again"

    def test_an_error_of_the_database_at_the_commit_undoes_it_too(self, database: Database) -> None:
        with pytest.raises(IntegrityError), database.writing() as session:
            ensure_brand(session, "harbour", now=NOW)
            session.add(UserBrand(user_id=99, brand_id="harbour"))

        assert brands(database) == {}

    def test_a_commit_that_fails_leaves_no_lock_behind(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'one.db'}", Patience(lock=0.1, statement=0.1, idle=1.0))
        with database.writing() as session:
            session.connection().execute(text("CREATE TABLE kept (word TEXT PRIMARY KEY)"))
            owner = "TEXT REFERENCES kept (word) DEFERRABLE INITIALLY DEFERRED"  # looked at when it is committed
            session.connection().execute(text(f"CREATE TABLE owned (word {owner})"))
        for _ in range(2):
            with pytest.raises(IntegrityError), database.writing() as session:
                session.connection().execute(text("INSERT INTO owned VALUES ('nobody')"))

        with closing(sqlite3.connect(tmp_path / "one.db", timeout=0)) as other, other:
            other.execute("INSERT INTO kept VALUES ('at once')")
        database.dispose()

    def test_reading_keeps_nothing(self, database: Database) -> None:
        with database.reading() as session:
            ensure_brand(session, "harbour", now=NOW)

        assert brands(database) == {}

    def test_objects_outlive_their_transaction(self, database: Database) -> None:
        with database.writing() as session:
            brand = ensure_brand(session, "harbour", now=NOW)

        assert (brand.name, brand.created_at) == ("Harbour", NOW)

    def test_a_reader_is_not_in_a_writers_way(self, database: Database) -> None:
        add_brand(database)
        with database.reading() as session:
            assert session.get_one(Brand, "fernhill").faq_revision == 0
            add_one(database)
        with database.writing() as writing:
            writing.get_one(Brand, "fernhill").faq_revision = 7
            writing.flush()
            assert brands(database)["fernhill"].faq_revision == 1, "nobody sees what is not committed"

    @on_sqlite
    def test_writers_take_turns_on_sqlite_and_none_is_lost(self, database: Database) -> None:
        add_brand(database)
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(add_one, database) for _ in range(40)]:
                done.result()

        assert brands(database)["fernhill"].faq_revision == 40

    def test_sqlite_keeps_what_was_committed_and_checks_references(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'own.db'}")
        with database.reading() as session:
            pragmas = {
                name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        database.dispose()

        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


class TestUpgrade:
    def test_a_second_upgrade_changes_nothing(self, upgraded: Database) -> None:
        add_brand(upgraded)
        upgrade_database(upgraded)

        assert set(brands(upgraded)) == {"fernhill"}

    def test_four_processes_may_upgrade_a_fresh_database_at_once(self, database_url: str) -> None:
        command = [sys.executable, "-c", UPGRADE_AT_ONCE, database_url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

        assert (done.returncode, done.stdout, done.stderr) == (0, "[0, 0, 0, 0]\n", "")
        database = Database(database_url)
        add_brand(database)
        assert set(brands(database)) == {"fernhill"}
        with database.reading() as session:
            assert session.connection().execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
        database.dispose()

    def test_down_and_up_again_makes_the_same_schema(self, database: Database) -> None:
        before = described(database)
        command.downgrade(alembic_config(database.url), "base")
        assert set(described(database)) == {"alembic_version"}
        database.upgrade()

        assert described(database) == before

    def test_connections_are_moved_and_on_the_way_back_none_that_was_sealed_becomes_a_file(
        self, database: Database
    ) -> None:
        add_brand(database)
        command.downgrade(alembic_config(database.url), "0017")
        rows: Any = [("fake", "webhook", "https://a.example/in", "whsec_x"), ("*", "file", "", "")]
        earlier = "INSERT INTO channel_connection (brand_id, channel, adapter, url, secret, created_at) VALUES "
        with database.engine.begin() as connection:
            for channel, adapter, url, secret in rows:
                values = {"channel": channel, "adapter": adapter, "url": url, "secret": secret, "now": NOW}
                connection.execute(
                    text(earlier + "('fernhill', :channel, :adapter, :url, :secret, :now)").bindparams(
                        bindparam("now", type_=DateTime(timezone=True))
                    ),
                    values,
                )
        database.upgrade()

        found = "SELECT channel, platform, shown_as, sealed FROM connection ORDER BY channel"
        with database.engine.connect() as connection:
            moved = [tuple(row) for row in connection.execute(text(found))]
        assert moved == [
            ("*", "file", "", "plain:{}"),
            ("fake", "webhook", "a.example", 'plain:{"url": "https://a.example/in", "secret": "whsec_x"}'),
        ]

        command.downgrade(alembic_config(database.url), "0017")
        found = "SELECT channel, adapter, url, secret FROM channel_connection ORDER BY channel"
        with database.engine.connect() as connection:
            back = [tuple(row) for row in connection.execute(text(found))]
        assert back == [("*", "file", "", ""), ("fake", "webhook", "", "")]
        database.upgrade()

    def test_the_folder_of_a_sqlite_file_is_made(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        database = Database(f"sqlite:///{tmp_path_factory.mktemp('home') / 'deep' / 'er' / 'test.db'}")
        database.upgrade()

        assert brands(database) == {}
        database.dispose()


class TestSchema:
    def test_the_migrations_and_the_models_are_the_same_schema(self, database_url: str) -> None:
        for name in EVERY_MODEL:
            importlib.import_module(f"replyassist.{name}")
        prepare_job_tables(database_url)
        of_the_engine = tables(database_url)
        engine = create_engine(database_url, poolclass=NullPool)
        command.upgrade(alembic_config(database_url), "head")

        def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
            of_a_search_index = (name or "").startswith(SEARCH_INDEXES) or (kind, name) == ("column", "lexemes")
            return not of_a_search_index and not (kind == "table" and name in of_the_engine)

        with engine.connect() as connection:
            options = {"compare_type": differ, "include_name": is_ours, "include_object": can_be_compared}
            context = MigrationContext.configure(connection, opts=options)
            differences = compare_metadata(context, SQLModel.metadata)
            checks = stored_checks(connection)
        assert differences == []
        assert checks == checks_of_the_models()


def can_be_compared(_object: Any, name: str | None, *_: Any) -> bool:
    """Neither database tells Alembic that a column of an index falls."""
    return name != "ix_review_item_urgent"


def differ(_context: Any, _column: Any, _model: Any, stored: TypeEngine[Any], wanted: TypeEngine[Any]) -> bool | None:
    """As Alembic decides, but TEXT and a string without a limit are the same on both databases."""
    wanted = wanted.impl_instance if isinstance(wanted, AutoString) else wanted
    unlimited = [isinstance(kind, String) and kind.length is None for kind in (stored, wanted)]
    return False if all(unlimited) else None


def tables(url: str) -> set[str]:
    return set(inspect(create_engine(url, poolclass=NullPool)).get_table_names())


def described(database: Database) -> dict[str, Any]:
    """Tables, columns and indexes in a form that can be compared."""
    found = inspect(database.engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(table)],
            sorted(str(index["name"]) for index in found.get_indexes(table)),
            sorted(str(check["name"]) for check in found.get_check_constraints(table)),
        )
        for table in sorted(found.get_table_names())
    }


def stored_checks(connection: Connection) -> set[tuple[str, str]]:
    found = inspect(connection)
    return {
        (table, str(check["name"]))
        for table in SQLModel.metadata.tables
        for check in found.get_check_constraints(table)
    }  # fmt: skip


def checks_of_the_models() -> set[tuple[str, str]]:
    return {
        (table.name, str(constraint.name))
        for table in SQLModel.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def test_threads_share_one_database(database: Database) -> None:
    together = threading.Barrier(4)

    def add(number: int) -> None:
        together.wait(10)
        add_brand(database, f"brand-{number}")

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(add, number) for number in range(4)]:
            done.result()

    assert set(brands(database)) == {f"brand-{number}" for number in range(4)}
