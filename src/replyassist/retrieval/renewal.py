"""One brand's index in one process, kept current: small changes at once, large ones and training in the background."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import faiss

from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate

from .confidence import Calibration
from .index import TemplateIndex
from .known import texts_of

ENCODED_AT_ONCE = 60  # new texts: about a second of the default encoder; more are encoded in the background
ATTEMPTS = 3
SECONDS_BETWEEN_ATTEMPTS = 5.0
SECONDS_BEFORE_RETRY = 300.0  # after the last attempt, when nothing changes but people still search
REST, LONGEST_REST = 3.0, 60.0  # times what a training took, and seconds: else approvals keep a core busy all day
NICENESS = 5  # of the background thread, so that searches come first on a machine whose cores are all busy
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WantedContents:
    """What the index is to hold, as the database had it at this revision; ``templates`` by id, with their versions.

    ``calibration_for`` gives that of an encoder, by its digest.
    """

    revision: int = -1
    templates: dict[str, tuple[str, ReplyTemplate]] = field(default_factory=dict)
    examples: tuple[LearnedExample, ...] = ()
    calibration_for: Callable[[str], Calibration] | None = None

    def texts(self) -> list[str]:
        """What has to be encoded, roughly: a learned text that stands in its template too counts twice."""
        own = [text for _, template in self.templates.values() for text in texts_of(template).said]
        return own + [example.text for example in self.examples]

    def of(self, index: TemplateIndex, *, at_once: bool = True) -> TemplateIndex:
        """That index with these contents; ``at_once``: what needs much encoding is left for later."""
        templates = [template for _, template in self.templates.values()]
        encode = not at_once or index.new_texts(templates, self.examples) <= ENCODED_AT_ONCE
        calibration = self.calibration_for(index.encoder.model_digest) if self.calibration_for else None
        return index.changed(templates, self.examples, calibration=calibration, encode=encode)


class BrandIndex:
    """Hands out an index that is never older than the revision that was asked for.

    Who asks waits only for small changes, and for the first index of all. What takes longer happens in one background
    thread, which ends when there is nothing left to do, or has failed a few times (some minutes later it tries again);
    searches go on with the old vectors meanwhile, but never with templates that are gone, nor with old replies. A
    change is trained on at once, unless another was just now: then it waits, together with those that follow.

    An index that is not ``is_current``, being of the encoder before, serves until ``replace`` has made another.
    """

    def __init__(
        self,
        build: Callable[[WantedContents], TemplateIndex],
        *,
        replace: Callable[[WantedContents], TemplateIndex] | None = None,
        is_current: Callable[[TemplateIndex], bool] = lambda _: True,
        seconds_between_attempts: float = SECONDS_BETWEEN_ATTEMPTS,
        seconds_before_retry: float = SECONDS_BEFORE_RETRY,
        rest: float = REST,
    ) -> None:
        self._build, self._other, self._is_current = build, replace or build, is_current
        self._pause, self._long_pause, self._rest = seconds_between_attempts, seconds_before_retry, rest
        self._changing = threading.Lock()
        self._served: tuple[WantedContents, TemplateIndex] | None = None
        self._renewing: threading.Thread | None = None
        self._closed = threading.Event()
        self._due = threading.Event()  # a rest ends early: there is something to encode, or nothing more is begun
        self._rests_until = 0.0
        self._retries_at: float | None = None

    def current(self, revision: int, read: Callable[[WantedContents], WantedContents]) -> TemplateIndex:
        """The index at this revision or a later one; ``read`` says what it is to hold, given what it holds."""
        served = self._served
        if served is not None and served[0].revision >= revision:
            self._retry_when_due()
            return served[1]
        with self._changing:
            served = self._served
            if served is not None and served[0].revision >= revision:
                return served[1]
            if served is None:
                wanted = read(WantedContents())
                index = self._build(wanted)
            else:
                wanted = read(served[0])
                index = wanted.of(served[1])
            self._served = (wanted, index)
            if not index.is_whole:
                self._due.set()
            self._start_renewing()
            return index

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to do in the background; whether that is so."""
        thread = self._renewing
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def close(self) -> None:
        """Begin nothing more in the background; what is being done there ends with the process."""
        self._closed.set()
        self._due.set()

    def _retry_when_due(self) -> None:
        if self._retries_at is not None and time.monotonic() >= self._retries_at:
            with self._changing:
                self._start_renewing()

    def _start_renewing(self) -> None:
        """Called with the lock held."""
        self._retries_at = None
        if self._renewing is None and self._task() is not None:
            self._renewing = threading.Thread(target=self._renew, name="index renewal", daemon=True)
            self._renewing.start()

    def _task(self) -> Callable[[], TemplateIndex] | None:
        """What is to be done next; None when the index is as good as it can be.

        What is served comes first: to encode all texts of a brand with another encoder takes longest.
        """
        if self._served is None or self._closed.is_set():
            return None
        wanted, index = self._served
        if not index.is_whole:
            return lambda: wanted.of(index, at_once=False)
        if index.wants_renewal:
            return index.renewed
        return None if self._is_current(index) else lambda: self._other(wanted)

    def _renew(self) -> None:
        _lower_priority()
        failures = 0
        while True:
            with self._changing:
                self._due.clear()
                task, before = self._task(), self._served
                if task is None or before is None or failures == ATTEMPTS:
                    self._renewing = None
                    self._retries_at = None if task is None else time.monotonic() + self._long_pause
                    return
            if before[1].is_whole and self._has_rested():
                continue
            started = time.monotonic()
            try:
                better = task()
                with self._changing:
                    self._replace(better, before)
            except Exception:
                failures += 1
                logger.exception("an index cannot be renewed, the old one serves on (%d of %d)", failures, ATTEMPTS)
                self._closed.wait(self._pause)
            else:
                failures, ended = 0, time.monotonic()
                if before[1].is_whole:
                    self._rests_until = ended + min(LONGEST_REST, self._rest * (ended - started))

    def _has_rested(self) -> bool:
        """Rest for what is left of the time; whether anything was left: something may have changed since."""
        left = self._rests_until - time.monotonic()
        if left > 0:
            self._due.wait(left)
        return left > 0

    def _replace(self, better: TemplateIndex, before: tuple[WantedContents, TemplateIndex] | None) -> None:
        """Serve the better index, after what has changed while it was made; with the lock held."""
        if self._served is not None:
            wanted = self._served[0]
            self._served = (wanted, better if self._served is before else wanted.of(better))


def _lower_priority() -> None:
    faiss.omp_set_num_threads(1)  # for this thread alone: the other cores are for searches
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # where a sandbox forbids it, the work is done all the same
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
