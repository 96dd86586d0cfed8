"""Restore: a back-up takes a database's place, and no worker takes anything from it before it was made safe.

SQLite's file is made safe first and replaced then. PostgreSQL is restored under a mark, a schema of its own, with which
no process that serves or works begins; what makes the database safe lifts it in its last transaction.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from .backup import DUMP, KEPT, Manifest, place_of, run_program
from .database import SESSIONS, Database, session_name
from .errors import ConfigurationError, DatabaseBusy
from .patience import MAINTENANCE

MARK, OUTBOX = "replyassist_restore", "outbox"
_CLEARING = """
CREATE TABLE IF NOT EXISTS replyassist_restore.restored ();
DROP SCHEMA IF EXISTS dbos CASCADE;
DO $$
DECLARE ours record;
BEGIN
  FOR ours IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user LOOP
    EXECUTE format('DROP TABLE IF EXISTS public.%I CASCADE', ours.name);
  END LOOP;
  FOR ours IN
    SELECT routine.oid::regprocedure AS name FROM pg_proc routine
    WHERE routine.pronamespace = 'public'::regnamespace AND pg_get_userbyid(routine.proowner) = current_user
      AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = routine.oid AND deptype = 'e')
  LOOP
    EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', ours.name);
  END LOOP;
END $$;
"""
"""Of whatever version the database is; the table tells that the transaction was committed."""


@contextmanager
def marked(url: str) -> Iterator[None]:
    """Let nobody begin on PostgreSQL; when an error leaves this, the mark goes where the database is as it was."""
    opened = Database(url, MAINTENANCE, pooled=False)
    try:
        _carry_out(opened, f"CREATE SCHEMA IF NOT EXISTS {MARK}")
        yield
    except BaseException:
        with suppress(DBAPIError, DatabaseBusy):  # it cannot be dropped while a table is in it
            _carry_out(opened, f"DROP SCHEMA IF EXISTS {MARK}")
        raise


def lift_mark(session: Session) -> None:
    """The database is safe: let others begin, once this transaction is committed."""
    if session.get_bind().dialect.name != "sqlite":
        session.connection().execute(text(f"DROP SCHEMA IF EXISTS {MARK} CASCADE"))


def require_no_restore(database: Database) -> None:
    """Close the database and raise ConfigurationError while a restore runs, or where one did not end."""
    if not database.is_sqlite and inspect(database.engine).has_schema(MARK):
        database.dispose()
        raise ConfigurationError("a restore runs or was interrupted: run `replyassist db restore` to its end first")


def require_alone(database: Database) -> None:
    """Raise ConfigurationError while another process of ours is connected with PostgreSQL, as one that serves always
    is; a SQLite file that is in use is found when it is replaced."""
    if database.is_sqlite:
        return
    others = text(
        "SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name LIKE :ours AND application_name <> :this"
    )
    with database.reading() as session:
        found = session.connection().execute(others, {"ours": f"{SESSIONS}%", "this": session_name()}).scalar_one()
    if found:
        raise ConfigurationError(
            f"processes of replyassist use the database ({found}): end every `serve` and `worker` before restoring"
        )


def restore_database(url: str, manifest: Manifest, folder: Path, make_safe: Callable[[Database], int]) -> int:
    """Put the archive's database in place of the one at ``url``, ``marked`` meanwhile; nothing may be open there.

    ``make_safe`` gets it before any worker does, ends with ``lift_mark``, and says what is returned. Raises
    ConfigurationError where that is of another kind, the file is in use, or PostgreSQL's programs are missing or fail;
    the database is then as it was.
    """
    target = make_url(url)
    if target.get_backend_name() != manifest.backend:
        raise ConfigurationError(
            f"the back-up is of {manifest.backend}, and REPLYASSIST_DATABASE_URL names {target.get_backend_name()}"
        )
    if manifest.backend == "sqlite":
        return _restore_sqlite(folder / DUMP, Path(target.database or ""), make_safe)
    script, clearing = folder / "restore.sql", folder / "clearing.sql"
    clearing.write_text(_CLEARING, encoding="utf-8")
    run_program("pg_restore", ("--no-owner", "--no-privileges", f"--file={script}", str(folder / DUMP)), target)
    strict = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    run_program("psql", (*strict, f"--file={clearing}", f"--file={script}", *place_of(target)), target)
    return make_safe(Database(url, MAINTENANCE, pooled=False))


def restore_home(folder: Path, home: Path) -> list[str]:
    """Put back what the archive holds of the home folder; the names. What stands in the outbox now stays: it was
    appended to since, and nobody else has it."""
    home.mkdir(parents=True, exist_ok=True)
    found = [name for name in KEPT if (folder / name).exists()]
    for name in found:
        if (folder / name).is_dir():
            copied = _copied_where_none_is if name == OUTBOX else shutil.copy2
            shutil.copytree(folder / name, home / name, copy_function=copied, dirs_exist_ok=True)
        else:
            shutil.copyfile(folder / name, home / name)
            (home / name).chmod(0o600)
    return found


def _copied_where_none_is(source: str, target: str) -> None:
    if not Path(target).exists():
        shutil.copy2(source, target)


def _restore_sqlite(source: Path, path: Path, make_safe: Callable[[Database], int]) -> int:
    """The new file takes the old one's place at once; the old write-ahead log belongs to the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="replyassist-restore-", dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        shutil.copyfile(source, fresh)
        made = make_safe(Database(f"sqlite:///{fresh}", MAINTENANCE, pooled=False))
        _end_log(fresh)
        if path.exists():
            try:
                _end_log(path)
            except sqlite3.OperationalError as error:
                raise ConfigurationError(f"the database is in use: {error}") from error
            except sqlite3.DatabaseError:  # damaged, which is why it is restored
                for ending in ("-wal", "-shm"):
                    path.with_name(path.name + ending).unlink(missing_ok=True)
        fresh.replace(path)
    return made


def _end_log(path: Path) -> None:
    """Write the log into the file itself, which nobody else may have open."""
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode=DELETE")


def _carry_out(database: Database, statement: str) -> None:
    if not database.is_sqlite:
        with database.writing() as session:
            session.connection().execute(text(statement))
