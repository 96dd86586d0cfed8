"""The database: one engine, a reading and a writing transaction, and migrations.

One request or one job is one transaction, committed at the edge. None is open while a model or a platform is called.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import BaseModel
from sqlalchemy import JSON, DateTime, Engine, NullPool, TypeDecorator, event, text
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlmodel import Session, SQLModel, create_engine

from .errors import ConfigurationError, DatabaseBusy
from .patience import SERVICE, Patience, is_away, is_ended_wait, is_full
from .schema import missing_for
from .shared_commits import Result, SharedCommits

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
ROW_ONLY = {"key_share": True}
"""For ``with_for_update``: FOR NO KEY UPDATE, which leaves inserts of rows that refer to this one alone."""
BUSY = "somebody else kept the database busy for too long; try again later"
AWAY = "the database does not answer; try again later"
FULL = "the database has no room left on its disk; nothing was stored, try again later"
BACKENDS = ("sqlite", "postgresql")
SESSIONS = "replyassist "
"""What the ``application_name`` of our sessions at PostgreSQL begins with; the rest tells processes apart."""
RESTED_SECONDS = 1.0
"""A connection that nobody used for so long is asked whether it lives before it is used again."""
_TOO_NEW = "the database was upgraded by a newer version (migration {})"
_log = logging.getLogger(__name__)
_RESTS_SINCE = "rests since"
_PROCESS = secrets.token_hex(4)
_BAD_URL = "REPLYASSIST_DATABASE_URL: expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database; SQLite, which keeps no zone, gets it back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ModelJson(TypeDecorator[Any]):
    """A column that holds one pydantic model, kept as JSON: what is written and read is the model, never a dict."""

    impl = JSON
    cache_ok = True

    def __init__(self, model: type[BaseModel]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: BaseModel | None, dialect: Dialect) -> Any:
        """The model as plain JSON values."""
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseModel | None:
        """The model again; fields that it no longer has are dropped."""
        return None if value is None else self.model.model_validate(value)


class Database:
    """Opens transactions. ``reading`` never blocks others; ``writing`` takes SQLite's write lock at its start.

    Raises ConfigurationError for a URL that is malformed or of another database; a wait that ends without success, or
    a database that is away, raises DatabaseBusy. Errors never show parameters: they hold people's text.

    ``pooled``: connections are kept for the next transaction, and ``dispose`` closes them; else each closes its own.
    """

    def __init__(self, url: str, patience: Patience = SERVICE, *, pooled: bool = True) -> None:
        self.url = url
        self.patience = patience
        try:
            backend = make_url(url).get_backend_name()
            self.is_sqlite = backend == "sqlite"
            self.engine = _make_engine(url, patience, sqlite=self.is_sqlite, pooled=pooled)
        except (ArgumentError, ValueError, ImportError):
            raise ConfigurationError(_BAD_URL) from None  # what they say may hold the password
        if backend not in BACKENDS:
            raise ConfigurationError(_BAD_URL)
        self._asking_engine = self.engine
        if not self.is_sqlite:
            self._asking_engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writing_engine = self.engine.execution_options(replyassist_begin="IMMEDIATE")
        self._shared = SharedCommits(self.writing, seconds=2 * patience.statement, busy=BUSY)

    def ping(self) -> None:
        """Ask the database for nothing; raise what its driver raises where it does not answer."""
        with self.asking() as session:
            session.connection().execute(text("SELECT 1"))

    @contextmanager
    def asking(self) -> Iterator[Session]:
        """For one question: PostgreSQL begins and ends no transaction for it, which would be three round trips."""
        with _ended_waits_told(), Session(self._asking_engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that is rolled back at its end."""
        with _ended_waits_told(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed at its end, or rolled back when an error leaves it."""
        with _ended_waits_told(), Session(self._writing_engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def write(self, act: Callable[[Session], Result]) -> Result:
        """What the act returns, once it is committed; on SQLite those that wait for each other are committed together.

        On PostgreSQL each has a transaction of its own: one that waits for a row must not keep the others waiting.
        """
        if self.is_sqlite:
            return self._shared.write(act)
        with self.writing() as session:
            return act(session)

    def upgrade(self) -> None:
        """Bring the schema to the newest version (Alembic); safe to run again and from several processes.

        One that a newer program has changed stays as it is: an older process may start during a rolling upgrade. Raises
        ConfigurationError where it lacks what this program needs.
        """
        if self.is_sqlite and (path := make_url(self.url).database):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        config = alembic_config(self.url)
        if not self._is_newer(config):
            command.upgrade(config, "head")

    def _is_newer(self, config: Config) -> bool:
        """Whether the database is at a migration that this program has not; raise as ``upgrade`` does."""
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        engine = create_engine(self.url, poolclass=NullPool)  # commands that only upgrade keep no connection
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        if revision is None or revision in known:
            return False
        if missing := missing_for(SQLModel.metadata, engine):
            raise ConfigurationError(f"{_TOO_NEW.format(revision)}, and lacks {', '.join(missing[:5])}")
        _log.warning("%s: upgrade this process soon", _TOO_NEW.format(revision))
        return True

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def session_name() -> str:
    """This process's name at PostgreSQL, which no other process has."""
    return f"{SESSIONS}{os.getpid()} {_PROCESS}"


def alembic_config(url: str) -> Config:
    """Alembic's configuration for this database; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


@contextmanager
def _ended_waits_told() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, NoConnectionFree) as error:
        if is_ended_wait(error):
            raise DatabaseBusy(AWAY if is_away(error) else FULL if is_full(error) else BUSY) from error
        raise


def _make_engine(url: str, patience: Patience, *, sqlite: bool, pooled: bool) -> Engine:
    pool: dict[str, Any] = {"poolclass": NullPool}
    if pooled:
        pool = {"pool_size": 10, "max_overflow": 20, "pool_timeout": patience.statement}
    if not sqlite:
        limited = patience.applied_to(url)
        named = {"application_name": session_name()}
        engine = create_engine(limited, connect_args=named, hide_parameters=True, **pool)
        _ask_who_rested(engine)
        return engine
    busy = 2 * patience.statement  # writers of one file do not queue: some are overtaken for long under load
    engine = create_engine(
        url, connect_args={"timeout": busy, "check_same_thread": False}, hide_parameters=True, **pool
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={round(busy * 1000)}",
            "foreign_keys=ON",
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkin")
    def _on_checkin(connection: Any, _record: Any) -> None:
        if connection is not None and connection.in_transaction:  # a commit that fails leaves it open, locks and all
            connection.rollback()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("replyassist_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _ask_who_rested(engine: Engine) -> None:
    """Open all connections anew where one that rested is dead; ``pool_pre_ping`` asks before every transaction."""

    @event.listens_for(engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info[_RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _is_needed(connection: Any, record: Any, _holder: Any) -> None:
        if time.monotonic() - record.info.get(_RESTS_SINCE, inf) > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error
