"""A worker in a process of its own, with a slow model that notes every question: ``HOME DATABASE_URL``."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

from replyassist.app import build_parts
from replyassist.core.llm import ModelCall
from replyassist.core.settings import Settings
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.world import DRAFT

HOME, DATABASE_URL = Path(sys.argv[1]), sys.argv[2]


def write(_call: ModelCall) -> list[str]:
    with (HOME / "asked").open("a", encoding="utf-8") as file:
        file.write("x")
    time.sleep(0.4)
    return [DRAFT]


settings = Settings(
    home=HOME,
    database_url=DATABASE_URL,
    abstain_threshold=0.4,
    job_poll_seconds=0.1,
    worker_dead_after_seconds=2,
    reconcile_after_seconds=600,
)
parts = build_parts(settings, model=FakeChatModel(write), encoder=FakeEncoder())
ends = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ends.set())
with parts.worker.runner():
    ends.wait(120)
parts.close()
