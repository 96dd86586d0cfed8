"""create_app(): the one place where adapters are built and the rooms are joined."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from fastapi import Depends, FastAPI, Response
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware

from replyassist import __version__
from replyassist.assistants.transports import AssistantEndpoint
from replyassist.backlog import Metrics
from replyassist.brands.endpoints import router as brands_router
from replyassist.brands.model_use import ModelLimits
from replyassist.cards.endpoints import router as cards_router
from replyassist.channels.connections import Connections
from replyassist.channels.endpoints import router as connections_router
from replyassist.chat_models import chat_model, reranker_of, spare_model
from replyassist.core.accounts.endpoints import router as tokens_router
from replyassist.core.accounts.sessions import IDLE
from replyassist.core.batched_reading import BatchingReader
from replyassist.core.clock import Clock, SystemClock
from replyassist.core.database import Database
from replyassist.core.embedding import Encoder, SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.entailment import CrossEncoderEntailment, Entailment
from replyassist.core.http import install_error_handlers, require_text
from replyassist.core.jobs import DbosJobQueue, JobQueue, prepare_job_tables
from replyassist.core.limits import BodyLimit
from replyassist.core.llm import ChatModel
from replyassist.core.mail import SmtpMailer
from replyassist.core.patience import Patience
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.core.restoring import require_no_restore
from replyassist.core.secret_key import secret_key
from replyassist.core.settings import Settings
from replyassist.core.shared_encoders import SharedEncoders
from replyassist.core.tracing import TracedRequests, configure_tracing
from replyassist.delivery.endpoints import router as sending_router
from replyassist.delivery.outlook import window_end
from replyassist.delivery.service import channels_from
from replyassist.faq.endpoints import router as templates_router
from replyassist.intake.endpoints import router as messages_router
from replyassist.intake.hooks import router as hooks_router
from replyassist.proposing import Proposer
from replyassist.retrieval.endpoints import router as search_router
from replyassist.retrieval.service import IndexRegistry
from replyassist.review.corrections.endpoints import router as corrections_router
from replyassist.review.endpoints import events_router
from replyassist.review.endpoints import router as reviews_router
from replyassist.review.policies.endpoints import item_router as item_policy_router
from replyassist.review.policies.endpoints import router as policies_router
from replyassist.review.pulse import QueueBroadcast
from replyassist.review.teamwork.endpoints import router as teamwork_router
from replyassist.suggestions import router as suggestions_router
from replyassist.triage import warm_up
from replyassist.web import install_console
from replyassist.web.oidc import oidc_provider
from replyassist.worker import Worker

logger = logging.getLogger(__name__)
COMPRESSED_FROM_BYTES = 1000  # Starlette leaves streams of events as they are


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
    connections: Connections
    closing: ExitStack

    def close(self) -> None:
        """Stop child processes and close connections."""
        self.closing.close()


def build_parts(
    settings: Settings,
    *,
    model: ChatModel | None = None,
    encoder: Encoder | None = None,
    entailment: Entailment | None = None,
    clock: Clock | None = None,
    jobs: JobQueue | None = None,
    upgrade: bool = True,
    patience: Patience | None = None,
) -> Parts:
    """Build the adapters that the settings ask for; what is given is used instead.

    ``patience`` with the database; None: that of a service (``worker_dead_after_seconds``).
    Raises ConfigurationError when a setting is wrong. No model is loaded yet.
    """
    closing = ExitStack()
    settings.home.mkdir(parents=True, exist_ok=True)
    closing.callback(configure_tracing(secret_key(settings), version=__version__))
    patience = patience or Patience.of(settings.worker_dead_after_seconds)
    database = Database(settings.resolved_database_url, patience)
    closing.callback(database.dispose)
    require_no_restore(database)
    if upgrade:
        upgrade_database(database)
    if jobs is None:
        queue = DbosJobQueue(database.url, patience)
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
        model=model or chat_model(settings, closing),
        library=PromptLibrary(resource_folder("prompts")),
        settings=settings,
        clock=clock,
        entailment=entailment or entailment_of(settings),
        spare=spare_model(settings, closing),
        reranker=reranker_of(settings, closing),
    )
    connections = Connections.of(database, settings, clock)
    if upgrade:
        connections.seal_what_is_open()
        connections.note_options()
    worker = Worker(
        database=database,
        proposer=proposer,
        jobs=jobs,
        connect=channels_from(connections, seconds=settings.delivery_deadline_seconds),
        connections=connections,
        clock=clock,
        settings=settings,
    )
    return Parts(settings, database, clock, jobs, registry, proposer, worker, connections, closing)


def _encoder(given: Encoder | None, name: str) -> Encoder:
    return BatchingReader(given or SentenceTransformerEncoder(name))


def entailment_of(settings: Settings) -> Entailment | None:
    """The model that the settings name, None without one; raise ConfigurationError where it is one of another kind."""
    if not settings.entailment_model:
        return None
    languages = frozenset(code.strip().casefold() for code in settings.entailment_languages.split(","))
    return CrossEncoderEntailment(settings.entailment_model, languages=languages - {""})


def upgrade_database(database: Database) -> None:
    """Bring our tables and the engine's to their newest version."""
    prepare_job_tables(database.url)
    database.upgrade()


