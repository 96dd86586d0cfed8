"""``replyassist serve`` and ``replyassist worker``."""

from __future__ import annotations

import gc
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated

import typer
import uvicorn
from prometheus_client import start_http_server

from replyassist.app import Parts, create_app
from replyassist.backlog import Metrics
from replyassist.brands.model_use import ModelLimits
from replyassist.core.errors import ConfigurationError, ReplyassistError
from replyassist.loading import load_ahead

from .common import console, parts

logger = logging.getLogger(__name__)
Ending = Callable[[], bool]
"""Tells whether the server is about to end."""
DRAIN_SECONDS = 10
START_POLL_SECONDS = 0.05
WATCH_SECONDS = 0.5
LOST_PLACE = "another process took over the background work while this one stood still; this one has stopped"


def serve(
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Also do the background work in this process.")
    ] = False,
    host: Annotated[str | None, typer.Option()] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535)] = None,
) -> None:
    """The API with the console."""
    with parts(serves=True) as built:
        run_server(
            built,
            with_worker=with_worker,
            host=host or built.settings.host,
            port=built.settings.port if port is None else port,
        )


def run_server(
    built: Parts, *, with_worker: bool, host: str, port: int, beside: Callable[[Ending], None] | None = None
) -> None:
    """Serve until a signal comes; live connections get some seconds to end.

    The worker begins beside the server, which waits for no predecessor that crashed, and ends after it. ``beside`` is
    called in a thread as soon as the server answers, and has to return soon after the server ends; what it raises is
    said, and the server goes on. Raises ConfigurationError when the worker may not begin, and ReplyassistError when
    another process took its place.
    """
    app = create_app(built.settings, parts=built)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,  # its own handlers would write what nothing has scrubbed
        log_level="warning",
        timeout_graceful_shutdown=DRAIN_SECONDS,
        access_log=False,
    )
    server = uvicorn.Server(config)
    with (
        _ending_at_sigterm(server),
        _working(built, server) if with_worker else nullcontext(),
        _beside(server, beside) if beside else nullcontext(),
    ):
        gc.collect()
        gc.freeze()  # a look through all that was loaded took a quarter of a second, in one request of a hundred
        console.print(f"Serving on http://{host}:{port}  (API at /docs). Stop with Ctrl+C.", markup=False)
        server.run()


@contextmanager
def _ending_at_sigterm(server: uvicorn.Server) -> Iterator[None]:
    """Uvicorn raises the signal again when it has ended; the worker must then still have its time to end."""

    def end(*_: object) -> None:
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _working(built: Parts, server: uvicorn.Server) -> Iterator[None]:
    """A worker beside the server; when it may not begin or loses its place, the server ends too."""
    done = threading.Event()
    failures: list[ReplyassistError] = []
    runner = built.worker.runner()
    runner.begin(failures.append)
    load_ahead(built.worker.proposer)

    def watch() -> None:
        while not done.wait(WATCH_SECONDS):
            if runner.lost_place.is_set() or failures:
                server.should_exit = True
                return

    watcher = threading.Thread(target=watch, name="watch-worker", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        runner.stop()
    if failures:
        raise failures[0]
    if runner.lost_place.is_set():
        raise ReplyassistError(LOST_PLACE)


@contextmanager
def _beside(server: uvicorn.Server, task: Callable[[Ending], None]) -> Iterator[None]:
    def run() -> None:
        while not server.started:
            if server.should_exit:
                return
            time.sleep(START_POLL_SECONDS)
        try:
            task(lambda: server.should_exit)
        except ReplyassistError as error:
            console.print(f"error: {error.detail}", markup=False)
        except Exception:
            logger.exception("what was to be done beside the server failed; the server goes on")

    thread = threading.Thread(target=run, name="beside-server")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def telling_metrics(built: Parts) -> Iterator[None]:
    """A server for Prometheus alone, where the settings name a port; raise ConfigurationError where it is taken."""
    settings = built.settings
    if not settings.metrics_port:
        yield
        return
    try:
        told = Metrics(built.database, built.clock, ModelLimits.general(built.settings)).registry
        server, thread = start_http_server(settings.metrics_port, addr=settings.host, registry=told)
    except OSError as error:
        raise ConfigurationError(f"REPLYASSIST_METRICS_PORT: {settings.metrics_port} cannot be opened") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def work() -> None:
    """Background work: drafts and deliveries, until a signal comes."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with parts(serves=True) as built, telling_metrics(built), built.worker.runner() as runner:
        load_ahead(built.worker.proposer)
        console.print("Working. Stop with Ctrl+C.")
        while not stop.wait(WATCH_SECONDS):
            if runner.lost_place.is_set():
                raise ReplyassistError(LOST_PLACE)
