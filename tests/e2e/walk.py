"""A comment's whole way: written at a platform, drafted, edited and approved in Chromium, answered in its thread.

The way is walked once undisturbed, which lists its steps; then once for each step, with SIGKILL just before it, and a
supervisor that starts the server anew. However it goes, the answer stands there once.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page

from tests.browser import open_page

from .installation import BRAND, NAME, Installation, wait
from .starter import Starter
from .steps import Steps

QUICK = {
    "llm_disabled": "true",
    "group_seconds": "0",
    "worker_dead_after_seconds": "8",
    "reconcile_after_seconds": "3",
}
"""Templates alone draft, and a worker that died is missed after seconds; the defaults wait a minute. Were it four
seconds, one that waits for a busy processor would count as dead."""
WAY_SECONDS, SEEN_SECONDS, DECIDED_SECONDS = 1800.0, 0.2, 30.0
PAGE_MS = 60_000
OPEN, UNSURE = ("pending", "claimed"), ("uncertain", "failed")
READING = ("keep connection", "keep workflow", "com.atproto.repo.listRecords", "app.bsky.notification.", "IMAP")
"""What repeated readings begin with: how many of them a walk has is left to time."""
QUESTION = "Do you ship to Norway?"


class Far(ABC):
    """A platform as people there see it."""

    channel: str
    unsure: tuple[str, str] | None = None
    """Before the steps from this one to that one, nobody can know whether the answer left: a person has to look."""

    @abstractmethod
    def write(self, text: str) -> str:
        """Tom writes to us; the message's id for us, as soon as it can be read there."""

    @abstractmethod
    def answers(self, message_id: str) -> list[str]:
        """The texts of our answers that stand under it."""


@dataclass(frozen=True)
class Walked:
    """What became of one comment. ``steps``: of the server, in order. ``restarts``: how often it was started anew."""

    steps: list[str]
    restarts: int
    status: str
    answers: list[str]
    text: str
    was_unsure: bool
    seconds: float


@dataclass
class Walk:
    """``say`` prints a line for what was seen."""

    installation: Installation
    far: Far
    page: Page
    steps: Steps
    say: Callable[[str], None] = lambda _: None

    def go_undisturbed(self) -> Walked:
        """Walk once without a kill; says each step."""
        walked = self.go()
        assert (walked.status, walked.answers, walked.restarts) == ("sent", [walked.text], 0)
        for number, step in enumerate(walked.steps, 1):
            self.say(f"step {number}: {step}")
        return walked

    def go(self, kills_before: str = "") -> Walked:
        """Walk once; every wait starts the server anew where it died."""
        began, self.restarts, was_unsure = time.monotonic(), 0, False
        message_id = self.far.write(QUESTION)
        self.say(f"Tom wrote at {self.far.channel}: {QUESTION!r} ({message_id})")
        self.steps.begin(kills_before)
        self._until(lambda: self._taken(message_id), "the message", reads=True)
        item, draft = self._until(lambda: self._item(message_id), "the draft")
        self.say(f"item {item} is in the queue with the draft {draft!r}")
        text = f"{draft} See you soon!"
        while (status := self._status(item)) != "sent":
            assert time.monotonic() - began < WAY_SECONDS, f"after {kills_before!r} the item is {status}"
            if status in OPEN:
                self._approve(item, text)
            elif status in UNSURE:
                was_unsure = True
                if self.far.answers(message_id):
                    break  # the person looked, and it is there
                self._put_back(item)
            self._look_after()
        self.say(f"it was edited and approved by {NAME} in Chromium, and is {status!r}")
        if status == "sent":
            self._until(lambda: self._echoes(item), "our own answer, read back", reads=True)
        answers = self.far.answers(message_id)
        self.say(f"under the message stand {len(answers)} answer(s) of ours: {answers!r}")
        seconds = time.monotonic() - began
        return Walked(self.steps.end(), self.restarts, status, answers, text, was_unsure, seconds)

    def connect(self, **credentials: str) -> None:
        """Connect our account, as one does at the command line."""
        given = (part for name, value in credentials.items() for part in ("--set", f"{name}={value}"))
        self.installation.run("brand", "connect", BRAND, "--platform", self.far.channel, *given)

    def _until(self, found: Callable[[], Any], what: str, *, reads: bool = False) -> Any:
        def ready() -> Any:
            self._look_after()
            answer = found()
            if reads and not answer:
                self._read_now()
            return answer

        return wait(ready, WAY_SECONDS, what)

    def _look_after(self) -> None:
        self.restarts += self.installation.keep_up()
        time.sleep(SEEN_SECONDS)

    def _approve(self, item: int, text: str) -> None:
        """As a person does who sees an error page, and looks again."""

        def decide(page: Page) -> None:
            page.locator("#text").fill(text)
            page.locator("#text").press("Escape")
            page.get_by_role("button", name=re.compile("^Approve")).click()

        self._at(item, decide)
        deadline = time.monotonic() + DECIDED_SECONDS
        while self._status(item) in OPEN and time.monotonic() < deadline and not self.installation.has_ended:
            time.sleep(SEEN_SECONDS)

    def _put_back(self, item: int) -> None:
        self._at(item, lambda page: page.get_by_role("button", name=re.compile("^Put it back")).click())

    def _at(self, item: int, act: Callable[[Page], None]) -> None:
        seen = self._status(item)
        try:
            self.page.goto(f"{self.installation.url}/queue/{item}")
            act(self.page)
        except BrowserError as error:  # the server died meanwhile, or found out by itself; else the page does not work
            self.say(f"the page of the item that is {seen} did not do it: {error.message.splitlines()[0]}")
            wait(lambda: self.installation.has_ended or self._status(item) != seen, DECIDED_SECONDS, "the reason")

    def _read_now(self) -> None:
        """The minute between two readings has passed."""
        self._ask("UPDATE connection SET next_pull_at = NULL WHERE next_pull_at IS NOT NULL")

    def _taken(self, message_id: str) -> Any:
        return self._ask("SELECT id FROM message WHERE external_id = ?", message_id)

    def _item(self, message_id: str) -> Any:
        return self._ask(
            "SELECT r.id, r.draft FROM review_item r JOIN message m ON m.id = r.message_id WHERE m.external_id = ?",
            message_id,
        )

    def _status(self, item: int) -> str:
        return str(self._ask("SELECT status FROM review_item WHERE id = ?", item)[0])

    def _echoes(self, item: int) -> Any:
        return self._ask("SELECT id FROM message WHERE echo_of_id = ?", item)

    def _ask(self, statement: str, *given: object) -> Any:
        """The first row, of the database as any other program sees it."""
        with closing(sqlite3.connect(self.installation.database, timeout=60)) as database, database:
            return database.execute(statement, given).fetchone()


