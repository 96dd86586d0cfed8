"""create_app(): the one place where adapters are built and the rooms are joined."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.middleware.sessions import SessionMiddleware

from replyassist import __version__
from replyassist.brands.endpoints import router as brands_router
from replyassist.core.batched_reading import BatchingReader
from replyassist.core.clock import Clock, SystemClock
from replyassist.core.database import Database
from replyassist.core.embedding import Encoder, SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.errors import ConfigurationError
from replyassist.core.http import install_error_handlers
from replyassist.core.jobs import DbosJobQueue, JobQueue, prepare_job_tables
from replyassist.core.limits import BodyLimit
from replyassist.core.llm import ChatModel, OpenAIChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.core.settings import Settings
from replyassist.core.shared_encoders import SharedEncoders
from replyassist.delivery.service import channels_from
from replyassist.drafting.profiles import profile_named
from replyassist.faq.endpoints import router as templates_router
from replyassist.intake.endpoints import router as messages_router
from replyassist.proposing import Proposer
from replyassist.retrieval.endpoints import router as search_router
from replyassist.retrieval.service import IndexRegistry
from replyassist.review.corrections.endpoints import router as corrections_router
from replyassist.review.endpoints import events_router
from replyassist.review.endpoints import router as reviews_router
from replyassist.suggestions import router as suggestions_router
from replyassist.triage import warm_up
from replyassist.web import install_console
from replyassist.worker import Worker

SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Parts:
    """Every adapter, built once for a process. ``close`` ends what must be ended (the embedded LLM's process)."""

    settings: Settings
    database: Database
    clock: Clock
    jobs: JobQueue
    registry: IndexRegistry
    proposer: Proposer
    worker: Worker
    closing: ExitStack

    def close(self) -> None:
        """Stop child processes and close connections."""
        self.closing.close()


def build_parts(
    settings: Settings,
    *,
    model: ChatModel | None = None,
    encoder: Encoder | None = None,
    clock: Clock | None = None,
    jobs: JobQueue | None = None,
    upgrade: bool = True,
) -> Parts:
    """Build the adapters that the settings ask for; what is given is used instead.

    Raises ConfigurationError when a setting is wrong. No model is loaded yet.
    """
    closing = ExitStack()
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url)
    closing.callback(database.dispose)
    if upgrade:
        upgrade_database(database)
    if jobs is None:
        queue = DbosJobQueue(database.url)
        closing.callback(queue.close)
        jobs = queue
    clock = clock or SystemClock()
    encoder_of = SharedEncoders(partial(_encoder, encoder))
    registry = IndexRegistry(settings, encoder_of)
    closing.callback(registry.close)
    proposer = Proposer(
        database=database,
        registry=registry,
        encoder=encoder_of(CHECKS.name),
        model=model or _chat_model(settings, closing),
        library=PromptLibrary(resource_folder("prompts")),
        settings=settings,
        clock=clock,
    )
    worker = Worker(
        database=database,
        proposer=proposer,
        jobs=jobs,
        connect=channels_from(settings, clock),
        clock=clock,
        settings=settings,
    )
    return Parts(settings, database, clock, jobs, registry, proposer, worker, closing)


def _encoder(given: Encoder | None, name: str) -> Encoder:
    return BatchingReader(given or SentenceTransformerEncoder(name))


def upgrade_database(database: Database) -> None:
    """Bring our tables and the engine's to their newest version."""
    prepare_job_tables(database.url)
    database.upgrade()


