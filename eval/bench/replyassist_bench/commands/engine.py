"""``replyassist bench engine``: intake and jobs beside the least that they can be, and how long others wait."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from replyassist.app import build_parts
from replyassist.cli.common import progress, settings
from replyassist.core.accounts import create_token
from replyassist.core.settings import Settings
from replyassist.worker import Worker
from replyassist_bench.engine import delivering, history, others
from replyassist_bench.engine.intake import messages_per_second
from replyassist_bench.engine.replies import approve_one, approver
from replyassist_bench.processes import start_module
from replyassist_bench.queue.sample import BRANDS, EMAIL, furnish

from .printing import print_result
from .queue import postgres_database, sqlite_database
from .streams import served, wait_for

TROUBLED, OTHER = BRANDS[:2]


@dataclass(frozen=True)
class Size:
    """How much of each is measured."""

    messages: int
    jobs: int
    pickups: int
    receivers: int
    of_others: int
    storm: int
    sent: tuple[int, int]
    reads: int


FULL = Size(messages=500, jobs=500, pickups=100, receivers=40, of_others=30, storm=5000, sent=(100, 100_000), reads=200)
QUICK = Size(messages=20, jobs=20, pickups=5, receivers=2, of_others=3, storm=20, sent=(5, 50), reads=3)


def bench_engine(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    postgres: Annotated[str, typer.Option("--postgres", help="A server where databases may be made.")] = "",
    part: Annotated[str, typer.Option("--part", help="intake, jobs, receivers, storm or history alone.")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Intake beside a bare endpoint, delivery jobs beside empty ones, brands beside others in trouble, and what a draft
    reads of few and of many sent replies."""
    size = QUICK if quick else FULL
    result: dict[str, Any] = {}
    parts = {"intake": _intake, "jobs": _jobs, "receivers": _receivers, "storm": _storm, "history": _history}
    for name, measure in parts.items():
        if part in ("", name):
            with _room(postgres) as room:
                result |= measure(room, size)
    print_result(result | {"database": "postgresql" if postgres else "sqlite"}, as_json=json)


@dataclass(frozen=True)
class _Room:
    """A fresh installation with the brands of the benchmark, in a folder of its own."""

    folder: Path
    url: str
    worker: Worker


@contextmanager
def _room(postgres: str) -> Iterator[_Room]:
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="replyassist-bench-")))
        made = postgres_database(postgres, folder.name) if postgres else sqlite_database(folder)
        url = closing.enter_context(made)
        overrides = {
            "home": folder,
            "database_url": url,
            "llm_disabled": True,
            "allow_private_addresses": True,
            "queue_limit": Settings.model_fields["queue_limit"].default,  # as shipped, whatever is set here
            "learn_from_decisions": False,  # what is measured is the sending alone
        }
        built = build_parts(Settings(**(settings().model_dump() | overrides)))
        closing.callback(built.close)
        with built.database.writing() as session:
            furnish(session, now=built.clock.now())
        yield _Room(folder, url, built.worker)


def _intake(room: _Room, size: Size) -> dict[str, Any]:
    with room.worker.database.writing() as session:
        token = create_token(session, EMAIL, name="intake", now=room.worker.clock.now())
    with _bare(room.url) as address:
        bare = messages_per_second(address, brand=OTHER, messages=size.messages)
    found = {"intake_bare_per_second": round(bare, 1)}
    for name, options in {"intake_ratio_to_bare": (), "intake_drafting_ratio_to_bare": ("--with-worker",)}.items():
        with served(room.folder, room.url, *options) as (address, _process):
            if options:  # what is measured is drafting, and not the loading of what drafts
                others.until_queued(room.worker, others.take(room.worker, TROUBLED, 1))
            ours = messages_per_second(address, brand=OTHER, token=token, messages=size.messages)
        found[name] = round(ours / bare, 2)
    return found


@contextmanager
def _bare(url: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start_module("replyassist_bench.engine.bare", url, str(port))
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def _jobs(room: _Room, size: Size) -> dict[str, Any]:
    empty = delivering.jobs_per_second(room.worker, size.jobs)
    ours = delivering.deliveries_per_second(room.worker, BRANDS, size.jobs)
    with progress() as bar:
        task = bar.add_task("pickups", total=size.pickups)
        waits = delivering.pickup_ms(room.worker, OTHER, size.pickups, told=lambda: bar.advance(task))
    return {
        "empty_jobs_per_second": round(empty, 1),
        "jobs_ratio_to_engine": round(ours / empty, 2),
        "pickup_p50_ms": delivering.at_share(waits, 0.5),
        "pickup_p99_ms": delivering.at_share(waits, 0.99),
    }


def _receivers(room: _Room, size: Size) -> dict[str, Any]:
    return _beside("delivery", others.waits_for_receivers, room, size.of_others, of_troubled=size.receivers)


def _storm(room: _Room, size: Size) -> dict[str, Any]:
    refused: list[int] = []
    waits = partial(others.waits_in_storm, refused=refused.append)
    found = _beside("storm", waits, room, size.of_others, of_troubled=size.storm)
    return found | {"storm_refused": sum(refused)}


def _history(room: _Room, size: Size) -> dict[str, Any]:
    """Processor time of what a draft reads of sent replies: of few in the first thread, then of many in another's."""
    who, database = approver(room.worker), room.worker.database
    read: list[dict[str, float]] = []
    for brand, count in zip((OTHER, TROUBLED), size.sent, strict=True):
        key, _ = approve_one(room.worker, who, brand, visibility="public")
        item_id = history.item_id_of(database, brand, key)
        history.keep_sent(database, item_id, count)
        read.append(history.milliseconds_of(database, item_id, rounds=size.reads))
    found: dict[str, Any] = {}
    for what in (*read[0], "all"):
        few, many = (sum(each.values()) if what == "all" else each[what] for each in read)
        found |= {f"history_{what}_few_cpu_ms": round(few, 2), f"history_{what}_many_cpu_ms": round(many, 2)}
        found[f"history_{what}_ratio"] = round(many / few, 2)
    return found


def _beside(
    name: str, waits: Callable[..., tuple[list[float], list[float]]], room: _Room, of_others: int, *, of_troubled: int
) -> dict[str, Any]:
    """How long a brand waits while all is quiet, and beside another in trouble."""
    with progress() as bar:
        task = bar.add_task(f"{name} beside a brand in trouble", total=2 * of_others)
        brands = {"troubled": TROUBLED, "other": OTHER, "of_troubled": of_troubled, "of_others": of_others}
        quiet, busy = waits(room.worker, **brands, told=lambda: bar.advance(task))
    return {
        f"{name}_quiet_p50_ms": delivering.at_share(sorted(1000 * each for each in quiet), 0.5),
        f"{name}_busy_p50_ms": delivering.at_share(sorted(1000 * each for each in busy), 0.5),
        f"{name}_ratio": delivering.ratio_of_medians(busy, quiet),
    }
