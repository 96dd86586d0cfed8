"""``replyassist bench queue``: the queue's pages with few and with a million items, on SQLite and PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from replyassist.app import build_parts, create_app
from replyassist.cli.common import progress, settings
from replyassist.core.settings import Settings
from replyassist_bench.queue.filling import fill
from replyassist_bench.queue.measuring import Room, measure
from replyassist_bench.queue.sample import furnish

from .printing import print_result

FEW, MANY, REQUESTS = 1_000, 1_000_000, 200
TIMES = ("p50_ms", "p95_ms", "cpu_p50_ms", "cpu_p95_ms")
QUICK_FEW, QUICK_MANY, QUICK_REQUESTS = 200, 2_000, 8


def bench_queue(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run: 200 and 2,000.")] = False,
    postgres: Annotated[
        str, typer.Option("--postgres", help="A server where databases may be made; without it, SQLite only.")
    ] = "",
    many: Annotated[int, typer.Option("--items", min=1, help="How many are many.")] = MANY,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """First page, deep page, filters, search and live changes: server time, 1,000 items beside 1,000,000."""
    sizes = {"1k": QUICK_FEW, "1m": QUICK_MANY} if quick else {"1k": FEW, "1m": many}
    requests = QUICK_REQUESTS if quick else REQUESTS
    databases: dict[str, Callable[[Path], Any]] = {"sqlite": sqlite_database}
    if postgres:
        databases["postgresql"] = lambda folder: postgres_database(postgres, folder.name)
    found: dict[str, Any] = {"items": sizes, "requests_of_each_kind": requests}
    with progress() as bar:
        for name, database in databases.items():
            with ExitStack() as closing:
                rooms = {}
                for size, count in sizes.items():
                    task = bar.add_task(f"{name}, {count:,} items", total=count)
                    rooms[size] = _filled(closing, database, count, partial(_told, bar, task))
                measured = measure(rooms, requests=requests)
            found[name] = {kind: _beside(of_sizes) for kind, of_sizes in measured.items()}
    found |= _worst([found[name] for name in databases])
    print_result(found, as_json=json)


def _filled(closing: ExitStack, database: Callable[[Path], Any], count: int, told: Callable[[int], None]) -> Room:
    """A console over so many items in a scratch folder; ``closing`` throws it away."""
    folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="replyassist-bench-")))
    url = closing.enter_context(database(folder))
    overrides = {"home": folder, "database_url": url, "llm_disabled": True}
    built = build_parts(Settings(**(settings().model_dump() | overrides)))
    closing.callback(built.close)
    with built.database.writing() as session:
        house = furnish(session, now=built.clock.now())
    fill(built.database, house, count, progress=told)
    return Room(create_app(parts=built), built.database, count)


def _told(bar: Progress, task: TaskID, done: int) -> None:
    bar.update(task, completed=done)


@contextmanager
def sqlite_database(folder: Path) -> Iterator[str]:
    """A database of its own in a folder."""
    yield f"sqlite:///{folder / 'bench.db'}"


@contextmanager
def postgres_database(server: str, name: str) -> Iterator[str]:
    """A database of its own on the server, dropped afterwards."""
    name = "".join(letter for letter in name if letter.isalnum()).lower()
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def _beside(of_sizes: dict[str, dict[str, float]]) -> dict[str, float]:
    few, many = of_sizes["1k"], of_sizes["1m"]
    named = {f"{name.removesuffix('_ms')}_{size}_ms": of_sizes[size][name] for name in TIMES for size in of_sizes}
    return {
        **named,
        "ratio_p95": round(many["p95_ms"] / max(0.1, few["p95_ms"]), 2),
        "ratio_cpu_p95": round(many["cpu_p95_ms"] / max(0.1, few["cpu_p95_ms"]), 2),
        "statements": max(few["statements"], many["statements"]),
    }


def _worst(of_databases: list[dict[str, Any]]) -> dict[str, Any]:
    """The contract's figures: of the database that does worse."""
    pages = [found["page"] for found in of_databases]
    return {
        "page_1k_p95_ms": max(page["p95_1k_ms"] for page in pages),
        "page_1m_p95_ms": max(page["p95_1m_ms"] for page in pages),
        "ratio_1m_to_1k_p95": max(page["ratio_p95"] for page in pages),
        "statements_per_page": max(page["statements"] for page in pages),
        "worst_ratio": max(kind["ratio_p95"] for found in of_databases for kind in found.values()),
        "worst_1m_p95_ms": max(kind["p95_1m_ms"] for found in of_databases for kind in found.values()),
        "worst_1m_cpu_p95_ms": max(kind["cpu_p95_1m_ms"] for found in of_databases for kind in found.values()),
    }
