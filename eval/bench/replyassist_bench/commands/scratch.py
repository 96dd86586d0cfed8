"""A whole product in a scratch folder, for the benchmarks that run through it."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn

from replyassist.app import Parts, build_parts, create_app
from replyassist.cli.common import settings
from replyassist.core.accounts import SERVICE, add_user, create_token
from replyassist.core.embedded_llm import EmbeddedChatModel
from replyassist.core.errors import ConfigurationError, ReplyassistError
from replyassist.core.llm import ChatModel
from replyassist.core.security import Role
from replyassist.core.settings import Settings
from replyassist.worker import Worker
from replyassist_bench import pipeline

START_SECONDS = 120.0


@contextmanager
def scratch_parts() -> Iterator[tuple[Parts, pipeline.RecordingModel]]:
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
def serving(built: Parts) -> Iterator[str]:
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


def llm_address(configured: Settings, model: ChatModel) -> tuple[str, str]:
    """Base URL and key of the endpoint that the model uses."""
    if isinstance(model, EmbeddedChatModel):
        return model.server.start(), model.server.api_key
    return configured.llm_base_url, configured.llm_api_key.get_secret_value()


def service_token(built: Parts) -> str:
    """A token that may post messages for every brand."""
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
