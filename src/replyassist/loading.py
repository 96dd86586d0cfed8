"""Loads models before the first draft needs them."""

from __future__ import annotations

import logging
import threading

from replyassist.core.errors import ReplyassistError
from replyassist.proposing import Proposer
from replyassist.triage import warm_up

logger = logging.getLogger(__name__)


def load_ahead(proposer: Proposer) -> None:
    """Begin to load, in the background, what the first draft needs; what fails is that draft's to report."""
    threading.Thread(target=_load_encoders, args=(proposer,), name="loading-encoders").start()
    threading.Thread(target=load_model, args=(proposer,), name="loading-model", daemon=True).start()


def load_model(proposer: Proposer) -> None:
    """Load the embedded models that answers need, processes of their own. What fails is logged."""
    try:
        proposer.warm_model()
    except ReplyassistError as error:
        logger.warning("a model could not be loaded ahead: %s", error)


def _load_encoders(proposer: Proposer) -> None:
    """One after the other: imports in several threads only take the interpreter from each other."""
    try:
        for encoder in (proposer.registry.encoder, proposer.encoder):
            encoder.encode(["warm"])
        warm_up()
    except Exception:
        logger.exception("the encoders could not be loaded ahead")
