"""The database: one engine, a reading and a writing transaction, and migrations.

One request or one job is one transaction, committed at the edge. None is open while a model or a platform is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from pydantic import BaseModel
from sqlalchemy import JSON, DateTime, Engine, TypeDecorator, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session, create_engine

from .errors import ConfigurationError

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
BUSY_TIMEOUT_MS = 30_000
BACKENDS = ("sqlite", "postgresql")
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

    Raises ConfigurationError for a URL that is malformed or of another database. Errors never show parameters: they
    hold people's text.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            backend = make_url(url).get_backend_name()
            self.is_sqlite = backend == "sqlite"
            self.engine = _make_engine(url, sqlite=self.is_sqlite)
        except (ArgumentError, ValueError, ImportError):
            raise ConfigurationError(_BAD_URL) from None  # what they say may hold the password
        if backend not in BACKENDS:
            raise ConfigurationError(_BAD_URL)
        self._writing_engine = self.engine.execution_options(replyassist_begin="IMMEDIATE")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that is rolled back at its end."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed at its end, or rolled back when an error leaves it."""
        with Session(self._writing_engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def upgrade(self) -> None:
        """Bring the schema to the newest version (Alembic); safe to run again and from several processes."""
        if self.is_sqlite and (path := make_url(self.url).database):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        command.upgrade(alembic_config(self.url), "head")

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def alembic_config(url: str) -> Config:
    """Alembic's configuration for this database; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def _make_engine(url: str, *, sqlite: bool) -> Engine:
    if not sqlite:
        return create_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=30
        )
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("replyassist_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
