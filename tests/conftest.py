"""Fixtures that every test may use: a migrated database on SQLite and on PostgreSQL, and a clock set by hand."""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Dialect, Engine, create_engine, text

from replyassist.core.database import Database
from replyassist.core.embedded_llm import embedded_weights
from replyassist.core.patience import Patience
from replyassist.core.settings import Settings
from replyassist.testing import FakeClock
from tests.postgres import postgres
from tests.world import World

# Ten times what hypothesis allows an example by itself: other tests use the cores at the same time.
settings.register_profile("replyassist", deadline=2000)
settings.load_profile("replyassist")
# readline, which pytest loads, hands them on to the processes that it starts; rich reads them once for ever.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)
# Also in the processes that tests start: the default encoder may be slower, and is what few tests are about.
os.environ["REPLYASSIST_ENCODER_MODEL"] = "minilm"
os.environ["REPLYASSIST_RERANKER_DISABLED"] = "true"  # it reads each template for a second; its own tests have it
SHARED_HOME = Path(__file__).resolve().parents[1] / ".make"  # `make clean` removes it
_KNOWN_STATEMENTS: dict[str, tuple[Dialect, dict[Any, Any]]] = {}
ON_BUSY_CORES = Patience.of(120.0)  # a test that stands still for a while must not lose its transaction
NOT_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture(scope="session")
def model_file() -> Path:
    """The embedded model, put together once for all processes and runs: it has 1.1 GB."""
    return embedded_weights(SHARED_HOME)


@pytest.fixture(autouse=True)
def _one_model_file(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No home of a test that needs the embedded model gets a copy of its own."""
    if request.node.get_closest_marker("llm"):
        monkeypatch.setenv("REPLYASSIST_LLM_MODEL_PATH", str(request.getfixturevalue("model_file")))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a real PostgreSQL server, shared by all tests of this process."""
    with postgres(tmp_path_factory.getbasetemp().parent / "postgres.lock") as uri:
        yield uri


@pytest.fixture(scope="session")
def postgres_admin(postgres_server: str) -> Iterator[Engine]:
    """May make and drop databases; nothing here outlives the machine, so that no write need reach the disk."""
    admin = create_engine(with_driver(postgres_server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in NOT_DURABLE:
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield admin
    admin.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_admin: Engine, postgres_server: str) -> str:
    """The name of a database with our tables, from which tests get their copies."""
    with postgres_admin.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    database = Database(at_database(postgres_server, "migrated"))
    database.upgrade()
    database.dispose()
    return "migrated"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, from which tests get their copies."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture
def postgres_url(postgres_admin: Engine, postgres_server: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database."""
    with scratch_database(postgres_admin, "template1") as name:
        yield at_database(postgres_server, name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        sqlite = with_known_statements(Database(f"sqlite:///{path}", ON_BUSY_CORES))
        yield sqlite
        sqlite.dispose()
        return
    admin: Engine = request.getfixturevalue("postgres_admin")
    with scratch_database(admin, request.getfixturevalue("migrated_postgres")) as name:
        url = at_database(request.getfixturevalue("postgres_server"), name)
        postgres = with_known_statements(Database(url, ON_BUSY_CORES))
        yield postgres
        postgres.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh, empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("postgres_url"))


def with_known_statements(database: Database) -> Database:
    """Statements that another test had compiled are not compiled anew, which took a third of a test's time.

    What was compiled belongs to a dialect, so all databases of one kind get that of the first.
    """
    with database.engine.connect() as connection:
        dialect, compiled = _KNOWN_STATEMENTS.setdefault(connection.dialect.name, (connection.dialect, {}))
    for engine in (database.engine, database._writing_engine):
        engine.dialect = dialect
        engine.update_execution_options(compiled_cache=compiled)
    return database


@contextmanager
def scratch_database(admin: Engine, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with admin.connect() as connection:
        # Copied as files, which costs a fifth of the time of copying through the log.
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    try:
        yield name
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def at_database(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    return with_driver(f"{head.rsplit('/', 1)[0]}/{name}?{query}")


def with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until a test moves it."""
    return FakeClock()


@pytest.fixture
def world(database: Database, clock: FakeClock, tmp_path: Path) -> World:
    """A brand with a voice and a template, on both databases."""
    world = World(database, clock, Settings(home=tmp_path, send_delay_seconds=5, allow_private_addresses=True))
    world.prepare()
    return world


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """The command line configures the root logger; what one test set must not reach the next."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
