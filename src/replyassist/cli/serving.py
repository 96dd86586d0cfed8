"""``replyassist serve`` and ``replyassist worker``."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer
import uvicorn

from replyassist.app import Parts, create_app

from .common import console, parts

DRAIN_SECONDS = 10


def serve(
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Also do the background work in this process.")
    ] = False,
    host: Annotated[str | None, typer.Option()] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535)] = None,
) -> None:
    """The API with the console."""
    with parts() as built:
        run_server(
            built,
            with_worker=with_worker,
            host=host or built.settings.host,
            port=built.settings.port if port is None else port,
        )


def run_server(built: Parts, *, with_worker: bool, host: str, port: int) -> None:
    """Serve until a signal comes; live connections get some seconds to end."""
    app = create_app(built.settings, parts=built, with_worker=with_worker)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=DRAIN_SECONDS, access_log=False
    )
    console.print(f"Serving on http://{host}:{port}  (API documentation at /docs). Stop with Ctrl+C.")
    uvicorn.Server(config).run()


def work() -> None:
    """Background work: drafts and deliveries, until a signal comes."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with parts() as built, built.worker.runner() as runner:
        console.print("Working. Stop with Ctrl+C.")
        while not stop.wait(0.5):
            if runner.lost_place.is_set():
                raise typer.Exit(1)
