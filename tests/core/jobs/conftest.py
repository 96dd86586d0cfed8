from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, text

from replyassist.core.jobs import WorkerHeartbeat

from .tables import Tables, prepare


@pytest.fixture(scope="module")
def postgres_tables(postgres_admin: Engine) -> Iterator[Tables]:
    """One database for all tests, since preparing it takes a second; each leaves it empty."""
    name = f"jobs_{uuid.uuid4().hex}"
    with postgres_admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = postgres_admin.url.set(database=name)
    tables = Tables(prepare(url.render_as_string(hide_password=False)))
    yield tables
    tables.close()


@pytest.fixture
def sqlite_tables(tmp_path: Path) -> Iterator[Tables]:
    tables = Tables(prepare(f"sqlite:///{tmp_path / 'test.db'}"))
    yield tables
    tables.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_tables")
        return
    tables: Tables = request.getfixturevalue("postgres_tables")
    yield tables
    with tables.database.writing() as session:
        for table in ("workflow_status", "workflow_input", "workflow_output", "queues"):
            session.connection().exec_driver_sql(f"DELETE FROM dbos.{table}")
        session.exec(delete(WorkerHeartbeat))