def create_app(settings: Settings | None = None, *, parts: Parts | None = None, with_worker: bool = False) -> FastAPI:
    """The API with the console; with ``with_worker`` the background work runs in the same process."""
    settings = settings or (parts.settings if parts else Settings())
    built = parts or build_parts(settings)
    app = FastAPI(
        title="replyassist",
        version=__version__,
        description="Drafts the reply that your community manager would have written, and a person decides.",
        lifespan=_lifespan(built, with_worker=with_worker, owns_parts=parts is None),
    )
    app.state.settings, app.state.database, app.state.clock = settings, built.database, built.clock
    app.state.jobs, app.state.registry, app.state.proposer = built.jobs, built.registry, built.proposer
    install_error_handlers(app)
    for router in (
        messages_router,
        reviews_router,
        corrections_router,
        events_router,
        suggestions_router,
        search_router,
        templates_router,
        brands_router,
    ):
        app.include_router(router)
    _add_operations(app, built)
    install_console(app)
    app.add_middleware(
        SessionMiddleware,
        secret_key=_secret_key(settings),
        session_cookie="replyassist_session",
        max_age=SESSION_SECONDS,
        same_site="lax",
        https_only=settings.secure_cookies,
    )
    app.add_middleware(BodyLimit, limit=settings.body_limit_bytes)
    return app


def _lifespan(
    parts: Parts, *, with_worker: bool, owns_parts: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().run_in_executor(None, warm_up)  # meanwhile pages can be asked for
        runner = parts.worker.runner() if with_worker else None
        if runner is not None:
            await run_in_threadpool(runner.start)
        try:
            yield
        finally:
            if runner is not None:
                await run_in_threadpool(runner.stop)
            if owns_parts:
                await run_in_threadpool(parts.close)

    return lifespan


def _add_operations(app: FastAPI, parts: Parts) -> None:
    @app.get("/healthz", tags=["operations"])
    def healthz() -> dict[str, str]:
        """Whether the process lives."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"])
    def readyz(response: Response) -> dict[str, str]:
        """Whether the database answers."""
        try:
            with parts.database.reading() as session:
                session.connection().execute(text("SELECT 1"))
        except Exception:
            response.status_code = 503
            return {"status": "the database does not answer"}
        return {"status": "ready"}

    @app.get("/metrics", tags=["operations"], include_in_schema=False)
    def metrics() -> Response:
        """Prometheus metrics."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _chat_model(settings: Settings, closing: ExitStack) -> ChatModel | None:
    if settings.llm_disabled:
        return None
    if settings.llm_profile:
        profile_named(settings.llm_profile)  # an unknown one is refused now, not with the first message
    if settings.llm_base_url:
        if not settings.llm_model:
            raise ConfigurationError("REPLYASSIST_LLM_MODEL names the model at REPLYASSIST_LLM_BASE_URL; it is empty")
        profile = settings.llm_profile or "chat"
        remote = OpenAIChatModel(
            base_url=settings.llm_base_url,
            api_key=settings.llm_api_key.get_secret_value(),
            model=settings.llm_model,
            profile=profile,
            timeout_seconds=settings.llm_timeout_seconds,
            retries=settings.llm_retries,
        )
        closing.callback(remote.close)
        return remote
    from replyassist.core.embedded_llm import PROFILE, EmbeddedChatModel, EmbeddedLanguageModel

    embedded = EmbeddedLanguageModel(
        settings.home,
        threads=settings.llm_threads,
        slots=settings.llm_candidates,
        model_path=Path(settings.llm_model_path).expanduser() if settings.llm_model_path else None,
    )
    closing.callback(embedded.stop)
    model = EmbeddedChatModel(
        embedded, profile=settings.llm_profile or PROFILE, timeout_seconds=settings.llm_timeout_seconds
    )
    closing.callback(model.close)
    return model


def _secret_key(settings: Settings) -> str:
    """The key that signs sessions: the setting, else one made once and kept in the home folder (mode 600)."""
    if given := settings.secret_key.get_secret_value():
        return given
    path = settings.home / "secret_key"
    if not path.exists():
        fresh = settings.home / f"secret_key.{secrets.token_hex(8)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        try:
            path.hardlink_to(fresh)  # fails when another process was first; then its key is used
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return Path(path).read_text(encoding="utf-8").strip()
