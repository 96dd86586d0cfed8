"""``replyassist bench …``: each benchmark beside its reference in the same run."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from rich.table import Table

from replyassist.app import Parts, build_parts, create_app
from replyassist.benchmarks import bitext, pipeline
from replyassist.brands.service import ensure_brand
from replyassist.core.accounts import SERVICE, add_user, create_token
from replyassist.core.embedded_llm import EmbeddedChatModel
from replyassist.core.errors import ConfigurationError, ReplyassistError
from replyassist.core.llm import ChatModel
from replyassist.core.resources import resource_folder
from replyassist.core.security import Role
from replyassist.core.settings import Settings
from replyassist.faq.files import read_templates
from replyassist.faq.service import import_templates
from replyassist.inbox.schemas import MessageIn
from replyassist.review.repository import QueueFilter, list_items
from replyassist.review.views import summary as row_of
from replyassist.worker import Worker

from .common import output, print_json, progress, settings
from .demo import load_samples
from .intake import take_all, wait_until_queued
from .summary import summarise

app = typer.Typer(no_args_is_help=True)
START_SECONDS = 120.0
FULL_MESSAGES, QUICK_MESSAGES = 60, 6
QUICK_UTTERANCES = 12
DEFAULT_DATA = "../shared/data"


@app.callback()
def _group() -> None:
    """Benchmarks."""


@app.command("pipeline")
def bench_pipeline(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Messages per second through the API, beside the same requests sent straight to the language model."""
    with _scratch_parts() as (built, recorder):
        load_samples(built)
        with _server(built) as url, progress() as bar:
            tasks: dict[str, Any] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=total)
                bar.update(tasks[what], completed=done)

            llm_url, llm_key = _llm_address(built.settings, recorder.inner)
            result = pipeline.measure(
                pipeline.Target(
                    api_url=url,
                    token=_service_token(built),
                    llm_url=llm_url,
                    llm_key=llm_key,
                    llm_model=recorder.name,
                ),
                pipeline.draftable(
                    resource_folder("examples") / "messages.jsonl", count=QUICK_MESSAGES if quick else FULL_MESSAGES
                ),
                recorder,
                progress=show,
            )
    _print(result, as_json=json)


@app.command("bitext")
def bench_bitext(
    quick: Annotated[bool, typer.Option("--quick", help="The short form that the tests run.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """27 templates and 300 messages that no one here wrote, the whole way into the queue."""
    folder = Path(os.environ.get("REPLYASSIST_BENCH_DATA", DEFAULT_DATA))
    utterances = bitext.read_utterances(folder)[: QUICK_UTTERANCES if quick else None]
    templates = read_templates(folder / bitext.TEMPLATES, column_map=bitext.COLUMN_MAP).templates
    brand = "bitext"
    with _scratch_parts() as (built, _recorder):
        with built.database.writing() as session:
            ensure_brand(session, brand, now=built.clock.now())
            import_templates(session, brand, templates, now=built.clock.now())
        messages = [_message(brand, number, text) for number, (text, _) in enumerate(utterances)]
        intents = {f"utterance-{number}": intent for number, (_, intent) in enumerate(utterances)}
        started = time.perf_counter()
        with built.worker.runner():
            ids = take_all(built, messages)
            wait_until_queued(built, ids)
        seconds = time.perf_counter() - started
        with built.database.reading() as session:
            items = list_items(session, QueueFilter(brands=frozenset({brand})), after=None, limit=len(ids))
            rows = [row_of(session, item).model_dump(mode="json") for item in items]
            spent = summarise(session, ids)["seconds_per_draft_p50"]
    result = bitext.score(rows, intents) | {"seconds_per_draft_p50": spent, "seconds_whole": round(seconds, 1)}
    _print(result, as_json=json)


@contextmanager
def _scratch_parts() -> Iterator[tuple[Parts, pipeline.RecordingModel]]:
    """Parts on a fresh database in a scratch folder, with the configured model under a recorder."""
    configured = settings()
    with tempfile.TemporaryDirectory(prefix="replyassist-bench-") as folder:
        scratch = Settings(**(configured.model_dump() | {"home": Path(folder), "database_url": ""}))
        models = configured.home / "models"
        if models.is_dir():
            (Path(folder) / "models").symlink_to(models.absolute())
        built = build_parts(scratch)
        if built.proposer.model is None:
            built.close()
            raise ConfigurationError("the benchmark needs a language model; unset REPLYASSIST_LLM_DISABLED")
        recorder = pipeline.RecordingModel(built.proposer.model)
        proposer = replace(built.proposer, model=recorder)
        worker: Worker = replace(built.worker, proposer=proposer)
        try:
            yield replace(built, proposer=proposer, worker=worker), recorder
        finally:
            built.close()


@contextmanager
def _server(built: Parts) -> Iterator[str]:
    """The real server with its worker, on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(parts=built, with_worker=True), log_level="warning", access_log=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise ReplyassistError("the server did not start")
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=60)


def _llm_address(configured: Settings, model: ChatModel) -> tuple[str, str]:
    """Base URL and key of the endpoint that the model uses."""
    if isinstance(model, EmbeddedChatModel):
        return model.server.start(), model.server.api_key
    return configured.llm_base_url, configured.llm_api_key.get_secret_value()


def _service_token(built: Parts) -> str:
    now = built.clock.now()
    with built.database.writing() as session:
        add_user(
            session,
            "bench@bench.example",
            name="bench",
            role=Role.ADMIN,
            brands=[],
            password=None,
            now=now,
            kind=SERVICE,
        )
        return create_token(session, "bench@bench.example", name="bench", now=now)


def _message(brand: str, number: int, text: str) -> MessageIn:
    return MessageIn.model_validate(
        {
            "brand": brand,
            "channel": "import",
            "external_id": f"utterance-{number}",
            "text": text,
            "author": {"external_id": "unknown"},
            "conversation": {"external_id": f"utterance-{number}"},
            "posted_at": "2026-11-22T00:00:00Z",
        }
    )


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    table = Table()
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, value in result.items():
        table.add_row(name, str(value))
    output.print(table)
