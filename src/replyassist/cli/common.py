"""What the commands share: the parts, and where output goes (results to stdout, all else to stderr)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from replyassist.app import Parts, build_parts, upgrade_database
from replyassist.core.clock import Clock, SystemClock
from replyassist.core.database import Database
from replyassist.core.embedding import CachedEncoder, Encoder, SentenceTransformerEncoder
from replyassist.core.settings import Settings
from replyassist.core.telemetry import configure_logging

console = Console(stderr=True, highlight=False)
output = Console(highlight=False)


def settings() -> Settings:
    """The settings of this process, with logging configured."""
    found = Settings()
    configure_logging(found.log_level)
    return found


@contextmanager
def parts() -> Iterator[Parts]:
    """Every adapter, closed at the end."""
    built = build_parts(settings())
    try:
        yield built
    finally:
        built.close()


def database() -> Database:
    """The database, brought to its newest version."""
    found = settings()
    found.home.mkdir(parents=True, exist_ok=True)
    opened = Database(found.resolved_database_url)
    upgrade_database(opened)
    return opened


def clock() -> Clock:
    """The machine's clock."""
    return SystemClock()


def encoder() -> Encoder:
    """The configured encoder, cached on disk."""
    found = settings()
    return CachedEncoder(SentenceTransformerEncoder(found.encoder_model), found.home / "embeddings")


def print_json(document: Any) -> None:
    """Exactly one JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def progress() -> Progress:
    """A progress bar on stderr."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