@contextmanager
def walking(folder: Path, far: Far, say: Callable[[str], None]) -> Iterator[Walk]:
    """An installation whose steps are told, and a person who is signed in at its console."""
    steps = Steps()
    with steps.served() as port, open_page(folder / "profile") as page, Starter() as starter:
        installation = Installation(folder / "home", start=partial(starter.start, told_at=port), **QUICK)
        steps.kill = installation.kill
        try:
            installation.keep_up()
            page.set_default_timeout(PAGE_MS)
            installation.sign_in(page)
            yield Walk(installation, far, page, steps, say)
        finally:
            installation.stop()


@contextmanager
def printing(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], None]]:
    """Prints lines, with the seconds since the beginning, although pytest captures."""
    began = time.monotonic()

    def say(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{time.monotonic() - began:7.1f} s  {line}")
            sys.stdout.flush()

    yield say


def killed_before_each(
    walk: Walk, points: Sequence[str], *, steps: Sequence[str], say: Callable[[str], None]
) -> list[Walked]:
    """Walk once for each of ``points``, with SIGKILL before it; ``steps``: of an undisturbed walk."""
    done, unsure = [], _from_to(steps, walk.far.unsure)
    for number, point in enumerate(points, 1):
        walked = walk.go(point)
        was_killed = not walk.steps.kills_before
        if not was_killed and point.endswith(")") and point.startswith(READING):
            say(f"{number:3}/{len(points)} {point!r} was not reached: this walk had fewer readings")
            continue
        done.append(walked)
        say(
            f"{number:3}/{len(points)} killed before {point!r}: {walked.restarts} start(s) anew, {walked.status}"
            f"{', a person looked' if walked.was_unsure else ''}, {len(walked.answers)} answer(s), "
            f"{walked.seconds:.0f} s"
        )
        assert was_killed, f"nothing was killed before {point!r}: {walked.steps}"
        assert walked.answers == [walked.text], point
        assert walked.status == "sent" or point in unsure, f"{walked.status} after {point!r}"
    return done


def _from_to(points: Sequence[str], ends: tuple[str, str] | None) -> Sequence[str]:
    return points[points.index(ends[0]) : points.index(ends[1]) + 1] if ends else []
