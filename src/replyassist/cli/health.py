"""The doctor's checks: each says what it looked at, whether it is well, and what to do when not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import make_url

from replyassist.app import build_parts
from replyassist.brands.repository import list_brands
from replyassist.core.database import Database
from replyassist.core.errors import ConfigurationError, ReplyassistError
from replyassist.core.jobs import Heartbeats
from replyassist.core.llm import ChatMessage
from replyassist.core.resources import resource_folder
from replyassist.core.settings import Settings
from replyassist.faq.service import active_templates
from replyassist.web.pages import STATIC

from .encoder_checks import encoder_in_use, other_encoders
from .entailment_check import entailment_model
from .people_checks import mail_server, sign_in_provider
from .reranker_check import reranker


@dataclass(frozen=True)
class HealthCheck:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def run_checks(settings: Settings) -> list[HealthCheck]:
    """Look at everything; a failing check never stops the others."""
    looks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("files of the program", _resources),
        ("console assets", _assets),
        ("database", _database),
        ("worker", _worker),
        ("encoder in use", encoder_in_use),
        ("other encoders", other_encoders),
        ("language model", _model),
        ("entailment model", entailment_model),
        ("reranker", reranker),
        ("sign-in provider", sign_in_provider),
        ("e-mail", mail_server),
    )
    return [_look(name, look, settings) for name, look in looks]


def _look(name: str, look: Callable[[Settings], str], settings: Settings) -> HealthCheck:
    try:
        return HealthCheck(name, ok=True, detail=look(settings))
    except ReplyassistError as error:
        return HealthCheck(name, ok=False, detail=error.detail)
    except Exception as error:
        return HealthCheck(name, ok=False, detail=f"{type(error).__name__}: {error}")


def _resources(_settings: Settings) -> str:
    return ", ".join(name for name in ("prompts", "faq", "examples") if resource_folder(name))


def _assets(_settings: Settings) -> str:
    vendor = STATIC / "vendor"
    if not any(vendor.glob("*.js")):
        raise ConfigurationError("the console's scripts are missing; run 'make setup'")
    return ", ".join(sorted(path.name for path in vendor.glob("*.js")))


def _database(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url, pooled=False)
    database.ping()
    with database.reading() as session:
        address = make_url(database.url).render_as_string(hide_password=True)
        try:
            brands = [f"{brand.id} ({len(active_templates(session, brand.id))})" for brand in list_brands(session)]
        except Exception as error:
            raise ConfigurationError(f"{address} answers, but has no tables: run 'replyassist db upgrade'") from error
    return f"{address}; templates: {', '.join(brands) or 'no brands yet'}"


def _worker(settings: Settings) -> str:
    database = Database(settings.resolved_database_url, pooled=False)
    alive = Heartbeats(database, "doctor", dead_after_seconds=settings.worker_dead_after_seconds).alive()
    return f"{len(alive)} running" if alive else "none is running now; 'serve --with-worker' or 'worker' starts one"


def _model(settings: Settings) -> str:
    parts = build_parts(settings, upgrade=False)
    try:
        model = parts.proposer.model
        if model is None:
            return "switched off: drafts come from templates"
        answer = model.generate([ChatMessage("user", "Say hello.")], candidates=1, max_tokens=8)
        file = "" if settings.llm_base_url else settings.llm_model_path
        return f"{model.name} ({model.profile}){file and f' from {file}'} answered in {answer.seconds:.1f} s"
    finally:
        parts.close()
