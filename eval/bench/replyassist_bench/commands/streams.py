"""``replyassist bench streams``: two hundred live connections, while somebody decides in another process."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from replyassist.app import Parts, build_parts
from replyassist.cli.common import settings
from replyassist.core.accounts import create_token
from replyassist.core.accounts.principal import principal_of
from replyassist.core.accounts.repository import user_by_email
from replyassist.core.errors import ReplyassistError
from replyassist.core.settings import Settings
from replyassist.review import repository
from replyassist.review.decisions import escalate
from replyassist.review.list_order import QueueFilter
from replyassist.review.models import ReviewStatus
from replyassist.review.repository.lists import list_items
from replyassist_bench.queue.filling import fill
from replyassist_bench.queue.sample import EMAIL, furnish
from replyassist_bench.streams import measure

from .printing import print_result
from .queue import postgres_database, sqlite_database

STREAMS, SECONDS, PAUSE = 200, 60.0, 0.5
QUICK_STREAMS, QUICK_SECONDS = 10, 2.0
ITEMS = 1000
START_SECONDS = 600.0


def bench_streams(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run: 10 connections.")] = False,
    postgres: Annotated[str, typer.Option("--postgres", help="A server where databases may be made.")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Live connections kept, and the time until each is told of a decision that another process commits."""
    with tempfile.TemporaryDirectory(prefix="replyassist-bench-") as name:
        folder = Path(name)
        with postgres_database(postgres, folder.name) if postgres else sqlite_database(folder) as url:
            overrides = {"home": folder, "database_url": url, "llm_disabled": True}
            built = build_parts(Settings(**(settings().model_dump() | overrides)))
            try:
                token = _furnished(built)
                with served(folder, url) as (address, process):
                    found = asyncio.run(
                        measure(
                            address,
                            token,
                            streams=QUICK_STREAMS if quick else STREAMS,
                            seconds=QUICK_SECONDS if quick else SECONDS,
                            pause=PAUSE,
                            decide=_decider(built),
                            memory=lambda: _resident(process),
                        )
                    )
            finally:
                built.close()
    print_result(found | {"database": "postgresql" if postgres else "sqlite"}, as_json=json)


def _furnished(built: Parts) -> str:
    """A token of somebody who sees a thousand items."""
    now = built.clock.now()
    with built.database.writing() as session:
        house = furnish(session, now=now)
    fill(built.database, house, ITEMS, progress=lambda _: None)
    with built.database.writing() as session:
        return create_token(session, EMAIL, name="streams", now=now)


def _decider(built: Parts) -> Callable[[], int]:
    """Escalates one waiting item after the other; gives the id of what the audit says of it."""
    with built.database.reading() as session:
        who = principal_of(session, user_by_email(session, EMAIL))
        everything = QueueFilter(who.brands, (ReviewStatus.PENDING.value,))
        waiting = iter(list_items(session, everything, after=None, limit=ITEMS))

    def decide() -> int:
        item, now = next(waiting), built.clock.now()
        with built.database.writing() as session:
            escalate(session, who, item.id or 0, version=item.version, reason="for a lead", jobs=built.jobs, now=now)
            return repository.newest_audit_ids(session, limit=1)[0]

    return decide


@contextmanager
def served(folder: Path, url: str, *options: str) -> Iterator[tuple[str, int]]:
    """A server in a process of its own: its address and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "REPLYASSIST_HOME": str(folder),
        "REPLYASSIST_DATABASE_URL": url,
        "REPLYASSIST_LLM_DISABLED": "true",
    }
    command = [sys.executable, "-c", "from replyassist.cli import main; main()", "serve", "--port", str(port), *options]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(address: str, process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Wait until the server of a process answers; raise ReplyassistError when it ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx2.get(f"{address}/healthz", timeout=2).raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise ReplyassistError("the server did not start")


def _resident(process: int) -> int:
    """Bytes of memory that a process holds, as Linux tells; 0 elsewhere."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