def create_app(settings: Settings | None = None, *, parts: Parts | None = None, with_worker: bool = False) -> FastAPI:
    """The API with the console; with ``with_worker`` the background work runs in the same process."""
    settings = settings or (parts.settings if parts else Settings())
    built = parts or build_parts(settings)
    assistants = AssistantEndpoint(built.proposer) if settings.mcp else None
    app = FastAPI(
        title="replyassist",
        version=__version__,
        description="Drafts the reply that your community manager would have written, and a person decides.",
        dependencies=[Depends(require_text)],
        lifespan=_lifespan(built, assistants, with_worker=with_worker, owns_parts=parts is None),
    )
    app.state.settings, app.state.database, app.state.clock = settings, built.database, built.clock
    app.state.jobs, app.state.registry, app.state.proposer = built.jobs, built.registry, built.proposer
    app.state.connections, app.state.window_end = built.connections, window_end
    app.state.pulse = QueueBroadcast(built.database)
    app.state.mailer, app.state.oidc = mailer_of(settings), oidc_provider(settings)
    install_error_handlers(app)
    for router in (
        messages_router,
        hooks_router,
        cards_router,
        reviews_router,
        corrections_router,
        teamwork_router,
        events_router,
        suggestions_router,
        search_router,
        templates_router,
        brands_router,
        connections_router,
        sending_router,
        policies_router,
        item_policy_router,
        tokens_router,
    ):
        app.include_router(router)
    _add_operations(app, built)
    if assistants is not None:
        app.router.routes.append(assistants.route)
    install_console(app)
    app.add_middleware(
        SessionMiddleware,
        secret_key=secret_key(settings),
        session_cookie="replyassist_session",
        max_age=int(IDLE.total_seconds()),
        same_site="lax",
        https_only=settings.secure_cookies,
    )
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM_BYTES, compresslevel=6)
    app.add_middleware(BodyLimit, limit=settings.body_limit_bytes)
    app.add_middleware(TracedRequests)
    return app


def _lifespan(
    parts: Parts, assistants: AssistantEndpoint | None, *, with_worker: bool, owns_parts: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().run_in_executor(None, warm_up)  # meanwhile pages can be asked for
        runner = parts.worker.runner() if with_worker else None
        if runner is not None:
            runner.begin(lambda error: logger.critical("the background work could not begin: %s", error))
        try:
            async with assistants.running() if assistants is not None else nullcontext():
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
            parts.database.ping()
        except Exception:
            response.status_code = 503
            return {"status": "the database does not answer"}
        return {"status": "ready"}

    told = Metrics(parts.database, parts.clock, ModelLimits.general(parts.settings))

    @app.get("/metrics", tags=["operations"], include_in_schema=False)
    def metrics() -> Response:
        """Prometheus metrics."""
        return Response(told.text(), media_type=told.content_type)


def mailer_of(settings: Settings) -> SmtpMailer | None:
    """What sends e-mail, None where no server is set; raise ConfigurationError for a wrong setting."""
    url = settings.smtp_url.get_secret_value()
    return SmtpMailer(url, sender=settings.mail_from) if url else None
