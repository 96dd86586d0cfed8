"""Back-up: one archive with the database as it was at one moment, and what the home folder must keep.

SQLite is copied by its own online back-up, PostgreSQL by ``pg_dump``; both while the service runs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import URL, make_url

from .database import Database
from .errors import ConfigurationError, InvalidInput

KEPT = ("calibrations", "outbox", "secret_key")
"""What the home folder holds that cannot be made again."""
KEY_FILE = "secret_key"
MANIFEST, DUMP = "manifest.json", "database"
FORMAT = 1
DUMP_SECONDS = 6 * 3600.0


class Manifest(BaseModel):
    """What an archive holds: SHA-256 by member, of which database, and when it was made."""

    format: int = FORMAT
    made_at: datetime
    version: str
    backend: str
    digests: dict[str, str]


def write_backup(
    database: Database, home: Path, path: Path, *, version: str, now: datetime, with_secret: bool = False
) -> Manifest:
    """Write an archive that only its owner may read; a file that is there is replaced when the new one is whole.

    ``with_secret`` takes the deployment's secret key along, which opens the sealed credentials of connections. Raises
    ConfigurationError where ``pg_dump`` is missing or fails.
    """
    with tempfile.TemporaryDirectory(prefix="replyassist-backup-", dir=_folder_of(path)) as folder:
        staged = Path(folder)
        _dump(database, staged / DUMP)
        for name in KEPT:
            if (home / name).is_dir():
                shutil.copytree(home / name, staged / name)
            elif (home / name).is_file() and (with_secret or name != KEY_FILE):
                shutil.copyfile(home / name, staged / name)
        digests = {each.relative_to(staged).as_posix(): _digest(each) for each in _files(staged)}
        backend = "sqlite" if database.is_sqlite else "postgresql"
        manifest = Manifest(made_at=now, version=version, backend=backend, digests=digests)
        (staged / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        whole = staged / "archive"
        with os.fdopen(os.open(whole, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
                for name in (MANIFEST, *sorted(digests)):
                    archive.add(staged / name, arcname=name)
            file.flush()
            os.fsync(file.fileno())
        whole.replace(path)
    return manifest


@contextmanager
def opened_backup(path: Path) -> Iterator[tuple[Manifest, Path]]:
    """What an archive holds, in a folder that goes afterwards; raise InvalidInput where it is damaged or of another
    kind."""
    with tempfile.TemporaryDirectory(prefix="replyassist-restore-") as folder:
        try:
            with tarfile.open(path, mode="r:gz") as archive:
                archive.extractall(folder, filter="data")
            manifest = Manifest.model_validate_json((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise InvalidInput("no such file, or not a back-up", file=str(path)) from error
        except (tarfile.TarError, OSError, EOFError, ValidationError, ValueError) as error:
            raise InvalidInput(f"not a back-up that can be read: {type(error).__name__}", file=str(path)) from error
        if manifest.format > FORMAT:
            raise InvalidInput("made by a newer version of replyassist", file=str(path), field="format")
        for name, digest in manifest.digests.items():
            member = Path(folder) / name
            if not member.is_file() or _digest(member) != digest:
                raise InvalidInput("damaged: its digest is another", file=str(path), field=name)
        yield manifest, Path(folder)


def _dump(database: Database, path: Path) -> None:
    url = make_url(database.url)
    if not database.is_sqlite:
        run_program(
            "pg_dump", ("--format=custom", "--no-owner", "--no-privileges", f"--file={path}", *place_of(url)), url
        )
        return
    source = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(path)) as copy:
        source.backup(copy, pages=-1)  # in one step: between two, a write by another connection begins it again


def place_of(url: URL) -> tuple[str, ...]:
    """Where a database is, for PostgreSQL's own programs; the password goes by the environment."""
    plain = url.set(drivername="postgresql", password=None)
    return (f"--dbname={plain.render_as_string()}",)


def run_program(program: str, arguments: Sequence[str], url: URL) -> None:
    """Run one of PostgreSQL's own; raise ConfigurationError where it is missing or fails."""
    if shutil.which(program) is None:
        raise ConfigurationError(f"{program} is needed: install PostgreSQL's client programs, of the server's version")
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    try:
        done = subprocess.run(
            (program, *arguments), env=environment, capture_output=True, text=True, check=False, timeout=DUMP_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError(f"{program} took longer than {DUMP_SECONDS / 3600:g} hours") from error
    if done.returncode:
        raise ConfigurationError(f"{program}: {(done.stderr.strip().splitlines() or ['failed'])[0][:300]}")


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder_of(path: Path) -> Path:
    if not path.parent.is_dir():
        raise InvalidInput("its folder does not exist", file=str(path))
    return path.parent
