"""What the commands share: the parts, and where output goes (results to stdout, all else to stderr)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from replyassist.app import Parts, build_parts, upgrade_database
from replyassist.core.clock import Clock, SystemClock
from replyassist.core.database import Database
from replyassist.core.embedding import CachedEncoder, Encoder, SentenceTransformerEncoder
from replyassist.core.errors import ConfigurationError
from replyassist.core.patience import MAINTENANCE
from replyassist.core.settings import Settings
from replyassist.core.telemetry import configure_logging
from replyassist.privacy import scrub
from replyassist.retrieval.service import EMBEDDINGS

console = Console(stderr=True, highlight=False)
output = Console(highlight=False)
_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)]) | {ord("\n"): "\n", ord("\t"): " "}


def settings() -> Settings:
    """The settings of this process, with logging configured; raise ConfigurationError that names each bad one."""
    try:
        found = Settings()
    except ValidationError as error:
        lines = [f"{_variable(problem['loc'])}: {problem['msg']}" for problem in error.errors()]
        raise ConfigurationError("\n".join(lines)) from None  # what it says may hold a secret
    try:
        configure_logging(found.log_level, scrub=scrub)
    except ValueError as error:
        raise ConfigurationError(f"REPLYASSIST_LOG_LEVEL: {error}") from error
    return found


@contextmanager
def parts(*, serves: bool = False) -> Iterator[Parts]:
    """Every adapter, closed at the end; ``serves``: others wait for this process, which therefore waits for nobody."""
    built = build_parts(settings(), patience=None if serves else MAINTENANCE)
    try:
        yield built
    finally:
        built.close()


def database() -> Database:
    """The database, brought to its newest version."""
    found = settings()
    found.home.mkdir(parents=True, exist_ok=True)
    opened = Database(found.resolved_database_url, MAINTENANCE, pooled=False)
    upgrade_database(opened)
    return opened


def clock() -> Clock:
    """The machine's clock."""
    return SystemClock()


def encoder(*, model: str | None = None, for_templates: bool = True) -> Encoder:
    """The configured encoder, or the one of this name; cached on disk only for templates."""
    found = settings()
    plain = SentenceTransformerEncoder(found.encoder_model if model is None else model)
    return CachedEncoder(plain, found.home / EMBEDDINGS) if for_templates else plain


def cells(*values: object) -> list[str]:
    """Values as the cells of a table: what looks like markup stays text, control characters are left out."""
    return [escape(str(value).translate(_CONTROLS)) for value in values]


def table_of(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> Table:
    """A table whose values are ``cells``, and are folded where they are too long for a line."""
    table = Table(*(Column(name, overflow="fold") for name in columns), title=title)
    for row in rows:
        table.add_row(*cells(*row))
    return table


def print_json(document: Any) -> None:
    """Exactly one JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
    sys.stdout.flush()  # the command may go on for hours


def progress(to: Console = console) -> Progress:
    """A progress bar, on stderr unless told otherwise."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=to,
    )


def _variable(place: tuple[int | str, ...]) -> str:
    return "_".join(["REPLYASSIST", *(str(part).upper() for part in place)])
