"""How long one brand waits while another has trouble: receivers that hold on, and a storm of messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from replyassist.channels import Tested
from replyassist.channels.keeping import save
from replyassist.channels.webhook.send import new_secret
from replyassist.core.errors import QueueFull, ReplyassistError
from replyassist.inbox.models import Message, MessageStatus
from replyassist.inbox.schemas import MessageIn
from replyassist.intake.service import take_in
from replyassist.worker import Worker

from .intake import document
from .receivers import receivers
from .replies import WAIT_SECONDS, Left, approve_one, approver

TROUBLED = ("slow", "dripping", "silent")
POLL_SECONDS = 0.01
PAUSE_SECONDS = 0.2
STORM_CHUNK = 50
STORM_SECONDS = 60.0


def waits_for_receivers(
    worker: Worker, *, troubled: str, other: str, of_troubled: int, of_others: int, told: Callable[[], None]
) -> tuple[list[float], list[float]]:
    """Seconds from a decision of one brand to the arrival of its reply: on a quiet system, and while another brand has
    ``of_troubled`` for each of three receivers, which are slow, drip and are silent."""
    left, who = Left(), approver(worker)
    with receivers(left) as addresses:
        for name, url in addresses.items():
            connect(worker, other if name == "quick" else troubled, "*" if name == "quick" else name, url)

        def waits() -> list[float]:
            found = []
            for _ in range(of_others):
                key, at = approve_one(worker, who, other)
                left.wait_for(partial(left.at.__contains__, key))
                found.append(max(0.0, left.at[key] - at))
                told()
                time.sleep(PAUSE_SECONDS)
            return found

        with worker.runner():
            quiet = waits()
            for _ in range(of_troubled):
                for name in TROUBLED:
                    approve_one(worker, who, troubled, channel=name)
            return quiet, waits()


def connect(worker: Worker, brand: str, channel: str, url: str) -> None:
    """A webhook of a brand, without trying it."""
    given = {"url": url, "secret": new_secret()}
    with worker.database.writing() as session:
        save(
            session,
            worker.connections.vault,
            brand,
            channel,
            "webhook",
            given,
            tested=Tested(()),
            now=worker.clock.now(),
        )


def waits_in_storm(
    worker: Worker,
    *,
    troubled: str,
    other: str,
    of_troubled: int,
    of_others: int,
    told: Callable[[], None],
    refused: Callable[[int], None],
) -> tuple[list[float], list[float]]:
    """Seconds from taking a message of one brand in until it is in the queue: on a quiet system, and while
    ``of_troubled`` messages of another brand come in within a minute. ``refused`` is told how many of these the queue
    had no room for; one of the first brand that it refuses is raised as QueueFull."""

    def waits() -> list[float]:
        found = []
        for _ in range(of_others):
            started = time.perf_counter()
            message_id = take(worker, other, 1)
            until_queued(worker, message_id)
            found.append(time.perf_counter() - started)
            told()
            time.sleep(PAUSE_SECONDS)
        return found

    def storm() -> None:
        chunk, chunks = min(STORM_CHUNK, of_troubled), max(1, of_troubled // STORM_CHUNK)
        for _ in range(chunks):
            try:
                take(worker, troubled, chunk)
            except QueueFull:
                refused(chunk)
            if ended.wait(STORM_SECONDS / chunks):
                return

    ended = threading.Event()
    with worker.runner():
        until_queued(worker, take(worker, other, 1))  # loads what the first draft needs
        quiet = waits()
        thread = threading.Thread(target=storm)
        thread.start()
        try:
            time.sleep(PAUSE_SECONDS)
            busy = waits()
        finally:
            ended.set()
            thread.join()
    return quiet, busy


def take(worker: Worker, brand: str, messages: int) -> int:
    """Take so many messages in, in one transaction; the id of the last."""
    last = 0
    with worker.database.writing() as session:
        for _ in range(messages):
            incoming = MessageIn.model_validate(document(brand))
            now, limit = worker.clock.now(), worker.settings.queue_limit
            taken = take_in(session, incoming, jobs=worker.jobs, now=now, queue_limit=limit, group_seconds=0)
            last = taken.message.id
    return last


def until_queued(worker: Worker, message_id: int) -> None:
    """Wait until a message has its item; raise ReplyassistError when that takes too long."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with worker.database.reading() as session:
            if session.get_one(Message, message_id).status != MessageStatus.RECEIVED:
                return
        time.sleep(POLL_SECONDS)
    raise ReplyassistError("a message did not reach the queue")
