"""Takes messages from a JSON Lines file, and waits until each of them is in the queue."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from replyassist.app import Parts
from replyassist.brands.service import get_brand
from replyassist.core.digests import text_digest
from replyassist.core.errors import DatabaseBusy, InvalidInput, QueueFull, ReplyassistError
from replyassist.core.jobs import Heartbeats
from replyassist.core.patience import is_away
from replyassist.inbox.repository import count_no_longer_received
from replyassist.inbox.schemas import MessageIn
from replyassist.intake.service import take_in

from .common import console, progress
from .progress import drafting

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_PROBLEMS = 20
MESSAGES_PER_TRANSACTION = 50
LOOKUP_CHUNK = 500
POLL_SECONDS = 0.3
FULL_QUEUE_PAUSE_SECONDS = 2.0
STALLED_AFTER_SECONDS = 300.0


@dataclass(frozen=True)
class IntakeFile:
    """The messages of a file, and one line for each line of it that is none."""

    messages: list[MessageIn]
    problems: list[str]


def read_messages(path: Path, *, brand: str | None) -> IntakeFile:
    """Read and validate every line before any is taken in.

    Each line is a message in the contract's format. Of a line that gives less, ``text`` alone is needed: the brand
    comes from ``--brand`` and the rest is filled in. Raises InvalidInput when no line is a message.
    """
    if not path.is_file():
        raise InvalidInput("there is no such file", file=str(path))
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InvalidInput(f"larger than {MAX_FILE_BYTES // 1024**2} MiB; split it", file=str(path))
    messages: list[MessageIn] = []
    problems: list[str] = []
    seen: Counter[str] = Counter()
    for number, line in _lines(path):
        try:
            messages.append(_message(line, number, brand=brand, path=path, seen=seen))
        except InvalidInput as error:
            problems.append(error.detail)
    if problems and not messages:
        raise InvalidInput("\n".join([*shown_problems(problems), "nothing was taken in"]))
    if not messages:
        raise InvalidInput("holds no messages", file=str(path))
    return IntakeFile(messages, problems)


def shown_problems(problems: Sequence[str]) -> list[str]:
    """The first problems, and how many there are beyond."""
    rest = len(problems) - MAX_PROBLEMS
    return [*problems[:MAX_PROBLEMS], *([f"and {rest} more lines"] if rest > 0 else [])]


def take_all(parts: Parts, messages: Sequence[MessageIn]) -> list[int]:
    """Store every message, in order; ids of the stored rows. When the queue is full, wait until it has room.

    Raises NotFound for an unknown brand before any is stored.
    """
    with parts.database.reading() as session:
        for brand_id in {message.brand for message in messages}:
            get_brand(session, brand_id)
    ids: list[int] = []
    with progress() as bar:
        task = bar.add_task("Taking in", total=len(messages))
        most_of_brand = (parts.settings.queue_limit + 1) // 2
        size = min(MESSAGES_PER_TRANSACTION, most_of_brand)  # a larger chunk would never have room
        for start in range(0, len(messages), size):
            chunk = messages[start : start + size]
            ids += _take_when_there_is_room(parts, chunk)
            bar.update(task, completed=len(ids))
    return ids


def wait_until_queued(
    parts: Parts,
    message_ids: Sequence[int],
    *,
    ends: Callable[[], bool] = lambda: False,
    preview: Callable[[], str] = lambda: "",
) -> bool:
    """Wait until no message waits for its draft; whether that is so, and not ``ends`` came first.

    Progress goes to the terminal: a bar, or without a terminal a line every few seconds, with a ``preview`` of what
    was drafted last. Raises ReplyassistError when nothing has moved for five minutes.
    """
    done, last_move = 0, time.monotonic()
    with drafting(len(message_ids), preview=preview) as show:
        while not ends():
            now_done = _count_queued(parts, message_ids)
            if now_done != done:
                done, last_move = now_done, time.monotonic()
            elif time.monotonic() - last_move > STALLED_AFTER_SECONDS:
                left = len(message_ids) - done
                raise ReplyassistError(f"{left} messages wait, and nothing has moved for 5 minutes; see the log")
            show(done)
            if done == len(message_ids):
                return True
            time.sleep(POLL_SECONDS)
    return False


@contextmanager
def a_worker(parts: Parts) -> Iterator[None]:
    """A worker for as long as this lasts: one that already runs elsewhere, else one in this process."""
    heartbeats = Heartbeats(parts.database, "cli", dead_after_seconds=parts.settings.worker_dead_after_seconds)
    if heartbeats.alive():
        console.print("A worker is already running; it does the drafting.")
        yield
        return
    with parts.worker.runner():
        yield


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8-sig") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
        except UnicodeDecodeError as error:
            raise InvalidInput(f"not UTF-8: {error.reason}", file=str(path)) from error


def _message(line: str, number: int, *, brand: str | None, path: Path, seen: Counter[str]) -> MessageIn:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"not JSON: {error}", file=str(path), line=number) from error
    if not isinstance(given, dict):
        raise InvalidInput("expected one JSON object a line", file=str(path), line=number)
    if brand is not None and given.get("brand", brand) != brand:
        raise InvalidInput(f"is '{given['brand']}', not '{brand}'", file=str(path), line=number, field="brand")
    try:
        return MessageIn.model_validate(_filled_in(given, brand, seen))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(first["msg"], file=str(path), line=number, field=place) from error


def _filled_in(given: dict[str, Any], brand: str | None, seen: Counter[str]) -> dict[str, Any]:
    """The line with what it leaves out. Its key is made from its content, so that other lines may come and go; the
    same line again in one file is another message, and counted."""
    digest = text_digest(json.dumps({"brand": brand} | given, sort_keys=True))[:16]
    seen[digest] += 1
    key = f"line-{digest}-{seen[digest]}"
    defaults: dict[str, Any] = {
        "channel": "import",
        "external_id": key,
        "author": {"external_id": "unknown"},
        "conversation": {"external_id": key},
        "posted_at": datetime.now(UTC).isoformat(),
    }
    if brand is not None:
        defaults["brand"] = brand
    return defaults | given


def _take_when_there_is_room(parts: Parts, chunk: Sequence[MessageIn]) -> list[int]:
    deadline = time.monotonic() + STALLED_AFTER_SECONDS
    while True:
        try:
            with parts.database.writing() as session:
                return [
                    take_in(
                        session,
                        message,
                        jobs=parts.jobs,
                        now=parts.clock.now(),
                        queue_limit=parts.settings.queue_limit,
                        group_seconds=parts.settings.group_seconds,
                    ).message.id
                    for message in chunk
                ]
        except IntegrityError:
            if time.monotonic() > deadline:
                raise
            continue  # somebody else stored one of these authors, conversations or messages: it is there now
        except DatabaseBusy as error:
            if is_away(error.__cause__) or time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        except QueueFull:
            if time.monotonic() > deadline:
                raise
            time.sleep(FULL_QUEUE_PAUSE_SECONDS)


def _count_queued(parts: Parts, message_ids: Sequence[int]) -> int:
    count = 0
    with parts.database.reading() as session:
        for start in range(0, len(message_ids), LOOKUP_CHUNK):
            chunk = message_ids[start : start + LOOKUP_CHUNK]
            count += count_no_longer_received(session, chunk)
    return count
