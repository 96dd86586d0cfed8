"""Logs and metrics: what operators watch. Nothing here ever holds a person's text."""

from __future__ import annotations

import logging
import sys

import structlog
from prometheus_client import Counter, Histogram

MESSAGES = Counter("replyassist_messages_total", "Messages taken in", ["outcome"])
PROPOSALS = Counter("replyassist_proposals_total", "Proposals made", ["route", "verdict", "drafted_by"])
STAGE_SECONDS = Histogram(
    "replyassist_stage_seconds",
    "Seconds that a stage of a proposal took",
    ["stage"],
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60),
)
DELIVERIES = Counter("replyassist_deliveries_total", "Delivery attempts by outcome", ["outcome"])


def configure_logging(level: str) -> None:
    """Send every log line to stderr, one line each, with time and level; quiet the libraries' chatter."""
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
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
        ],
        foreign_pre_chain=processors,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("httpx2", "httpcore2", "openai", "sentence_transformers", "alembic", "uvicorn.access"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
