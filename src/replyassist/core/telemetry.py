"""Logs and metrics: what operators watch. Nothing here ever holds a person's text."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

import structlog
from prometheus_client import Counter, Histogram

MESSAGES = Counter("replyassist_messages_total", "Messages taken in", ["outcome"])
HOOKS_REFUSED = Counter("replyassist_hooks_refused_total", "Webhooks that their platform did not sign", ["platform"])
PROPOSALS = Counter("replyassist_proposals_total", "Proposals made", ["route", "verdict", "drafted_by"])
STAGE_SECONDS = Histogram(
    "replyassist_stage_seconds",
    "Seconds that a stage of a proposal took",
    ["stage"],
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60),
)
DELIVERIES = Counter("replyassist_deliveries_total", "Delivery attempts by outcome", ["platform", "outcome"])
SEND_COST = Counter("replyassist_send_cost_usd_total", "US dollars that platforms charge for sending", ["platform"])
MODEL_TOKENS = Counter("replyassist_model_tokens_total", "Tokens read and written by the language model", ["kind"])
MODEL_CALLS = Counter("replyassist_model_calls_total", "Calls of the language model for drafts", ["outcome"])
MODEL_COST = Counter(
    "replyassist_model_cost_usd_total", "US dollars that calls of the language model cost, at the prices set", ["brand"]
)
MODEL_SECONDS = Histogram(
    "replyassist_model_seconds",
    "Seconds that the language model took for one answered call, waiting for a place left out",
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60),
)
WAIT_SECONDS = Histogram(
    "replyassist_wait_seconds",
    "Seconds that a message waited for its draft, for a person's decision, and for being sent",
    ["stage"],
    buckets=(1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600),
)
CIRCUITS_OPENED = Counter(
    "replyassist_circuits_opened_total", "How often an account that did not answer was left alone", ["platform"]
)


_OWN_FIELDS = frozenset({"timestamp", "level", "logger"})  # what no person writes


def configure_logging(level: str, *, scrub: Callable[[str], str]) -> None:
    """Send every log line to stderr, one line each, with time and level; quiet the libraries' chatter.

    ``scrub`` takes personal data out of each text of a line, tracebacks included.
    """
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            scrubbing(scrub),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
        ],
        foreign_pre_chain=processors,
    )
    handler = _QuietHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("httpx2", "httpcore2", "openai", "sentence_transformers", "alembic", "uvicorn.access"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class _QuietHandler(logging.StreamHandler[TextIO]):
    """The standard handler prints a record that it cannot write, with all that it holds; this one names its place."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        with suppress(OSError, ValueError):
            self.stream.write(f"a log line of {record.name}, line {record.lineno}, could not be written\n")


def scrubbing(scrub: Callable[[str], str]) -> structlog.typing.Processor:
    """A log processor that lets no text out unscrubbed; a value that cannot be scrubbed is withheld."""

    def processor(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {name: value if name in _OWN_FIELDS else _scrubbed(value, scrub) for name, value in event.items()}

    return processor


def _scrubbed(value: Any, scrub: Callable[[str], str]) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    try:
        return scrub(value if isinstance(value, str) else repr(value))
    except Exception:  # the handler would print the whole record, with what it holds
        return "[withheld]"
